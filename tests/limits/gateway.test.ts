/** Requests of a tenant with limits: what reaches the model, what is charged, and what callers are told. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CONVERSE_ANSWER, converseFrames, exception, json, streamed } from '../../functions/gateway/testing/support.ts'
import type { Limits } from '../../shared/limits.ts'
import { scopeKey } from '../../shared/usage-table.ts'
import { type Counting, startCounting } from './counters-fixture.ts'
import { FAILURES, failsByTheTable } from './failures.ts'
import { type GatewayOptions, PRICE, startGateway } from './gateway-fixture.ts'

let counting: Counting
beforeAll(async () => {
  counting = await startCounting()
})
afterAll(() => counting.close())
beforeEach(async () => {
  counting.fault = () => undefined
  await counting.clear()
})

const NOW = Date.UTC(2026, 11, 10, 12, 0, 10)
const TENANT = scopeKey('tenant1', 'tenant')
const start = (limits: Limits | undefined, more: Partial<GatewayOptions> = {}) =>
  startGateway(counting, { now: () => NOW, ...(limits && { limits }), ...more })
const codeOf = async (response: Response) => response.headers.get('x-error-code') ?? `${response.status}`
const times = (many: number) => Array.from({ length: many }, (_, index) => index)
/** What the fake answer of the model costs: 3 tokens in, 2 out. */
const COST = 3 * 1_000 + 2 * 5_000

test('Without limits nothing is written, and the record says what the request cost', async () => {
  const { invoke, log } = start(undefined)
  counting.calls.length = 0
  expect((await invoke()).status).toBe(200)
  expect(counting.calls).toEqual([])
  expect(log[0]).toMatchObject({ usageIs: 'measured', nanoDollars: COST })
  expect(log[0]?.milliseconds).not.toHaveProperty('limits')
})

test('Of 60 at once against 25, 25 call the model; the others are told', async () => {
  const { invoke, aws, log } = start({ tenant: { requestsPerMinute: 25 } })
  const codes = await Promise.all(times(60).map(async () => codeOf(await invoke())))
  expect(codes.filter((code) => code === '200')).toHaveLength(25)
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(35)
  expect(aws.sent('bedrock-runtime')).toHaveLength(25)
  const refused = log.find(({ outcome }) => outcome === 'rate_limited')
  expect(refused).toMatchObject({
    decision: 'refused',
    check: 'limit',
    passed: 'model',
    usageIs: 'none',
    nanoDollars: 0,
    status: 429,
  })
})

test('The counters are the sum of the records, whole, streamed and refused', async () => {
  const limits = {
    tenant: { dollarsPerMonth: 1, tokensPerDay: 10_000 },
    user: { tokensPerMinute: 10_000 },
    models: { 'nova-2-lite': { requestsPerMinute: 12 } },
  }
  const { invoke, ask, log, aws } = start(limits)
  for (const index of times(20)) {
    aws.replies['bedrock-runtime'] = index % 2 === 0 ? json(answer(index)) : streamed(...converseFrames('Hel', 'lo'))
    if (index % 2 === 0) await invoke()
    else
      await (
        await ask('/v1/chat/completions', {
          model: 'nova-2-lite',
          stream: true,
          messages: [{ role: 'user', content: 'Hi' }],
        })
      ).text()
  }
  const charged = log.reduce((sum, { nanoDollars = 0 }) => sum + nanoDollars, 0)
  const used = log.reduce((sum, { usage }) => sum + (usage?.totalTokens ?? 0), 0)
  expect(log.filter(({ outcome }) => outcome === 'ok')).toHaveLength(12)
  expect(await counting.item(TENANT)).toMatchObject({ spent: charged, dayTokens: used, requests: 12 })
  expect(await counting.item(scopeKey('tenant1', 'user', 'caller1'))).toMatchObject({ tokens: used, requests: 12 })
  expect(await counting.item(scopeKey('tenant1', 'model', 'nova-2-lite'))).toMatchObject({
    requests: 12,
    spent: charged,
  })
})

