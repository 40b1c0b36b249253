/** Streams from a model to a caller, through the app, by a small operation in the shape of OpenAI's. */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { KEEP_ALIVE_MILLISECONDS } from './constants.ts'
import { ERRORS, type ErrorCode } from './errors.ts'
import { exceptionFrame } from './model/event-stream.ts'
import type { Call, OfferedOperation } from './operation.ts'
import { anthropicShape } from './shapes/anthropic.ts'
import { bedrockShape } from './shapes/bedrock.ts'
import { openaiShape } from './shapes/openai.ts'
import type { Shape } from './shapes/shape.ts'
import { createTestApp } from './testing/app.ts'
import { claims, context, converseFrames, createSigner, exception, streamed } from './testing/support.ts'

const NOW = Date.UTC(2026, 10, 1)
/** On a busy machine too. */
const WAIT = 60_000
let signer: Awaited<ReturnType<typeof createSigner>>
let token: string
beforeAll(async () => {
  signer = await createSigner('key-1')
  token = await signer.sign(claims(NOW / 1000))
})

const operation = (shape: Shape, answer: OfferedOperation['answer']): OfferedOperation => ({
  name: 'stream',
  method: 'POST',
  path: '/stream',
  shape,
  answer,
})
const texts = async (call: Call) => {
  const stream = await call.models.converseStream(call.model('nova-2-lite'), call.body.text)
  return call.stream(stream, {
    encode: (event) => (event.contentBlockDelta?.delta?.text ? `data: ${event.contentBlockDelta.delta.text}\n\n` : ''),
    end: () => 'data: [DONE]\n\n',
  })
}
const raw = async (call: Call) =>
  call.passThrough(await call.models.converseStream(call.model('nova-2-lite'), call.body.text))

function setUp(shape: Shape = openaiShape, answer: OfferedOperation['answer'] = texts) {
  const test = createTestApp(signer.jwk, NOW, [operation(shape, answer)])
  const leave = new AbortController()
  const ask = (remaining = 30_000) =>
    test.app(
      new Request('https://gateway.invalid/tenant1/stream', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: '{}',
        signal: leave.signal,
      }),
      context(remaining),
    )
  return { ...test, ask, leave }
}

test('events in the shape of the caller, then its normal end, then a line with usage and times', async () => {
  const { aws, ask, log, admissions } = setUp()
  aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel', 'lo'))
  const response = await ask()
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(response.headers.get('x-request-id')).toBe('request-1')
  expect(log).toHaveLength(0)
  // A process that is killed now leaves this.
  expect(admissions).toMatchObject([
    { phase: 'admission', decision: 'allowed', user: '7a1c0c1e-user', operation: 'stream' },
  ])
  expect(admissions[0]).not.toHaveProperty('status')
  expect(await response.text()).toBe('data: Hel\n\ndata: lo\n\ndata: [DONE]\n\n')
  expect(log).toHaveLength(1)
  expect(log[0]).toMatchObject({
    phase: 'end',
    outcome: 'ok',
    status: 200,
    stream: true,
    stopReason: 'end_turn',
    usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
    milliseconds: { first: expect.any(Number), model: expect.any(Number) },
    passed: 'account',
  })
  expect(log[0]).not.toHaveProperty('usageIncomplete')
})

