/** The gateway's server on real sockets, with AWS behind a fake. */
import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { HEALTH_PATH, LOAD_BALANCER_IDLE_SECONDS } from '../../../shared/tenant.ts'
import { SERVER_KEEP_ALIVE_SECONDS } from '../constants.ts'
import { eventFrame } from '../model/event-stream.ts'
import { createTestAppFor } from '../testing/app.ts'
import { CONVERSE_ANSWER, claims, converseFrames, createSigner, json, streamed } from '../testing/support.ts'
import { createGauge, type Gauge } from './gauge.ts'
import { createGatewayServer } from './node-server.ts'

const NOW = Date.UTC(2026, 10, 1)
/** Ten times what an idle machine needs. */
const WAIT = { timeout: 10_000 }
let signer: Awaited<ReturnType<typeof createSigner>>
let token: string
beforeAll(async () => {
  signer = await createSigner('key-1')
  token = await signer.sign(claims(NOW / 1000))
})
const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function setUp(totalMilliseconds = 60_000, gauge?: Gauge) {
  const testApp = createTestAppFor(async (answer) => answer, signer.jwk, NOW)
  const { server, stop } = createGatewayServer({
    app: testApp.app,
    totalMilliseconds,
    keepAliveMilliseconds: SERVER_KEEP_ALIVE_SECONDS * 1000,
    ...(gauge && { gauge }),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true })
  open.push(async () => {
    agent.destroy()
    server.closeAllConnections()
    server.close()
  })
  const ask = (path: string, body?: string, headers: Readonly<Record<string, string>> = {}) => {
    const method = body === undefined ? 'GET' : 'POST'
    const request = httpRequest({
      agent,
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: { authorization: `Bearer ${token}`, ...headers },
    })
    request.end(body)
    return request
  }
  const answered = async (...given: Parameters<typeof ask>) => {
    const [message] = (await once(ask(...given), 'response')) as [IncomingMessage]
    return message
  }
  const whole = async (...given: Parameters<typeof ask>) => {
    const message = await answered(...given)
    const chunks: Buffer[] = []
    for await (const chunk of message) chunks.push(chunk)
    return { status: message.statusCode, headers: message.headers, text: Buffer.concat(chunks).toString() }
  }
  return { ...testApp, server, stop, port, ask, answered, whole }
}

const CHAT = '/tenant1/v1/chat/completions'
const BODY = JSON.stringify({ model: 'nova-2-lite', stream: true, messages: [{ role: 'user', content: 'Hello' }] })
const never = new Promise<Uint8Array>(() => {})

test('a whole answer, over a kept connection', async () => {
  const { whole } = await setUp()
  for (let round = 0; round < 2; round++) {
    const answer = await whole('/tenant1/invoke', '{"prompt":"Hi"}')
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } })
    expect(answer.headers['content-length']).toBe(`${answer.text.length}`)
    expect(JSON.parse(answer.text).output).toBe('Hello')
  }
})

test('the first event reaches the client before the model has sent its last', async () => {
  const { aws, answered } = await setUp()
  const { promise, resolve } = Promise.withResolvers<Uint8Array>()
  const [start, hel, ...rest] = converseFrames('Hel', 'lo')
  aws.replies['bedrock-runtime'] = streamed(start as Uint8Array, hel as Uint8Array, promise)
  const message = await answered(CHAT, BODY)
  const [first] = await once(message, 'data')
  expect(`${first}`).toMatch(/^data: \{/)
  resolve(Buffer.concat(rest))
  let text = ''
  for await (const chunk of message) text += chunk
  expect(text).toMatch(/data: \[DONE\]\n\n$/)
})

test.each([
  ['in the middle of a stream', () => streamed(...converseFrames('Hel').slice(0, 2), never), true],
  ['before the model has answered', () => new Promise<never>(() => {}), false],
])('a client that leaves %s ends the call of the model, and is audited', async (_name, reply, started) => {
  const { aws, ask, log } = await setUp()
  let aborted = 0
  aws.replies['bedrock-runtime'] = ({ signal }) => {
    signal?.addEventListener('abort', () => {
      aborted = performance.now()
    })
    return reply()
  }
  const request = ask(CHAT, BODY)
  request.on('error', () => {})
  if (started) await once(((await once(request, 'response')) as [IncomingMessage])[0], 'data')
  else await vi.waitFor(() => expect(aws.sent('bedrock-runtime')).toHaveLength(1), WAIT)
  const left = performance.now()
  request.destroy()
  await vi.waitFor(() => expect(aborted).toBeGreaterThan(0), WAIT)
  // Goal: 50 ms, which the bench holds it to; here on a machine that may be busy.
  expect(aborted - left).toBeLessThan(500)
  if (started)
    await vi.waitFor(() => expect(log).toMatchObject([{ outcome: 'client_left', usageIncomplete: true }]), WAIT)
})

test('nothing is left of 200 clients that leave', async () => {
  const { aws, ask, log, server } = await setUp()
  aws.replies['bedrock-runtime'] = () => streamed(...converseFrames('Hel').slice(0, 2), never)
  await Promise.all(
    Array.from({ length: 200 }, async () => {
      const request = ask(CHAT, BODY)
      request.on('error', () => {})
      await once(((await once(request, 'response')) as [IncomingMessage])[0], 'data')
      request.destroy()
    }),
  )
  await vi.waitFor(() => expect(log).toHaveLength(200), WAIT)
  expect(aws.closed).toHaveLength(200)
  const connections = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
  await vi.waitFor(async () => expect(await connections()).toBe(0), WAIT)
})

test('a slow reader of a long answer holds the model back: what is on the way is bounded', async () => {
  const { aws, answered } = await setUp()
  const megabyte = 'x'.repeat(1_000_000)
  let made = 0
  async function* frames() {
    yield eventFrame('messageStart', { role: 'assistant' })
    for (; made < 50; made++) yield eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: megabyte } })
    yield eventFrame('messageStop', { stopReason: 'end_turn' })
    yield eventFrame('metadata', { usage: CONVERSE_ANSWER.usage })
  }
  aws.replies['bedrock-runtime'] = { ...streamed(), chunks: frames() }
  const message = await answered(CHAT, BODY)
  message.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  // The sockets' own buffers take some megabytes.
  expect(made).toBeLessThan(15)
  let length = 0
  for await (const chunk of message) length += chunk.length
  expect(length).toBeGreaterThan(50_000_000)
})