const answer = (outputTokens: number) => ({
  output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 11, outputTokens, totalTokens: 11 + outputTokens },
})

describe('What a caller is told', () => {
  const chat = { model: 'nova-2-lite', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 10 }
  const messages = { ...chat, model: 'claude-haiku-4.5' }
  const converse = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 10 } }

  test.each([
    ['/v1/chat/completions', chat, 429, ['error.code', 'rate_limited']],
    ['/v1/messages', messages, 429, ['error.type', 'rate_limit_error']],
    ['/model/nova-2-lite/converse', converse, 429, ['message', expect.stringContaining('1 requests a minute')]],
    ['/invoke', { prompt: 'Hi' }, 429, ['error.code', 'rate_limited']],
  ])('of a minute, in its own shape: %s', async (path, body, status, [field, value]) => {
    const { ask } = start({ tenant: { requestsPerMinute: 1, tokensPerMinute: 1_000_000 } })
    expect((await ask(path, body)).headers.get('x-ratelimit-remaining-requests')).toBe('0')
    const refused = await ask(path, body)
    expect(refused.status).toBe(status)
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'x-error-code': 'rate_limited',
      // The minute before counts in part until 30 s into the next one, and a bit: floor(1 × left / 60) is 0 from the start.
      'retry-after': '51',
      'retry-after-ms': '50001',
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '110s',
      'x-ratelimit-limit-tokens': '1000000',
    })
    expect(refused.headers.has('x-should-retry')).toBe(false)
    if (path.startsWith('/model')) expect(refused.headers.get('x-amzn-errortype')).toBe('ThrottlingException')
    const said = await refused.json()
    expect(said).toHaveProperty(field as string, value)
    expect(JSON.stringify(said)).toContain('The limit of the tenant is 1 requests a minute: 1 are used.')
  })

  test.each([
    ['/v1/chat/completions', chat, 429],
    ['/model/nova-2-lite/converse', converse, 400],
    ['/invoke', { prompt: 'Hi', maxTokens: 10 }, 429],
  ])('of a budget: %s', async (path, body, status) => {
    const { ask } = start({ user: { dollarsPerMonth: 0.000_1 } })
    await ask(path, body)
    await counting.add(scopeKey('tenant1', 'user', 'caller1'), 'spent', 99_000)
    const refused = await ask(path, body)
    expect(refused.status).toBe(status)
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'x-error-code': 'budget_exhausted',
      'x-should-retry': 'false',
    })
    expect(refused.headers.has('retry-after')).toBe(false)
    if (path.startsWith('/model')) expect(refused.headers.get('x-amzn-errortype')).toBe('ServiceQuotaExceededException')
    expect(await refused.text()).toMatch(
      /The limit of one caller is \$0\.000100 a month \(UTC\): \$0\.0001\d\d are used, and .* begins anew at 2027-01-01T00:00:00/,
    )
  })

  test('a request that alone is over the limit can never pass, and is told so', async () => {
    const { invoke, aws } = start({ models: { 'nova-2-lite': { tokensPerMinute: 500 } } })
    const refused = await invoke(600)
    expect(await codeOf(refused)).toBe('budget_exhausted')
    expect(await refused.text()).toContain('It can never pass; ask for fewer maxTokens')
    expect(aws.sent('bedrock-runtime')).toHaveLength(0)
    expect((await invoke(200)).status).toBe(200)
  })

  test('requests at a time, of one caller', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof json>>()
    const { invoke, aws } = start({ user: { concurrentRequests: 2 } })
    aws.replies['bedrock-runtime'] = () => promise
    const running = [invoke(), invoke()]
    await expect.poll(() => aws.sent('bedrock-runtime').length).toBe(2)
    const refused = await invoke()
    expect(await codeOf(refused)).toBe('rate_limited')
    expect(await refused.text()).toContain('The limit of one caller is 2 requests at a time: 2 are used.')
    resolve(json(answer(1)))
    for (const one of running) expect((await one).status).toBe(200)
    expect((await invoke()).status).toBe(200)
    expect((await counting.item(scopeKey('tenant1', 'user', 'caller1')))?.leases).toEqual({})
  })
})