test('as the bytes came', async () => {
  const { aws, ask } = setUp(bedrockShape, raw)
  const frames = converseFrames('Hello')
  const all = Buffer.concat(frames)
  // Cut anywhere but between frames.
  aws.replies['bedrock-runtime'] = streamed(all.subarray(0, 5), all.subarray(5, 130), all.subarray(130))
  const response = await ask()
  expect(response.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
  expect(Buffer.from(await response.arrayBuffer())).toEqual(all)
})

test("Bedrock's refusal before the stream is an error with its status, in the caller's shape", async () => {
  const { aws, ask, log } = setUp()
  aws.replies['bedrock-runtime'] = exception('ThrottlingException', 429)
  const response = await ask()
  expect(response.status).toBe(429)
  expect(await response.json()).toMatchObject({
    error: { code: 'model_throttled', type: 'rate_limit_error', param: null },
  })
  expect(aws.sent('bedrock-runtime')).toHaveLength(3)
  expect(log).toHaveLength(1)
})

describe('a failure in the middle: what came before it, one error, no normal end', () => {
  const broken = async () => {
    throw new Error('socket hang up')
  }
  const start = converseFrames('Hel')
  const cases: [string, () => Parameters<typeof streamed>, ErrorCode][] = [
    ['an exception', () => [...start.slice(0, 2), exceptionFrame('throttlingException', 'slow')], 'model_throttled'],
    [
      'an exception in the same read',
      () => [Buffer.concat([...start.slice(0, 2), exceptionFrame('modelStreamErrorException', 'x')])],
      'model_answer_incomplete',
    ],
    [
      'an exception that nobody knows',
      () => [...start.slice(0, 2), exceptionFrame('somethingNewException', 'x')],
      'model_unavailable',
    ],
    ['an end without messageStop', () => start.slice(0, 2), 'model_answer_incomplete'],
    [
      'an end within a frame',
      () => [...start, start[0]?.subarray(0, 20) ?? new Uint8Array()],
      'model_answer_incomplete',
    ],
    ['a cut', () => [...start.slice(0, 2), broken()], 'model_answer_incomplete'],
    [
      'a damaged frame',
      () => [...start.slice(0, 2), Uint8Array.from(start[2] ?? [], (byte, at) => (at === 14 ? byte ^ 1 : byte))],
      'model_answer_incomplete',
    ],
  ]

  test.each(cases)('%s', async (_name, chunks, code) => {
    const { aws, ask, log } = setUp()
    aws.replies['bedrock-runtime'] = () => streamed(...chunks())
    const text = await (await ask()).text()
    expect(text).toMatch(new RegExp(`^data: Hel\n\ndata: {"error":{.*"code":"${code}"}}\n\n$`))
    expect(text).not.toContain('[DONE]')
    expect(log).toMatchObject([{ outcome: code, status: ERRORS[code].status, decision: 'allowed' }])
  })

  test("in Anthropic's shape it is the event error, in Bedrock's an exception frame", async () => {
    for (const [shape, answer] of [
      [anthropicShape, texts],
      [bedrockShape, raw],
    ] as const) {
      const { aws, ask } = setUp(shape, answer)
      aws.replies['bedrock-runtime'] = streamed(...start.slice(0, 2), exceptionFrame('throttlingException', 'slow'))
      const text = await (await ask()).text()
      if (shape === anthropicShape)
        expect(text).toMatch(/\nevent: error\ndata: {"type":"error","error":{"type":"rate_limit_error"/)
      else expect(text).toMatch(/:exception-type.{3}throttlingException/)
    }
  })
})

test('nothing is read from the model before the caller asks for it', async () => {
  const { aws, ask } = setUp()
  let read = 0
  const frames = converseFrames(...Array.from({ length: 100 }, (_, index) => `${index}`))
  aws.replies['bedrock-runtime'] = {
    ...streamed(),
    chunks: (function* () {
      for (const frame of frames) {
        read++
        yield frame
      }
    })(),
  }
  const reader = (await ask()).body?.getReader()
  await reader?.read()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(read).toBeLessThan(6)
  await reader?.cancel()
})

test.each([
  ['cancels the body', (_leave: AbortController, reader: ReadableStreamDefaultReader) => reader.cancel()],
  ['aborts the request', async (leave: AbortController) => leave.abort()],
])("a client that leaves closes the model's connection and is audited: %s", async (_name, go) => {
  const { aws, ask, log, leave } = setUp()
  aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel').slice(0, 2), new Promise(() => {}))
  const reader = (await ask()).body?.getReader()
  if (!reader) throw new Error('no body')
  await reader.read()
  const waiting = reader.read().catch(() => {})
  await go(leave, reader)
  await waiting
  await vi.waitFor(() => expect(aws.closed).toHaveLength(1), WAIT)
  expect(log).toMatchObject([{ outcome: 'client_left', status: 499, usageIncomplete: true, decision: 'allowed' }])
})

test('a client that leaves before the answer began is audited too', async () => {
  const { aws, ask, log, leave } = setUp()
  aws.replies['bedrock-runtime'] = ({ signal }) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
  const asked = ask()
  await vi.waitFor(() => expect(aws.sent('bedrock-runtime')).toHaveLength(1), WAIT)
  leave.abort()
  expect((await asked).status).toBe(499)
  expect(log).toMatchObject([{ outcome: 'client_left' }])
})

test.each([
  [openaiShape, texts, ': keep-alive\n\n'],
  [anthropicShape, texts, 'event: ping\ndata: {"type":"ping"}\n\n'],
])('a silent model: a sign of life every 15 s in the shape of $name', async (shape, answer, sign) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const { aws, ask } = setUp(shape, answer)
    aws.replies['bedrock-runtime'] = streamed(new Promise(() => {}))
    const reader = (await ask(300_000)).body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let index = 0; index < 2; index++) {
      const next = reader?.read()
      await vi.advanceTimersByTimeAsync(KEEP_ALIVE_MILLISECONDS)
      expect(await next).toEqual({ done: false, value: sign })
    }
    reader?.cancel()
  } finally {
    vi.useRealTimers()
  }
})

test('the time of a request bounds its stream', async () => {
  const { aws, ask } = setUp()
  aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel').slice(0, 2), new Promise(() => {}))
  expect(await (await ask(700)).text()).toMatch(/^data: Hel\n\ndata: {"error":.*deadline_exceeded/)
})
