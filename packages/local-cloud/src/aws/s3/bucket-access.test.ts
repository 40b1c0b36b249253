import { describe, expect, it } from 'vitest'
import { Declarer } from '../../testing/declarer.ts'
import { bucketLetsIn } from './bucket-access.ts'

const KEY = 'arn:aws:s3:::site/Index.html'
const SOURCE = 'arn:aws:cloudfront::111111111111:distribution/E1'

async function lets(...statements: Readonly<Record<string, unknown>>[]): Promise<boolean> {
  const cloud = new Declarer()
  await cloud.make('aws:s3/bucket:Bucket', 'site', { bucket: 'site' })
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: KEY, ...one })),
  })
  await cloud.make('aws:s3/bucketPolicy:BucketPolicy', 'policy', { bucket: 'site', policy })
  const context = { 'aws:SourceArn': SOURCE }
  return bucketLetsIn(cloud.ledger, 'site', {
    service: 'cloudfront.amazonaws.com',
    action: 's3:GetObject',
    resource: KEY,
    context,
  })
}

const Principal = { Service: 'cloudfront.amazonaws.com' }

describe("a bucket's policy", () => {
  it('reads wildcards in resources and in StringLike and ArnLike, and nowhere else', async () => {
    const wild = 'arn:aws:cloudfront::111111111111:distribution/*'
    const where = (operator: string, value: string) => ({ Condition: { [operator]: { 'AWS:SourceArn': value } } })
    expect(await lets({ Principal, Resource: 'arn:aws:s3:::site/*', ...where('StringEquals', SOURCE) })).toBe(true)
    expect(await lets({ Principal, ...where('StringLike', wild) })).toBe(true)
    expect(await lets({ Principal, ...where('ArnLike', wild) })).toBe(true)
    expect(await lets({ Principal, ...where('StringEquals', wild) })).toBe(false)
  })

  it('tells capital letters of a key and of a value apart', async () => {
    expect(await lets({ Principal, Resource: 'arn:aws:s3:::site/index.html' })).toBe(false)
    const Condition = { StringEquals: { 'aws:SourceArn': SOURCE.toLowerCase() } }
    expect(await lets({ Principal, Condition })).toBe(false)
  })

  it('allows nothing and denies everything by exceptions and by operators that are not read here', async () => {
    const allow = { Principal }
    expect(await lets(allow)).toBe(true)
    expect(await lets({ Action: undefined, NotAction: 's3:PutObject', Principal })).toBe(false)
    const deny = { Effect: 'Deny', Principal: '*' }
    expect(await lets(allow, { ...deny, Action: undefined, NotAction: 's3:GetObject' })).toBe(false)
    expect(await lets(allow, { ...deny, Condition: { StringNotLike: { 'aws:SourceArn': SOURCE } } })).toBe(false)
    expect(await lets(allow, { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' } } })).toBe(true)
  })
})