test('One that refuses gives the others back', async () => {
  const { invoke } = start({
    tenant: { requestsPerMinute: 100, tokensPerDay: 100_000 },
    user: { requestsPerMinute: 3 },
  })
  for (const _ of times(10)) await invoke()
  expect(await counting.item(TENANT)).toMatchObject({ requests: 3, dayTokens: 15, tokens: 15, spent: 3 * COST })
})

test('One reservation for a request of several calls of the model', async () => {
  const { ask, aws, log } = start({ tenant: { requestsPerMinute: 1, tokensPerMinute: 10_000 } }, { prices: {} })
  const embedding = json({ embedding: [0.1, 0.2] }, 200, {
    'x-amzn-bedrock-input-token-count': '4',
    'x-amzn-bedrock-output-token-count': '0',
  })
  aws.replies['bedrock-runtime'] = embedding
  counting.calls.length = 0
  const body = { model: 'titan', input: times(20).map((one) => `text ${one}`) }
  expect((await ask('/v1/embeddings', body)).status).toBe(200)
  expect(aws.sent('bedrock-runtime')).toHaveLength(20)
  expect(counting.calls).toEqual(['UpdateItem', 'UpdateItem'])
  expect(await counting.item(TENANT)).toMatchObject({ requests: 1, tokens: 80 })
  expect(log[0]).toMatchObject({ usageIs: 'measured', usage: { inputTokens: 80 } })
  expect(log[0]).not.toHaveProperty('nanoDollars')
})

describe('What fails', () => {
  test.each(FAILURES)('%s either releases or charges, by the table', async (code, made) => {
    await failsByTheTable(counting, code, made, 5)
  })

  test('what was never sent is given back, whatever failed', async () => {
    const { invoke, aws, log } = start({ tenant: { dollarsPerMonth: 100 } })
    aws.replies.sts = 'timeout'
    expect(await codeOf(await invoke())).toBe('credentials_unavailable')
    expect(log[0]).toMatchObject({ usageIs: 'none', nanoDollars: 0 })
    expect(await counting.item(TENANT)).toMatchObject({ spent: 0, requests: 1 })
  })

  test('a client that leaves in the middle of a stream: estimated, unless Bedrock had said what it used', async () => {
    const stream = { model: 'nova-2-lite', stream: true, max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }] }
    const { ask, aws, log } = start({ tenant: { dollarsPerMonth: 100, tokensPerDay: 10_000 } })
    aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel', 'lo').slice(0, 3), new Promise(() => {}))
    const response = await ask('/v1/chat/completions', stream)
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await expect.poll(() => log.length).toBe(1)
    expect(log[0]).toMatchObject({ outcome: 'client_left', usageIs: 'estimated' })
    await expect.poll(async () => (await counting.item(TENANT))?.spent).toBe(log[0]?.nanoDollars)
    expect((await counting.item(TENANT))?.dayTokens).toBeGreaterThan(50)
  })
})

