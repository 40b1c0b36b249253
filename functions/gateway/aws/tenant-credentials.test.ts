import { expect, test } from 'vitest'
import { CONFIGURATION, createFakeAws, session, stsError } from '../testing/support.ts'
import { createCredentials } from './tenant-credentials.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 10, 1)

function setUp() {
  let now = START
  let issued = 0
  const clock = () => now
  const aws = createFakeAws({
    sts: () => session(++issued, now + HOUR),
    dynamodb: 'broken',
    'cognito-idp': 'broken',
    'bedrock-runtime': 'broken',
  })
  const credentials = createCredentials({ tenantId: 'tenant1', client: aws.client, now: clock })
  return {
    aws,
    get: () => credentials.get(CONFIGURATION),
    credentials,
    at: (milliseconds: number) => {
      now = START + milliseconds
    },
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('AssumeRole with external id and session tag, for the hour that role chaining allows; one flight for all', async () => {
  const { aws, get } = setUp()
  const all = await Promise.all(Array.from({ length: 20 }, get))
  expect(all[0]).toEqual({ accessKeyId: 'ASIA1', secretAccessKey: 'secret/1+=', sessionToken: 'session1' })
  expect(new Set(all).size).toBe(1)
  expect(aws.sent('sts')).toHaveLength(1)
  const [sent] = aws.sent('sts')
  expect(sent?.host).toBe('sts.us-east-1.amazonaws.com')
  expect(Object.fromEntries(new URLSearchParams(sent?.body))).toEqual({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: CONFIGURATION.roleArn,
    RoleSessionName: 'gateway-tenant1',
    ExternalId: CONFIGURATION.externalId,
    DurationSeconds: '3600',
    'Tags.member.1.Key': 'tenant_id',
    'Tags.member.1.Value': 'tenant1',
  })
  expect(sent?.headers.authorization).toContain('/us-east-1/sts/aws4_request')
})

test('renewed once in the background a quarter of an hour before they expire; nobody waits', async () => {
  const { aws, get, at } = setUp()
  await get()
  at(HOUR - 900_001)
  await get()
  expect(aws.sent('sts')).toHaveLength(1)
  at(HOUR - 900_000)
  const during = await Promise.all([get(), get(), get()])
  expect(during.map(({ accessKeyId }) => accessKeyId)).toEqual(['ASIA1', 'ASIA1', 'ASIA1'])
  await settled()
  expect((await get()).accessKeyId).toBe('ASIA2')
  expect(aws.sent('sts')).toHaveLength(2)
})

test('an outage of STS is noticed only once the credentials have really expired', async () => {
  const { aws, get, at } = setUp()
  await get()
  aws.replies.sts = stsError('ServiceUnavailable', 503)
  for (const before of [899_000, 600_000, 60_000, 5_001]) {
    at(HOUR - before)
    expect((await get()).accessKeyId).toBe('ASIA1')
    await settled()
  }
  at(HOUR - 5_000)
  await expect(get()).rejects.toMatchObject({ code: 'credentials_unavailable', status: 503 })
  aws.replies.sts = session(9, START + 2 * HOUR)
  expect((await get()).accessKeyId).toBe('ASIA9')
})

test.each(['unreachable', 'timeout', 'broken'] as const)('STS %s → 503 after two attempts', async (failure) => {
  const { aws, get } = setUp()
  aws.replies.sts = failure
  await expect(get()).rejects.toMatchObject({ code: 'credentials_unavailable' })
  expect(aws.sent('sts')).toHaveLength(2)
})

test('a refusal is final and no fault of the caller', async () => {
  const { aws, get } = setUp()
  aws.replies.sts = stsError('AccessDenied', 403)
  const error = await get().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'credentials_refused', status: 502 })
  expect(String(error)).not.toMatch(/arn:|222222222222/)
  expect(aws.sent('sts')).toHaveLength(1)
})

test('throttling by STS is tried again', async () => {
  const { aws, get } = setUp()
  aws.replies.sts = stsError('Throttling', 400)
  await expect(get()).rejects.toMatchObject({ code: 'credentials_unavailable' })
  expect(aws.sent('sts')).toHaveLength(2)
})

test('an answer without credentials is an outage, not an empty key', async () => {
  const { aws, get } = setUp()
  aws.replies.sts = { status: 200, headers: {}, body: '<AssumeRoleResponse/>' }
  await expect(get()).rejects.toMatchObject({ code: 'credentials_unavailable' })
})

test('a changed role or external id is assumed anew; a dropped session too', async () => {
  const { aws, credentials, get } = setUp()
  await get()
  expect((await credentials.get({ ...CONFIGURATION, externalId: '111111111111/other' })).accessKeyId).toBe('ASIA2')
  expect((await get()).accessKeyId).toBe('ASIA3')
  credentials.drop()
  expect((await get()).accessKeyId).toBe('ASIA4')
  expect(aws.sent('sts')).toHaveLength(4)
})
