import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../ledger/ledger.ts'
import { Declarer, TENANT1 } from '../../testing/declarer.ts'

const BUCKET = 'aws:s3/bucket:Bucket'

const BUCKET_POLICY = 'aws:s3/bucketPolicy:BucketPolicy'

let cloud: Declarer

beforeEach(() => {
  cloud = new Declarer()
})

describe('s3', () => {
  it("has bucket names that are everybody's", async () => {
    await cloud.make(BUCKET, 'b', { bucket: 'logs' })
    expect(await cloud.refusal(BUCKET, 'c', { bucket: 'logs' })).toContain('BucketAlreadyOwnedByYou')
    expect(await cloud.refusal(BUCKET, 'c', { bucket: 'logs' }, { account: TENANT1 })).toContain('BucketAlreadyExists')
    expect(await cloud.refusal(BUCKET, 'c', { bucket: 'Logs_1' })).toContain('InvalidBucketName')
  })

  it('has policies about the bucket itself', async () => {
    await cloud.make(BUCKET, 'b', { bucket: 'logs' })
    const policy = (Resource: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource }],
      })
    const refusal = (inputs: Properties) => cloud.refusal(BUCKET_POLICY, 'p', inputs)
    expect(await refusal({ bucket: 'none', policy: policy('*') })).toContain('NoSuchBucket')
    expect(await refusal({ bucket: 'logs', policy: policy('arn:aws:s3:::other/*') })).toContain(
      'Policy has invalid resource',
    )
    expect(await refusal({ bucket: 'logs', policy: '{' })).toContain('MalformedPolicy')
    await cloud.make(BUCKET_POLICY, 'p', { bucket: 'logs', policy: policy('arn:aws:s3:::logs/*') })
  })
})