describe('The counters are out of reach', () => {
  const limits = { tenant: { requestsPerMinute: 10, dollarsPerMonth: 1 } }

  test('before the call: 503, and the model is not called', async () => {
    const { invoke, aws, log } = start(limits)
    counting.fault = () => 'timeout'
    const refused = await invoke()
    expect([refused.status, await codeOf(refused), refused.headers.get('retry-after')]).toEqual([
      503,
      'limits_unavailable',
      '5',
    ])
    expect(aws.sent('bedrock-runtime')).toHaveLength(0)
    expect(log[0]).toMatchObject({ decision: 'refused', check: 'platform' })
  })

  test('an answer that is lost leaves a hold, and is not repeated', async () => {
    const { invoke, aws } = start(limits)
    await invoke()
    counting.fault = () => 'lost'
    expect(await codeOf(await invoke())).toBe('limits_unavailable')
    expect(aws.sent('bedrock-runtime')).toHaveLength(1)
    expect(await counting.item(TENANT)).toMatchObject({ requests: 2 })
  })

  test('at the settling: the answer is delivered, a hold stays, and a line says so', async () => {
    const { invoke, warnings, log } = start(limits)
    let writes = 0
    counting.fault = () => (++writes === 2 ? 'timeout' : undefined)
    expect((await invoke()).status).toBe(200)
    expect(warnings).toEqual([{ warning: 'unsettled', tenant: 'tenant1', scope: 'tenant' }])
    const item = await counting.item(TENANT)
    expect(item?.spent).toBeGreaterThan(log[0]?.nanoDollars ?? 0)
    expect(Object.values(item?.heldNanoDollars ?? {})).toEqual([item?.spent])
  })

  test('allow lets through what has limits of a minute only', async () => {
    counting.fault = () => 'unreachable'
    const minutes = { user: { requestsPerMinute: 1, tokensPerMinute: 100_000 }, onLimitsUnavailable: 'allow' as const }
    for (const _ of times(3)) expect((await start(minutes).invoke()).status).toBe(200)
    for (const more of [{ tokensPerDay: 10_000 }, { dollarsPerMonth: 1 }, { concurrentRequests: 5 }])
      expect(await codeOf(await start({ ...minutes, user: { ...minutes.user, ...more } }).invoke())).toBe(
        'limits_unavailable',
      )
    expect(await codeOf(await start({ user: minutes.user }).invoke())).toBe('limits_unavailable')
  })
})

test('A model without a price cannot be counted in dollars, and is not counted as free', async () => {
  const { invoke, aws } = start({ tenant: { dollarsPerMonth: 1 } }, { prices: {} })
  expect(await codeOf(await invoke())).toBe('tenant_misconfigured')
  expect(aws.sent('bedrock-runtime')).toHaveLength(0)
  expect((await start({ tenant: { requestsPerMinute: 1 } }, { prices: {} }).invoke()).status).toBe(200)
})

test('A service tier without a price cannot be counted in dollars either, and is the caller’s to leave out', async () => {
  const body = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], serviceTier: { type: 'priority' } }
  const { ask, aws } = start({ tenant: { dollarsPerMonth: 1 } })
  const refused = await ask('/model/nova-2-lite/converse', body)
  expect(await codeOf(refused)).toBe('field_invalid')
  expect(await refused.text()).toContain('The service tier \\"priority\\" has no known price')
  expect(aws.sent('bedrock-runtime')).toHaveLength(0)
  const other = start({ tenant: { tokensPerDay: 10_000 } })
  expect((await other.ask('/model/nova-2-lite/converse', body)).status).toBe(200)
})

test('A budget that is nearly used up is told once', async () => {
  const { invoke, warnings } = start({ tenant: { dollarsPerMonth: 0.001, warnAt: 50 } })
  for (const _ of times(50)) await invoke(3)
  expect(warnings).toEqual([{ warning: 'budget', tenant: 'tenant1', scope: 'tenant', percent: 50 }])
})

test('A budget that requests are refused for is told once, however little of it is spent', async () => {
  const { invoke, warnings } = start({ tenant: { dollarsPerMonth: 0.001 } })
  for (const _ of times(5)) expect((await invoke(3)).status).toBe(200)
  // Dearer than what is left, and then dearer than all of it, which says nothing of the budget.
  for (const _ of times(2)) expect(await codeOf(await invoke(190))).toBe('budget_exhausted')
  expect(warnings).toEqual([
    { warning: 'budget', tenant: 'tenant1', scope: 'tenant', percent: expect.any(Number), refused: true },
  ])
  expect(warnings[0]?.percent).toBeLessThan(50)
  // It is told again when it is nearly used up.
  for (const _ of times(80)) await invoke(3)
  expect(warnings.map(({ percent, refused }) => [percent, refused])).toEqual([
    [warnings[0]?.percent, true],
    [80, undefined],
  ])
})

