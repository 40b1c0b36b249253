import { beforeAll, describe, expect, test, vi } from 'vitest'
import { sendWhole } from './adapters/event.ts'
import { fromRequest } from './adapters/web.ts'
import { createApp } from './app.ts'
import { createMetering } from './metering/meter.ts'
import { createTestApp, createTestAppFor } from './testing/app.ts'
import {
  CONVERSE_ANSWER,
  claims,
  context,
  createSigner,
  type Exchange,
  exception,
  items,
  json,
  REQUEST_METADATA,
  stsError,
} from './testing/support.ts'

const NOW = Date.UTC(2026, 10, 1)
const PROMPT = 'the secret recipe'

let signer: Awaited<ReturnType<typeof createSigner>>
let token: string
beforeAll(async () => {
  signer = await createSigner('key-1')
  token = await signer.sign(claims(NOW / 1000))
})

const setUp = () => createTestApp(signer.jwk, NOW)

type Init = { method?: string; body?: string; headers?: Record<string, string> }
const request = (path: string, { method = 'POST', body, headers = {} }: Init = {}) =>
  new Request(`https://gateway.invalid${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { body }),
  })
const invoke = (body: unknown = { prompt: PROMPT }) => request('/tenant1/invoke', { body: JSON.stringify(body) })
const bodySent = (exchange: Exchange | undefined) => JSON.parse(exchange?.body ?? '')

describe('answers', () => {
  test('invoke', async () => {
    const { app, aws } = setUp()
    const response = await app(
      invoke({ prompt: PROMPT, system: 'Be short', maxTokens: 9, temperature: 0.5 }),
      context(),
    )
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-request-id': 'request-1',
      'cache-control': 'no-store',
    })
    expect(await response.json()).toEqual({
      tenant: 'tenant1',
      tenantId: 'tenant1',
      model: 'nova-2-lite',
      output: 'Hello',
      stopReason: 'end_turn',
      usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
      requestId: 'request-1',
    })
    const [sent] = aws.sent('bedrock-runtime')
    expect(sent?.path).toBe('/model/us.amazon.nova-2-lite-v1%3A0/converse')
    expect(sent?.headers.authorization).toContain('Credential=ASIA1/')
    expect(bodySent(sent)).toEqual({
      messages: [{ role: 'user', content: [{ text: PROMPT }] }],
      system: [{ text: 'Be short' }],
      inferenceConfig: { maxTokens: 9, temperature: 0.5 },
      requestMetadata: REQUEST_METADATA,
    })
  })

  test('models', async () => {
    const { app } = setUp()
    const response = await app(request('/tenant1/models', { method: 'GET' }), context())
    expect(await response.json()).toEqual({
      tenant: 'tenant1',
      tenantId: 'tenant1',
      models: ['claude-haiku-4.5', 'nova-2-lite'],
      defaultModel: 'nova-2-lite',
      account: '222222222222',
      compute: 'lambda',
      details: {
        'claude-haiku-4.5': { id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
        'nova-2-lite': { id: 'us.amazon.nova-2-lite-v1:0' },
      },
      requestId: 'request-1',
    })
  })

  test('converse: in and out as they are', async () => {
    const { app, aws } = setUp()
    const odd =
      '{"output":{"message":{"content":[{"toolUse":{"input":{"n":12345678901234567890}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"future":[]}'
    aws.replies['bedrock-runtime'] = { status: 200, headers: {}, body: odd }
    const text = '{"messages":[],"inferenceConfig":{"maxTokens":5},"toolConfig":{"tools":[]}}'
    const response = await app(request('/tenant1/model/claude-haiku-4.5/converse', { body: text }), context())
    expect(await response.text()).toBe(odd)
    expect(response.headers.get('x-amzn-requestid')).toBe('request-1')
    expect(aws.sent('bedrock-runtime')[0]).toMatchObject({
      path: '/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse',
      body: `${text.slice(0, -1)},"requestMetadata":${JSON.stringify(REQUEST_METADATA)}}`,
    })
  })

  test('warm requests call the model and nothing else; requests at the same time share one read and one role', async () => {
    const { app, aws } = setUp()
    const responses = await Promise.all(Array.from({ length: 20 }, () => app(invoke(), context())))
    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect(aws.sent('dynamodb')).toHaveLength(1)
    expect(aws.sent('sts')).toHaveLength(1)
    expect(aws.sent('bedrock-runtime')).toHaveLength(20)
  })
})

describe('errors: code, status, what the caller hears', () => {
  type Replies = ReturnType<typeof setUp>['aws']['replies']
  const big = JSON.stringify({
    ...CONVERSE_ANSWER,
    output: { message: { role: 'assistant', content: [{ text: 'x'.repeat(1_100_000) }] } },
  })
  const cases: [string, () => Request, (replies: Replies) => void, number, RegExp][] = [
    [
      'token_missing',
      () => request('/tenant1/invoke', { headers: { authorization: '' } }),
      () => {},
      401,
      /Authorization/,
    ],
    [
      'token_malformed',
      () => request('/tenant1/invoke', { headers: { authorization: 'Bearer x' } }),
      () => {},
      401,
      /Authorization/,
    ],
    ['path_not_found', () => request('/tenant1/nothing'), () => {}, 404, /POST \/TENANT\/invoke/],
    ['tenant_unknown', () => request('/tenant9/invoke'), () => {}, 404, /tenant9/],
    ['tenant_unknown', () => invoke(), (to) => Object.assign(to, { dynamodb: json({ Items: [] }) }), 404, /tenant1/],
    ['method_not_allowed', () => request('/tenant1/invoke', { method: 'PUT' }), () => {}, 405, /POST/],
    ['query_not_supported', () => request('/tenant1/invoke?token=x', { body: '{}' }), () => {}, 400, /query string/],
    ['body_not_json', () => request('/tenant1/invoke', { body: '{' }), () => {}, 400, /JSON/],
    ['body_not_json', () => request('/tenant1/invoke'), () => {}, 400, /JSON/],
    ['prompt_missing', () => invoke({}), () => {}, 400, /"prompt"/],
    ['field_unknown', () => invoke({ prompt: 'a', top: 1 }), () => {}, 400, /"top"/],
    ['number_out_of_range', () => invoke({ prompt: 'a', maxTokens: 0 }), () => {}, 400, /"maxTokens" is 0/],
    ['model_not_allowed', () => invoke({ prompt: 'a', model: 'gpt' }), () => {}, 403, /"gpt".*nova-2-lite/],
    [
      'tenant_suspended',
      () => invoke(),
      (to) => Object.assign(to, { dynamodb: json(items({}, 'suspended')) }),
      403,
      /suspended/,
    ],
    [
      'tenant_suspended',
      () => request('/tenant1/models', { method: 'GET' }),
      (to) => Object.assign(to, { dynamodb: json(items({}, 'suspended')) }),
      403,
      /suspended/,
    ],
    [
      'tenant_misconfigured',
      () => invoke(),
      (to) => Object.assign(to, { dynamodb: json(items({ endpoint: 7 })) }),
      503,
      /operators/,
    ],
    ['routing_unavailable', () => invoke(), (to) => Object.assign(to, { dynamodb: 'timeout' }), 503, /configuration/],
    [
      'credentials_refused',
      () => invoke(),
      (to) => Object.assign(to, { sts: stsError('AccessDenied', 403) }),
      502,
      /operators/,
    ],
    ['credentials_unavailable', () => invoke(), (to) => Object.assign(to, { sts: 'unreachable' }), 503, /Try again/],
    [
      'model_throttled',
      () => invoke(),
      (to) => Object.assign(to, { 'bedrock-runtime': exception('ThrottlingException', 429) }),
      429,
      /quota/,
    ],
    [
      'model_access_denied',
      () => invoke(),
      (to) => Object.assign(to, { 'bedrock-runtime': exception('AccessDeniedException', 403) }),
      502,
      /access/,
    ],
    [
      'model_not_ready',
      () => invoke(),
      (to) => Object.assign(to, { 'bedrock-runtime': exception('ModelNotReadyException', 429) }),
      503,
      /not ready/,
    ],
    ['model_timeout', () => invoke(), (to) => Object.assign(to, { 'bedrock-runtime': 'timeout' }), 504, /maxTokens/],
    [
      'model_unreachable',
      () => invoke(),
      (to) => Object.assign(to, { 'bedrock-runtime': 'unreachable' }),
      503,
      /endpoint/,
    ],
    [
      'model_answer_invalid',
      () => invoke(),
      (to) => Object.assign(to, { 'bedrock-runtime': json({}) }),
      502,
      /not a Converse answer/,
    ],
    [
      'model_answer_invalid',
      () => invoke(),
      (to) => Object.assign(to, { 'bedrock-runtime': { status: 200, headers: {}, body: PROMPT } }),
      502,
      /not JSON/,
    ],
    [
      'answer_too_large',
      () => invoke(),
      (to) => Object.assign(to, { 'bedrock-runtime': { status: 200, headers: {}, body: big } }),
      502,
      /1 MB/,
    ],
  ]

  test.each(cases)('%s', async (code, make, arrange, status, words) => {
    const { app, aws, log } = createTestAppFor(sendWhole, signer.jwk, NOW)
    arrange(aws.replies)
    const { status: given, headers, body: text } = await app(fromRequest(make()), context())
    expect({ status: given, ...JSON.parse(text).error }).toMatchObject({
      status,
      code,
      requestId: 'request-1',
    })
    expect(JSON.parse(text)).toEqual({ error: { code, message: expect.stringMatching(words), requestId: 'request-1' } })
    expect(headers['x-request-id']).toBe('request-1')
    expect(text).not.toMatch(/arn:|ASIA|222222222222/)
    expect(text).not.toContain(token.slice(0, 30))
    expect(text).not.toContain(PROMPT)
    expect(log).toHaveLength(1)
    expect(log[0]).toMatchObject({ outcome: code, status })
    const line = JSON.stringify(log[0])
    expect(line).not.toContain(PROMPT)
    expect(line).not.toMatch(/arn:|eyJ|session1|secret\/1/)
  })

  test('headers that belong to a status', async () => {
    const { app, aws } = setUp()
    const header = async (incoming: Request, name: string) => (await app(incoming, context())).headers.get(name)
    expect(await header(request('/tenant1/models', { method: 'POST', body: '{}' }), 'allow')).toBe('GET')
    expect(await header(request('/tenant1/invoke', { headers: { authorization: '' } }), 'www-authenticate')).toBe(
      'Bearer realm="gateway"',
    )
    expect(
      await header(request('/tenant1/invoke', { headers: { authorization: 'Bearer x' } }), 'www-authenticate'),
    ).toBe('Bearer realm="gateway", error="invalid_token"')
    aws.replies['bedrock-runtime'] = exception('ThrottlingException', 429)
    expect(await header(invoke(), 'retry-after')).toBe('5')
  })

  test('a mistake of our own is 500 without its words, in the answer and in the log', async () => {
    const { log } = setUp()
    const app = createApp({
      compute: 'lambda',
      tenantId: 'tenant1',
      authenticate: async () => ({ user: 'u', id: 'u' }),
      authenticateMachine: async () => ({ user: 'm', id: 'm' }),
      routing: { get: () => Promise.reject(new TypeError(`cannot read ${PROMPT}`)) },
      models: { whole: () => Promise.reject(new Error('unused')), stream: () => Promise.reject(new Error('unused')) },
      metering: createMetering({ tenantId: 'tenant1', now: () => NOW, warn: () => {} }),
      readUsage: () => Promise.reject(new Error('unused')),
      settling: 'before',
      log: (record) => log.push(record),
      now: () => NOW,
      deliver: async (answer) => answer,
    })
    const answer = await app(fromRequest(invoke()), context())
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain(PROMPT)
    expect(log[0]?.cause).toContain('TypeError')
    expect(JSON.stringify(log)).not.toContain(PROMPT)
  })

  test('without time left the answer is a 504 before the platform cuts off, and nobody is recorded as let in', async () => {
    const { app, aws, log } = setUp()
    aws.replies.dynamodb = () => new Promise(() => {})
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const asked = app(invoke(), context(550))
      await vi.advanceTimersByTimeAsync(450)
      const response = await asked
      expect(response.status).toBe(504)
      expect(await response.json()).toMatchObject({ error: { code: 'deadline_exceeded' } })
      // The tenant's item was being read: its status and models were never looked at.
      const decided = { decision: 'refused', check: 'platform', passed: 'tenant', user: '7a1c0c1e-user' }
      expect(log).toMatchObject([{ outcome: 'deadline_exceeded', status: 504, ...decided }])
    } finally {
      vi.useRealTimers()
    }
  })
})

test('one log line a request: who, which model, usage, time by step, outcome', async () => {
  const { app, log } = setUp()
  await app(invoke(), context())
  expect(log).toEqual([
    {
      time: '2026-11-01T00:00:00.000Z',
      requestId: 'request-1',
      tenant: 'tenant1',
      operation: 'invoke',
      user: '7a1c0c1e-user',
      model: 'nova-2-lite',
      servedModel: 'us.amazon.nova-2-lite-v1:0',
      attempts: 1,
      usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
      stopReason: 'end_turn',
      usageIs: 'measured',
      status: 200,
      outcome: 'ok',
      decision: 'allowed',
      check: 'all',
      passed: 'account',
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'us.amazon.nova-2-lite-v1:0',
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.response.finish_reasons': ['end_turn'],
      milliseconds: {
        authenticate: expect.any(Number),
        routing: expect.any(Number),
        body: expect.any(Number),
        model: expect.any(Number),
        total: expect.any(Number),
      },
    },
  ])
})

test('OpenTelemetry counts what the cache had as part of the prompt, and a failure by its code', async () => {
  const { app, aws, log } = setUp()
  const usage = {
    inputTokens: 3,
    outputTokens: 2,
    totalTokens: 5,
    cacheReadInputTokens: 100,
    cacheWriteInputTokens: 20,
  }
  aws.replies['bedrock-runtime'] = json({ ...CONVERSE_ANSWER, usage })
  await app(invoke(), context())
  aws.replies['bedrock-runtime'] = exception('ValidationException', 400, 'no')
  await app(invoke(), context())
  await app(invoke({ model: 'none' }), context())
  expect(log[0]).toMatchObject({
    'gen_ai.usage.input_tokens': 123,
    'gen_ai.usage.cache_read.input_tokens': 100,
    'gen_ai.usage.cache_creation.input_tokens': 20,
  })
  expect(log[1]).toMatchObject({ 'gen_ai.provider.name': 'aws.bedrock', 'error.type': log[1]?.outcome })
  expect(Object.keys(log[2] ?? {}).filter((name) => /^(gen_ai|error)\./.test(name))).toEqual([])
})

test("the caller's trace goes into the line and on to the model, and to nobody else; what is no trace is ignored", async () => {
  const { app, aws, log } = setUp()
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const traced = (header: string) => {
    const request = invoke()
    request.headers.set('traceparent', header)
    return app(request, context())
  }
  await traced(traceparent)
  await traced('00-nothing')
  expect(log.map((line) => line.traceparent)).toEqual([traceparent, undefined])
  expect(aws.sent('bedrock-runtime').map(({ headers }) => headers.traceparent)).toEqual([traceparent, undefined])
  for (const service of ['sts', 'dynamodb'] as const)
    expect(aws.sent(service).every(({ headers }) => headers.traceparent === undefined)).toBe(true)
})
