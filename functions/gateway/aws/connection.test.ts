import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { collect, createConnections, type HandlerOptions, NotingAgent, type SdkRequest } from './connection.ts'

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

/** An agent without TLS: `secureConnect` comes as soon as the connection is there, unless the handshake is to hang. */
class PlainAgent extends NotingAgent {
  readonly #port: number
  readonly #handshake: boolean
  connections = 0

  constructor(port: number, handshake = true) {
    super({ keepAlive: true })
    this.#port = port
    this.#handshake = handshake
  }

  protected override connect(): Socket {
    this.connections++
    const socket = connect(this.#port, '127.0.0.1')
    if (this.#handshake) socket.once('connect', () => socket.emit('secureConnect'))
    return socket
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return (server.address() as AddressInfo).port
}

async function serving(listener: RequestListener): Promise<PlainAgent> {
  return new PlainAgent(await listen(createServer(listener)))
}

const REQUEST = {
  protocol: 'https:',
  method: 'POST',
  hostname: 'service.example',
  path: '/a%3A0?b=c',
  headers: { host: 'service.example', 'content-length': '4' },
  body: 'body',
} satisfies SdkRequest & { protocol: string }

/** Sends, and reads the whole answer. */
function createSend(agent: NotingAgent, connectTimeoutMilliseconds?: number) {
  const connections = createConnections({ agent, ...(connectTimeoutMilliseconds && { connectTimeoutMilliseconds }) })
  return async (options: HandlerOptions = { requestTimeout: 2_000 }, changes: Partial<typeof REQUEST> = {}) => {
    const { response } = await connections.handle({ ...REQUEST, ...changes }, options)
    const { statusCode: status, headers, body } = response
    return { status, headers, body: await collect(body, 'service.example', 1000) }
  }
}

test('sends what it is given and reads the whole answer, over one kept connection', async () => {
  const agent = await serving((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('x-seen', `${request.method} ${request.url} ${request.headers.host} ${Buffer.concat(chunks)}`)
      response.statusCode = 429
      response.write('grü')
      response.end('ße')
    })
  })
  const send = createSend(agent)
  for (let index = 0; index < 3; index++) {
    const answer = await send()
    expect(answer).toMatchObject({ status: 429, body: 'grüße' })
    expect(answer.headers['x-seen']).toBe('POST /a%3A0?b=c service.example body')
  }
  expect(agent.connections).toBe(1)
})

test('a refused connection and a name that nobody knows are unreachable', async () => {
  const port = await listen(createTcpServer())
  open.splice(0).forEach((server) => {
    server.close()
  })
  await expect(createSend(new PlainAgent(port))()).rejects.toMatchObject({ failure: 'unreachable' })
  const unknown = createSend(new NotingAgent({}))({}, { hostname: 'nobody.invalid' })
  await expect(unknown).rejects.toMatchObject({ failure: 'unreachable' })
})

test('a route that swallows packets is unreachable after the connect timeout, not after the whole time', async () => {
  const port = await listen(createTcpServer(() => {}))
  const send = createSend(new PlainAgent(port, false), 50)
  const started = performance.now()
  await expect(send({ requestTimeout: 60_000 })).rejects.toMatchObject({ failure: 'unreachable' })
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('silence after the connection is a timeout', async () => {
  const silent = await serving(() => {})
  const limited = { requestTimeout: 80 }
  await expect(createSend(silent)(limited)).rejects.toMatchObject({ failure: 'timeout' })
})

test('a connection that ends before the answer does is broken, and the call is not repeated', async () => {
  let requests = 0
  const agent = await serving((request) => {
    requests++
    request.socket.destroy()
  })
  await expect(createSend(agent)()).rejects.toMatchObject({ failure: 'broken' })
  expect(requests).toBe(1)
  const half = await serving((_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('half')
    setTimeout(() => response.destroy(), 10)
  })
  await expect(createSend(half)()).rejects.toMatchObject({ failure: 'broken' })
})

test('an idle connection that the server has closed meanwhile costs nobody a request', async () => {
  let requests = 0
  const agent = await serving((request, response) => {
    requests++
    // The second request meets a socket that is reset just as it arrives.
    if (requests === 2) request.socket.resetAndDestroy()
    else response.end('ok')
  })
  const send = createSend(agent)
  await send()
  expect(await send()).toMatchObject({ body: 'ok' })
  expect(requests).toBe(3)
  expect(agent.connections).toBe(2)
})

test('a reset after the server had time to work is not repeated, on a kept connection either', async () => {
  let requests = 0
  const agent = await serving((request, response) => {
    requests++
    if (requests === 2) setTimeout(() => request.socket.resetAndDestroy(), 150)
    else response.end('ok')
  })
  const send = createSend(agent)
  await send()
  await expect(send()).rejects.toMatchObject({ failure: 'broken' })
  expect(requests).toBe(2)
})

test('an answer that breaks off at once is not asked for again, on a kept connection either', async () => {
  let requests = 0
  const agent = await serving((request, response) => {
    requests++
    if (requests !== 2) return void response.end('ok')
    response.writeHead(200, { 'content-length': '10' }).write('half')
    setTimeout(() => request.socket.resetAndDestroy(), 5)
  })
  const send = createSend(agent)
  await send()
  await expect(send()).rejects.toMatchObject({ failure: 'broken' })
  expect(requests).toBe(2)
})

test('an answer over the limit is cut off', async () => {
  const agent = await serving((_, response) => response.end('x'.repeat(1001)))
  await expect(createSend(agent)()).rejects.toMatchObject({ failure: 'tooLarge' })
  expect(await createSend(await serving((_, response) => response.end('x'.repeat(1000))))()).toMatchObject({
    status: 200,
  })
})

test('an abort ends the exchange, before the answer and within it', async () => {
  let closed = 0
  const agent = await serving((request, response) => {
    request.socket.once('close', () => closed++)
    if (request.url === '/half') response.writeHead(200, { 'content-length': '10' }).write('half')
  })
  const send = createSend(agent)
  for (const [path, failure] of [
    ['/silent', 'aborted'],
    ['/half', expect.stringMatching(/^(aborted|broken)$/)],
  ] as const) {
    const abort = new AbortController()
    const sending = send({ abortSignal: abort.signal }, { path })
    setTimeout(() => abort.abort(), 50)
    await expect(sending).rejects.toMatchObject({ failure })
  }
  await vi.waitFor(() => expect(closed).toBe(2))
})

test('a handshake that fails is unreachable: nothing was sent', async () => {
  const port = await listen(createServer())
  class Tls extends NotingAgent {
    protected override connect(...given: Parameters<NotingAgent['createConnection']>) {
      return super.connect({ ...given[0], host: '127.0.0.1', port })
    }
  }
  await expect(createSend(new Tls({}))()).rejects.toMatchObject({ failure: 'unreachable' })
})