test('A request that is dearer than the whole budget rings no alarm', async () => {
  const { invoke, warnings } = start({ tenant: { dollarsPerMonth: 0.001 } })
  expect(await codeOf(await invoke(3_000))).toBe('budget_exhausted')
  expect(warnings).toEqual([])
})

test('On a server, the answer does not wait for the settling', async () => {
  const settling: Promise<void>[] = []
  const { invoke } = start(
    { tenant: { requestsPerMinute: 10 } },
    { settling: (settled) => void settling.push(settled) },
  )
  await invoke()
  expect(settling).toHaveLength(1)
  await settling[0]
  expect(await counting.item(TENANT)).toMatchObject({ tokens: 5 })
})

test('Of a list of models the dearest is reserved, and the one that answered is paid for', async () => {
  const second = 'amazon.nova-lite-v1:0'
  const nova = 'us.amazon.nova-2-lite-v1:0'
  const dear = { input: 10_000_000, output: 50_000_000 }
  const limits = { tenant: { dollarsPerMonth: 1 } }
  const { invoke, aws, log } = start(limits, { fallbacks: [second], prices: { [nova]: PRICE, [second]: dear } })
  let held = 0
  aws.replies['bedrock-runtime'] = async ({ path }) => {
    held = (await counting.item(TENANT))?.spent ?? 0
    return path.includes('nova-2-lite') ? exception('ThrottlingException', 429) : json(CONVERSE_ANSWER)
  }
  expect((await invoke(100)).status).toBe(200)
  expect(held).toBeGreaterThan(100 * 50_000)
  const cost = 3 * 10_000 + 2 * 50_000
  expect(log[0]).toMatchObject({ servedModel: second, attempts: 2, usageIs: 'measured', nanoDollars: cost })
  expect((await counting.item(TENANT))?.spent).toBe(cost)
  // The first one is cheaper, and pays no more for what stands behind it.
  aws.replies['bedrock-runtime'] = json(CONVERSE_ANSWER)
  await invoke(100)
  expect(log[1]).toMatchObject({ servedModel: nova, nanoDollars: COST })
})

describe('What is reserved is no less than what may be used', () => {
  const limits = { tenant: { tokensPerDay: 1_000_000 } }
  const hi = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }
  /** The counter while the model works. */
  const heldDuring = async (gateway: ReturnType<typeof start>, ask: () => Promise<Response>) => {
    let held = Number.NaN
    gateway.aws.replies['bedrock-runtime'] = async () => {
      held = (await counting.item(TENANT))?.dayTokens ?? 0
      return json(CONVERSE_ANSWER)
    }
    expect((await ask()).status).toBe(200)
    return held
  }

  test('where a body names a number that is none', async () => {
    const gateway = start(limits)
    const body = { ...hi, additionalModelRequestFields: { max_tokens: -1_000_000 } }
    expect(await heldDuring(gateway, () => gateway.ask('/model/nova-2-lite/converse', body))).toBeGreaterThan(64_000)
  })

  test('where a body names two numbers: the one that was reserved is the only one that is sent', async () => {
    const gateway = start(limits)
    const messages = JSON.stringify(hi.messages)
    const body = `{"inferenceConfig":{"maxTokens":60000},"messages":${messages},"inferenceConfig":{"maxTokens":1}}`
    const request = () =>
      gateway.fetch(new Request('https://gateway.invalid/tenant1/model/nova-2-lite/converse', { method: 'POST', body }))
    expect(await heldDuring(gateway, request)).toBeLessThan(1_000)
    expect(gateway.aws.sent('bedrock-runtime')[0]?.body).not.toContain('60000')
  })

  test('where the next model of a list may write more than the first', async () => {
    const gateway = start(limits, { fallbacks: ['anthropic.claude-opus-4-6-v1'] })
    const body = { ...hi, additionalModelRequestFields: { thinking: { type: 'adaptive' } } }
    expect(await heldDuring(gateway, () => gateway.ask('/model/nova-2-lite/converse', body))).toBeGreaterThan(128_000)
  })
})

