import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStoredKeySets } from './stored-key-set.ts'
import { claims, createFakeAws, createSigner, ISSUER, json, REGION } from './testing/support.ts'

type Signer = Awaited<ReturnType<typeof createSigner>>
let first: Signer
let second: Signer
beforeAll(async () => {
  ;[first, second] = await Promise.all([createSigner('first'), createSigner('second')])
})

const START = 1_800_000_000_000
let time: number
let aws: ReturnType<typeof createFakeAws>
let items: Record<string, unknown>[]

beforeEach(() => {
  time = START
  items = [item([first], START)]
  aws = createFakeAws({
    'cognito-idp': 'unreachable',
    dynamodb: () => json({ Items: items }),
    sts: 'unreachable',
    'bedrock-runtime': 'unreachable',
  })
})

const item = (signers: readonly Signer[], fetchedAt: number, issuer = ISSUER) => ({
  tenantId: { S: '@hub' },
  issuer: { S: issuer },
  keySet: { S: JSON.stringify({ keys: signers.map(({ jwk }) => jwk) }) },
  fetchedAt: { N: `${fetchedAt}` },
})

const keySets = () =>
  createStoredKeySets({
    tableName: 'genai-key-sets',
    owner: '@hub',
    region: REGION,
    client: aws.client,
    now: () => time,
  })

async function verify(getKey: ReturnType<ReturnType<typeof keySets>>['getKey'], signer: Signer, kid?: string) {
  const token = await signer.sign(claims(time / 1000), kid === undefined ? {} : { kid })
  const [header = '', payload = '', signature = ''] = token.split('.')
  return await getKey(JSON.parse(Buffer.from(header, 'base64url').toString()), { payload, signature })
}

const UNAVAILABLE = { code: 'identity_unavailable', status: 503 }

describe('createStoredKeySets', () => {
  it('reads its partition only, consistently', async () => {
    await verify(keySets()(ISSUER).getKey, first)
    expect(JSON.parse(aws.sent('dynamodb')[0]?.body ?? '')).toMatchObject({
      TableName: 'genai-key-sets',
      KeyConditionExpression: 'tenantId = :owner',
      ExpressionAttributeValues: { ':owner': { S: '@hub' } },
      ConsistentRead: true,
    })
  })

  it('a key that the set does not have is not judged until a later set, and then refused', async () => {
    const { getKey } = keySets()(ISSUER)
    time += 5_000
    const told = await verify(getKey, second).catch((error: unknown) => error)
    expect(told).toMatchObject({ ...UNAVAILABLE, headers: { 'retry-after': '55' } })
    time += 30_000
    await expect(verify(getKey, second)).rejects.toMatchObject(UNAVAILABLE)
    // The fetch that was under way when it was first seen proves nothing.
    items = [item([first], START + 4_000)]
    time += 20_000
    await expect(verify(getKey, second)).rejects.toMatchObject(UNAVAILABLE)
    items = [item([first], START + 60_000)]
    time += 10_000
    await expect(verify(getKey, second)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })

  it('a new key is used as soon as it is in the table', async () => {
    const { getKey } = keySets()(ISSUER)
    await expect(verify(getKey, second)).rejects.toMatchObject(UNAVAILABLE)
    items = [item([first, second], START + 60_000)]
    time += 60_000
    await expect(verify(getKey, second)).resolves.toBeDefined()
    await expect(verify(getKey, first)).resolves.toBeDefined()
  })

  it('made-up key ids cause no more than a read a second', async () => {
    const { getKey } = keySets()(ISSUER)
    await verify(getKey, first)
    for (let index = 0; index < 20; index += 1)
      await expect(verify(getKey, first, `made-up-${index}`)).rejects.toMatchObject(UNAVAILABLE)
    expect(aws.sent('dynamodb')).toHaveLength(2)
  })

  it('keys are used for a day while their issuer is out of reach, and then no more', async () => {
    const { getKey } = keySets()(ISSUER)
    time = START + 24 * 3_600_000 - 1
    await expect(verify(getKey, first)).resolves.toBeDefined()
    time += 1
    await expect(verify(getKey, first)).rejects.toMatchObject(UNAVAILABLE)
  })

  it.each([
    ['no set', () => []],
    ['another issuer’s', () => [item([first], START, 'https://other.example.com')]],
    ['another owner’s', () => [{ ...item([first], START), tenantId: { S: 'tenant2' } }]],
    ['no time', () => [{ ...item([first], START), fetchedAt: { S: 'now' } }]],
    ['no JSON', () => [{ ...item([first], START), keySet: { S: '<html>' } }]],
  ])('%s: nothing is judged', async (_, found) => {
    items = found()
    await expect(verify(keySets()(ISSUER).getKey, first)).rejects.toMatchObject(UNAVAILABLE)
  })

  it('a table that does not answer: what was read is used for a minute', async () => {
    const { getKey } = keySets()(ISSUER)
    await verify(getKey, first)
    aws.replies.dynamodb = 'unreachable'
    time += 59_000
    await expect(verify(getKey, first)).resolves.toBeDefined()
    time += 2_000
    await expect(verify(getKey, first)).rejects.toMatchObject(UNAVAILABLE)
  })
})