test('the total time of a request ends its stream with an error', async () => {
  const { aws, whole } = await setUp(3_000)
  aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel').slice(0, 2), never)
  const { status, text } = await whole(CHAT, BODY)
  expect(status).toBe(200)
  expect(text).toContain('"code":"deadline_exceeded"')
  expect(text).not.toContain('[DONE]')
})

test.each([
  ['POST', '/tenant1/../tenant2/invoke', 'request_malformed'],
  ['POST', '/tenant1/%2e%2e/invoke', 'request_malformed'],
  ['POST', 'http://elsewhere.example/tenant1/invoke', 'request_malformed'],
  ['POST', '/tenant2/invoke', 'tenant_unknown'],
  ['GET', '/tenant1/invoke', 'method_not_allowed'],
])('%s %s is refused: %s', async (method, path, code) => {
  const { whole } = await setUp()
  expect((await whole(path, method === 'GET' ? undefined : '{}')).headers['x-error-code']).toBe(code)
})

test('two Authorization headers are refused, not one of them taken', async () => {
  const { port } = await setUp()
  const socket = connect(port, '127.0.0.1')
  const lines = [
    'POST /tenant1/invoke HTTP/1.1',
    'host: x',
    `authorization: Bearer ${token}`,
    'Authorization: Bearer other',
    'content-length: 2',
    'connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n{}`)
  let text = ''
  for await (const chunk of socket) text += chunk
  expect(text).toMatch(/^HTTP\/1.1 400 /)
  expect(text).toContain('authorization_ambiguous')
})

test('a body over 25 MB is refused, by its length or by what comes', async () => {
  const { whole, ask, aws } = await setUp()
  aws.replies['bedrock-runtime'] = json(CONVERSE_ANSWER)
  const announced = ask('/tenant1/invoke', undefined, { 'content-length': '25000001', 'transfer-encoding': '' })
  announced.destroy()
  announced.on('error', () => {})
  const long = JSON.stringify({ prompt: 'x'.repeat(25_000_000) })
  expect((await whole('/tenant1/invoke', long)).headers['x-error-code']).toBe('body_too_large')
})

test('stopping: health says so, what is under way is answered, the rest is ended with an error', async () => {
  const { aws, answered, whole, stop } = await setUp()
  expect(await whole(HEALTH_PATH)).toMatchObject({ status: 200, text: 'ok' })
  const { promise, resolve } = Promise.withResolvers<Uint8Array>()
  const [start, hel, ...rest] = converseFrames('Hel', 'lo')
  aws.replies['bedrock-runtime'] = streamed(start as Uint8Array, hel as Uint8Array, promise)
  const good = await answered(CHAT, BODY)
  aws.replies['bedrock-runtime'] = streamed(start as Uint8Array, hel as Uint8Array, never)
  const bad = await answered(CHAT, BODY)
  const stopped = stop(700)
  expect(await whole(HEALTH_PATH)).toMatchObject({ status: 503 })
  resolve(Buffer.concat(rest))
  const read = async (message: IncomingMessage) => {
    let text = ''
    for await (const chunk of message) text += chunk
    return text
  }
  expect(await read(good)).toMatch(/\[DONE\]\n\n$/)
  expect(await read(bad)).toMatch(/deadline_exceeded.*\n\n$/)
  await stopped
})

test('idle connections are kept for longer than the load balancer keeps them', async () => {
  const { server } = await setUp()
  expect(server.keepAliveTimeout).toBeGreaterThan(LOAD_BALANCER_IDLE_SECONDS * 1000)
})

test('the gauge counts a stream until it is sent, and no health check', async () => {
  let now = 0
  const gauge = createGauge(() => now)
  const { aws, answered, whole } = await setUp(60_000, gauge)
  const { promise, resolve } = Promise.withResolvers<Uint8Array>()
  const [start, hel, ...rest] = converseFrames('Hel', 'lo')
  aws.replies['bedrock-runtime'] = streamed(start as Uint8Array, hel as Uint8Array, promise)
  const message = await answered(CHAT, BODY)
  expect(await whole(HEALTH_PATH)).toMatchObject({ status: 200 })
  now += 1_000
  expect(gauge.read()).toEqual({ inFlight: 1, peak: 1 })
  resolve(Buffer.concat(rest))
  for await (const _ of message);
  await vi.waitFor(() => {
    now += 1_000
    gauge.read()
    now += 1_000
    expect(gauge.read()).toEqual({ inFlight: 0, peak: 0 })
  }, WAIT)
})
