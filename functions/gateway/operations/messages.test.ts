import { beforeAll, describe, expect, test } from 'vitest'
import { eventFrame, exceptionFrame } from '../model/event-stream.ts'
import { createTestApp } from '../testing/app.ts'
import { claims, context, createSigner, exception, json, streamed } from '../testing/support.ts'

const NOW = Date.UTC(2026, 10, 1)
const MODEL = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
let signer: Awaited<ReturnType<typeof createSigner>>
let token: string
beforeAll(async () => {
  signer = await createSigner('key-1')
  token = await signer.sign(claims(NOW / 1000))
})

const BODY = { model: 'claude-haiku-4.5', max_tokens: 20, messages: [{ role: 'user', content: 'Hi' }] }
const ANSWER = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5-20251001',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 2 },
}

/** Bedrock's frame of one of Claude's events. */
const chunk = (event: unknown) =>
  eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64'), p: 'abc' })

function setUp(path = 'messages') {
  const test = createTestApp(signer.jwk, NOW)
  const ask = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    test.app(
      new Request(`https://gateway.invalid/tenant1/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
      context(),
    )
  const sent = () => JSON.parse(`${test.aws.sent('bedrock-runtime')[0]?.body}`)
  return { ...test, ask, sent }
}

describe('a whole answer', () => {
  test("the body goes on without model and stream, with Bedrock's version; the answer comes back as it is", async () => {
    const { aws, ask, sent } = setUp('messages?beta=true')
    aws.replies['bedrock-runtime'] = json(ANSWER)
    const response = await ask(
      { ...BODY, stream: false, metadata: { user_id: 'u' } },
      { 'anthropic-version': '2023-06-01' },
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('request-id')).toBe('request-1')
    expect(response.headers.get('x-genai-ignored')).toBeNull()
    expect(await response.json()).toEqual(ANSWER)
    expect(aws.sent('bedrock-runtime')[0]?.path).toBe(`/model/${encodeURIComponent(MODEL)}/invoke`)
    const { model: _, ...rest } = BODY
    expect(sent()).toEqual({ ...rest, metadata: { user_id: 'u' }, anthropic_version: 'bedrock-2023-05-31' })
  })

  test("the model by its Bedrock id, and numbers of a tool's schema as they were written", async () => {
    const { aws, ask } = setUp()
    aws.replies['bedrock-runtime'] = json(ANSWER)
    await ask(
      `{"model":"${MODEL}","max_tokens":20,"messages":[],"tools":[{"input_schema":{"const":12345678901234567890,"f":1.0}}]}`,
    )
    expect(aws.sent('bedrock-runtime')[0]?.body).toBe(
      '{"max_tokens":20,"messages":[],"tools":[{"input_schema":{"const":12345678901234567890,"f":1.0}}],"anthropic_version":"bedrock-2023-05-31"}',
    )
  })

  test('betas that Bedrock takes go on, others and wishes without effect are dropped and named', async () => {
    const { aws, ask, sent } = setUp()
    aws.replies['bedrock-runtime'] = json(ANSWER)
    const response = await ask(
      { ...BODY, service_tier: 'auto', anthropic_beta: ['interleaved-thinking-2025-05-14', 'made up\n'] },
      { 'anthropic-beta': 'claude-code-20250219,context-management-2025-06-27, interleaved-thinking-2025-05-14' },
    )
    expect(sent()).toMatchObject({
      anthropic_beta: ['context-management-2025-06-27', 'interleaved-thinking-2025-05-14'],
    })
    expect(sent()).not.toHaveProperty('service_tier')
    expect(response.headers.get('x-genai-ignored')).toBe(
      'service_tier, anthropic-beta=claude-code-20250219, anthropic-beta=?',
    )
  })

  test.each([
    ['no max_tokens', { ...BODY, max_tokens: undefined }, 400, 'invalid_request_error', /max_tokens/],
    ['max_tokens is text', { ...BODY, max_tokens: '9' }, 400, 'invalid_request_error', /max_tokens/],
    ['no model', { ...BODY, model: undefined }, 400, 'invalid_request_error', /model/],
    [
      'a model that is not Claude',
      { ...BODY, model: 'nova-2-lite' },
      400,
      'invalid_request_error',
      /chat\/completions/,
    ],
    ['a model of nobody', { ...BODY, model: 'gpt-5' }, 404, 'not_found_error', /gpt-5/],
    ['servers at Anthropic', { ...BODY, mcp_servers: [] }, 400, 'invalid_request_error', /mcp_servers/],
    ['stream is text', { ...BODY, stream: 'yes' }, 400, 'invalid_request_error', /stream/],
  ])("%s: refused in Anthropic's shape, and Bedrock is not asked", async (_, body, status, type, words) => {
    const { aws, ask } = setUp()
    const response = await ask(body)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type, message: expect.stringMatching(words) },
      request_id: 'request-1',
    })
    expect(aws.sent('bedrock-runtime')).toHaveLength(0)
  })

  test("Bedrock's own refusal in Anthropic's shape", async () => {
    const { aws, ask } = setUp()
    aws.replies['bedrock-runtime'] = exception('ThrottlingException', 429, 'Too many requests')
    const response = await ask(BODY)
    expect(response.status).toBe(429)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
  })
})

describe('a stream', () => {
  const START = { type: 'message_start', message: { ...ANSWER, content: [] } }
  const DELTA = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } }
  const STOP = { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 3, outputTokenCount: 2 } }

  test("Claude's events as Anthropic's API sends them; Bedrock's addition is not passed on", async () => {
    const { aws, ask, sent, log } = setUp()
    aws.replies['bedrock-runtime'] = streamed(chunk(START), chunk(DELTA), chunk(STOP))
    const response = await ask({ ...BODY, stream: true })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(await response.text()).toBe(
      `event: message_start\ndata: ${JSON.stringify(START)}\n\n` +
        `event: content_block_delta\ndata: ${JSON.stringify(DELTA)}\n\n` +
        'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    )
    expect(aws.sent('bedrock-runtime')[0]?.path).toMatch(/\/invoke-with-response-stream$/)
    expect(sent()).not.toHaveProperty('stream')
    expect(log).toMatchObject([{ operation: 'messages', usage: { inputTokens: 3, outputTokens: 2 }, stream: true }])
  })

  test.each([
    ['an exception frame', [exceptionFrame('throttlingException', 'slow down')], 'rate_limit_error'],
    ['an end before message_stop', [], 'api_error'],
    ["an error event of the model's own", [chunk({ type: 'error', error: { message: 'x' } })], 'api_error'],
  ])('%s: what came, then one error event, and no message_stop', async (_, last, type) => {
    const { aws, ask, log } = setUp()
    aws.replies['bedrock-runtime'] = streamed(chunk(START), chunk(DELTA), ...last)
    const text = await (await ask({ ...BODY, stream: true })).text()
    const events = text.trimEnd().split('\n\n')
    expect(events.map((event) => event.split('\n')[0])).toEqual([
      'event: message_start',
      'event: content_block_delta',
      'event: error',
    ])
    expect(JSON.parse(events[2]?.split('data: ')[1] ?? '')).toMatchObject({ type: 'error', error: { type } })
    expect(log[0]?.outcome).not.toBe('ok')
  })
})

describe('count_tokens', () => {
  const QUESTION = { model: 'claude-haiku-4.5', messages: BODY.messages }

  test('Bedrock counts, asked by the id of the base model, with a body as InvokeModel takes it', async () => {
    const { aws, ask, sent } = setUp('messages/count_tokens?beta=true')
    aws.replies['bedrock-runtime'] = json({ inputTokens: 42 })
    const response = await ask({ ...QUESTION, thinking: { type: 'enabled', budget_tokens: 2000 } })
    expect(await response.json()).toEqual({ input_tokens: 42 })
    expect(response.headers.get('x-genai-estimated')).toBeNull()
    expect(aws.sent('bedrock-runtime')[0]?.path).toBe(
      `/model/${encodeURIComponent('anthropic.claude-haiku-4-5-20251001-v1:0')}/count-tokens`,
    )
    expect(JSON.parse(Buffer.from(sent().input.invokeModel.body, 'base64').toString())).toEqual({
      messages: BODY.messages,
      thinking: { type: 'enabled', budget_tokens: 2000 },
      max_tokens: 2001,
      anthropic_version: 'bedrock-2023-05-31',
    })
  })

  test.each([
    exception('AccessDeniedException', 403, 'not authorized to perform: bedrock:CountTokens'),
    exception('ValidationException', 400, "The provided model doesn't support counting tokens."),
  ])('where Bedrock does not count, an estimate that is marked as one (%#)', async (reply) => {
    const { aws, ask } = setUp('messages/count_tokens')
    aws.replies['bedrock-runtime'] = reply
    const response = await ask(QUESTION)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-genai-estimated')).toBe('input_tokens')
    expect(await response.json()).toEqual({ input_tokens: Math.ceil(JSON.stringify(QUESTION).length / 3) })
  })

  test('a request that is wrong is refused, not estimated', async () => {
    const { aws, ask } = setUp('messages/count_tokens')
    aws.replies['bedrock-runtime'] = exception('ValidationException', 400, 'messages: at least one message is required')
    const response = await ask({ ...QUESTION, messages: [] })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })
})
