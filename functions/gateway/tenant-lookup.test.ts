import { expect, test } from 'vitest'
import { createRouting } from './tenant-lookup.ts'
import { CONFIGURATION, createFakeAws, ENDPOINT, exception, items, json, REGION } from './testing/support.ts'

function setUp(reply: Parameters<typeof createFakeAws>[0]['dynamodb'] = json(items())) {
  let now = Date.UTC(2026, 10, 1)
  const clock = () => now
  const aws = createFakeAws({ dynamodb: reply, sts: 'broken', 'cognito-idp': 'broken', 'bedrock-runtime': 'broken' })
  const routing = createRouting({
    tenantId: 'tenant1',
    tableName: 'genai-tenants',
    region: REGION,
    client: aws.client,
    now: clock,
  })
  return {
    aws,
    routing,
    pass: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('one signed, consistent Query reads both items, whoever asks at the same time', async () => {
  const { aws, routing } = setUp(json(items({}, 'active')))
  const tenants = await Promise.all(Array.from({ length: 20 }, () => routing.get()))
  expect(tenants[19]).toEqual({ configuration: CONFIGURATION, suspended: false, blocked: new Map() })
  expect(aws.sent('dynamodb')).toHaveLength(1)
  const [sent] = aws.sent('dynamodb')
  expect(sent?.host).toBe('dynamodb.us-east-1.amazonaws.com')
  expect(JSON.parse(sent?.body ?? '')).toEqual({
    TableName: 'genai-tenants',
    KeyConditionExpression: 'tenantId = :tenant',
    ExpressionAttributeValues: { ':tenant': { S: 'tenant1' } },
    ConsistentRead: true,
  })
  expect(sent?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=ASIAOWN\/\d{8}\/us-east-1\/dynamodb\/aws4_request, SignedHeaders=.*host/,
  )
  expect(sent?.headers['x-amz-security-token']).toBe('own-session')
})

test('a change is obeyed after ten seconds at most, and usually after the first request in the background', async () => {
  const { aws, routing, pass } = setUp()
  expect((await routing.get())?.suspended).toBe(false)
  aws.replies.dynamodb = json(items({}, 'suspended'))
  pass(4_999)
  expect((await routing.get())?.suspended).toBe(false)
  expect(aws.sent('dynamodb')).toHaveLength(1)
  pass(5_001)
  expect((await routing.get())?.suspended, 'waits for the new items').toBe(true)
  aws.replies.dynamodb = json(items({}, 'active'))
  pass(5_000)
  expect((await routing.get())?.suspended, 'renewed behind this request').toBe(true)
  await settled()
  expect((await routing.get())?.suspended).toBe(false)
})

test('an unknown tenant is remembered for two seconds only', async () => {
  const { aws, routing, pass } = setUp(json({ Items: [] }))
  expect(await routing.get()).toBeUndefined()
  pass(1_999)
  expect(await routing.get()).toBeUndefined()
  expect(aws.sent('dynamodb')).toHaveLength(1)
  aws.replies.dynamodb = json(items())
  pass(1)
  expect(await routing.get()).toBeDefined()
})

test('a status without a configuration is no tenant', async () => {
  const { routing } = setUp(json({ Items: [items({}, 'active').Items[1]] }))
  expect(await routing.get()).toBeUndefined()
})

test.each([
  ['throttled', exception('ThrottlingException', 400)],
  ['down', exception('InternalServerError', 500)],
  ['unreachable', 'unreachable'],
  ['silent', 'timeout'],
] as const)('DynamoDB %s: tried twice, then 503', async (_name, reply) => {
  const { aws, routing } = setUp(reply)
  await expect(routing.get()).rejects.toMatchObject({ code: 'routing_unavailable', status: 503 })
  expect(aws.sent('dynamodb')).toHaveLength(2)
})

test('DynamoDB refuses: asked once, then 503', async () => {
  const { aws, routing } = setUp(exception('AccessDeniedException', 400))
  await expect(routing.get()).rejects.toMatchObject({ code: 'routing_unavailable', status: 503 })
  expect(aws.sent('dynamodb')).toHaveLength(1)
})

test('one failure is repaired by the second attempt', async () => {
  let attempts = 0
  const { routing } = setUp(() => (++attempts === 1 ? exception('InternalServerError', 500) : json(items())))
  expect(await routing.get()).toBeDefined()
})

test.each([
  ['another tenant', { tenantId: { S: 'tenant2' } }],
  ['account', { account: { S: '22222222222' } }],
  ['account as a number', { account: { N: '222222222222' } }],
  ['no models', { models: { M: {} } }],
  ['tokens that are no number', { maxTokens: { M: { 'nova-2-lite': { S: 'many' } } } }],
  ['tokens of nothing', { maxTokens: { S: '7' } }],
  ['prices that are no map', { prices: { S: '{' }, pricesAsOf: { S: '2026-08-01' } }],
  ['a price without output', { prices: { M: { a: { M: { input: { N: '1' } } } } }, pricesAsOf: { S: '2026-08-01' } }],
  ['prices of no day', { prices: { M: { a: { M: { input: { N: '1' }, output: { N: '1' } } } } } }],
  ['models a list', { models: { L: [] } }],
  ['a model without an id', { models: { M: { 'nova-2-lite': { S: '' } } } }],
  ['an odd name', { models: { M: { 'nova-2-lite': { S: 'a' }, 'No Va': { S: 'a' } } } }],
  ['default not among the models', { defaultModel: { S: 'other' } }],
  ['default inherited', { defaultModel: { S: 'constructor' } }],
  ['role of another account', { roleArn: { S: 'arn:aws:iam::333333333333:role/genai-models-tenant1' } }],
  ['no external id', { externalId: undefined }],
  ['endpoint elsewhere', { endpoint: { S: 'evil.example' } }],
  ['endpoint with a look-alike', { endpoint: { S: `${ENDPOINT}.evil.example` } }],
  ['endpoint of another region', { endpoint: { S: ENDPOINT.replace('us-east-1', 'us-west-2') } }],
  ['endpoint with a path', { endpoint: { S: `${ENDPOINT}/x` } }],
])('a damaged item stops the tenant: %s', async (_name, changes) => {
  const { routing } = setUp(json(items(changes)))
  await expect(routing.get()).rejects.toMatchObject({ code: 'tenant_misconfigured', status: 503 })
})

const limitsItem = (limits: unknown) => ({ tenantId: { S: 'tenant1' }, item: { S: 'limits' }, limits })
const requests = (most: string) => ({ M: { tenant: { M: { requestsPerMinute: { N: most } } } } })

test("limits are the tightest of the stack's and the operator's", async () => {
  const user = { M: { concurrentRequests: { N: '2' } } }
  const models = { M: { 'nova-2-lite': { M: { dollarsPerMonth: { N: '0.5' } } } } }
  const [configuration] = items({ limits: { M: { ...requests('100').M, user } } }).Items
  const operator = limitsItem({ M: { ...requests('7').M, models } })
  const { routing } = setUp(json({ Items: [configuration, operator] }))
  expect((await routing.get())?.limits).toEqual({
    tenant: { requestsPerMinute: 7 },
    user: { concurrentRequests: 2 },
    models: { 'nova-2-lite': { dollarsPerMonth: 0.5 } },
  })
})

test('an operator loosens nothing, and limits a tenant whose stack does not', async () => {
  const limitsOf = async (stack: object, operator: unknown) =>
    (await setUp(json({ Items: [...items(stack).Items, limitsItem(operator)] })).routing.get())?.limits
  expect(await limitsOf({ limits: requests('100') }, requests('101'))).toEqual({ tenant: { requestsPerMinute: 100 } })
  expect(await limitsOf({}, { M: { ...requests('5').M, onLimitsUnavailable: { S: 'allow' } } })).toEqual({
    tenant: { requestsPerMinute: 5 },
  })
  expect(await limitsOf({}, { M: {} })).toBeUndefined()
})

test.each([
  ["the stack's", [...items({ limits: requests('many') }).Items]],
  ["the operator's", [...items().Items, limitsItem({ S: 'none' })]],
  ["the operator's, with a misspelt name", [...items().Items, limitsItem({ M: { tennant: { M: {} } } })]],
])('limits that cannot be read stop the tenant: %s', async (_name, Items) => {
  await expect(setUp(json({ Items })).routing.get()).rejects.toMatchObject({ code: 'tenant_misconfigured' })
})

test('a status that nobody knows stops the tenant', async () => {
  const { routing } = setUp(json(items({}, 'paused')))
  await expect(routing.get()).rejects.toMatchObject({ code: 'tenant_misconfigured' })
})