describe('More than was estimated', () => {
  const limits = { tenant: { tokensPerDay: 2_000, dollarsPerMonth: 1 } }
  const chinese = '分词'.repeat(20)
  const png = Buffer.from('x'.repeat(300)).toString('base64')
  test.each([
    ['tools', { toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} } } }] } }, { text: 'Hi' }],
    ['a document', {}, { document: { format: 'docx', name: 'a', source: { bytes: png } } }],
    ['an image', {}, { image: { format: 'png', source: { bytes: png } } }],
    ['Chinese', {}, { text: chinese }],
    ['Japanese', {}, { text: '文章を要約してください。'.repeat(3) }],
  ])('of %s is charged all the same, and is the debt of the next request', async (_what, more, block) => {
    // An image is reserved as 5,000 tokens.
    const day = 'image' in block ? 7_000 : limits.tenant.tokensPerDay
    const { ask, aws, log } = start({ tenant: { ...limits.tenant, tokensPerDay: day } })
    const usage = { inputTokens: 10_000, outputTokens: 5, totalTokens: 10_005 }
    aws.replies['bedrock-runtime'] = json({ ...CONVERSE_ANSWER, usage })
    const body = { ...more, messages: [{ role: 'user', content: [block] }], inferenceConfig: { maxTokens: 10 } }
    expect((await ask('/model/nova-2-lite/converse', body)).status).toBe(200)
    const cost = 10_000 * 1_000 + 5 * 5_000
    expect(log[0]).toMatchObject({ usageIs: 'measured', nanoDollars: cost })
    expect(await counting.item(TENANT)).toMatchObject({ dayTokens: 10_005, spent: cost })
    const small = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 1 } }
    expect(await codeOf(await ask('/model/nova-2-lite/converse', small))).toBe('budget_exhausted')
    expect(aws.sent('bedrock-runtime')).toHaveLength(1)
  })
})

describe('GET /usage', () => {
  const limits: Limits = {
    tenant: { dollarsPerMonth: 1, requestsPerMinute: 10 },
    user: { tokensPerDay: 1_000 },
    models: { 'nova-2-lite': { requestsPerMinute: 5 } },
  }

  test('has what the caller and the tenant used this month, and what is left of each limit', async () => {
    const { invoke, usage } = start(limits)
    await invoke()
    await invoke()
    const others = start(limits, { caller: 'caller2' })
    await others.invoke()
    const response = await usage()
    expect(response.status).toBe(200)
    const resetsAt = expect.stringMatching(/^2026-12-1/)
    const spent = (3 * COST) / 1_000_000_000
    expect(await response.json()).toEqual({
      tenantId: 'tenant1',
      month: '2026-12',
      tenant: {
        dollars: spent,
        limits: [
          { limit: 'requestsPerMinute', most: 10, used: 3, left: 7, resetsAt },
          { limit: 'dollarsPerMonth', most: 1, used: spent, left: 1 - spent, resetsAt: '2027-01-01T00:00:00.000Z' },
        ],
      },
      // Their own: nothing of another caller's.
      caller: {
        dollars: (2 * COST) / 1_000_000_000,
        limits: [{ limit: 'tokensPerDay', most: 1_000, used: 10, left: 990, resetsAt }],
      },
      models: {
        'nova-2-lite': {
          dollars: spent,
          limits: [{ limit: 'requestsPerMinute', most: 5, used: 3, left: 2, resetsAt }],
        },
      },
      pricesAsOf: '2026-11-30',
      requestId: 'usage',
    })
  })

  test('reads nothing where nothing is limited, and says so when the counters are out of reach', async () => {
    counting.calls.length = 0
    const free = await start(undefined).usage()
    expect(await free.json()).toEqual({ tenantId: 'tenant1', month: '2026-12', models: {}, requestId: 'usage' })
    expect(counting.calls).toEqual([])
    counting.fault = () => 'unreachable'
    expect(await codeOf(await start(limits).usage())).toBe('limits_unavailable')
  })
})
