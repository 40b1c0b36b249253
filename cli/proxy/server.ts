/** A server on this machine that puts a user's token into requests and forwards them to the gateway. Requests and answers are streamed. */
import { createServer, request as http, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, request as https } from 'node:https'
import type { AddressInfo } from 'node:net'
import { messageOf, UserError } from '../verb.ts'
import { type Refusal, refusalOf } from './admit.ts'

export interface ProxyOptions {
  /** `https://HOST`, without a slash at its end. */
  readonly gatewayUrl: string
  readonly tenant: string
  /** What the tool sends as its API key. */
  readonly key: string
  readonly token: () => Promise<string>
  /** 0 takes a free one. */
  readonly port: number
  readonly origins?: readonly string[]
  /** Certificates to trust besides this machine's. */
  readonly ca?: string | readonly string[]
}

export interface RunningProxy {
  readonly port: number
  close(): Promise<void>
}

/** @throws UserError when the port is taken */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const agent = new Agent({ keepAlive: true, ...(options.ca !== undefined && { ca: [options.ca].flat() }) })
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo
    const { origin } = request.headers
    const preflight = request.method === 'OPTIONS' && origin !== undefined
    const refusal = refusalOf(request.headers, { ...options, port, origins: options.origins ?? [], preflight })
    if (refusal) return refuse(response, refusal)
    if (preflight) return void response.writeHead(204, preflightHeaders(request, origin)).end()
    // As of a client that takes this for a proxy to anywhere.
    if (!request.url?.startsWith('/')) return refuse(response, NO_PATH)
    forward(request, response, options, agent).catch((error: unknown) => {
      // What the session's end says is for the user of this machine; what broke on the way may name addresses.
      const ended = error instanceof UserError
      const message = ended
        ? `${error.message} Restart npm run genai -- proxy to sign in again.`
        : 'The gateway was not reached: see the shell that runs the proxy.'
      if (!ended) process.stderr.write(`${messageOf(error)}\n`)
      refuse(response, { status: ended ? 401 : 502, type: ended ? 'authentication_error' : 'api_error', message })
    })
  })
  // Nothing between a user's prompt and its answer is cut short here: the gateway has its own limits.
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new UserError(
          `Port ${options.port} cannot be listened on: ${cause.code ?? cause.message}.`,
          'Choose another: --port NUMBER',
          { cause },
        ),
      ),
    )
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      agent.destroy()
    },
  }
}

const NO_PATH: Refusal = {
  status: 400,
  type: 'invalid_request_error',
  message: 'This is no proxy to other addresses: use its URL as the base URL of the API.',
}

/** Of one connection, not of the message; and what must not leave this machine: the proxy's key, cookies of other local servers. */
const NOT_FORWARDED = new Set([
  ...['host', 'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'upgrade'],
  ...['transfer-encoding', 'expect', 'authorization', 'x-api-key', 'cookie', 'origin', 'referer'],
])

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { gatewayUrl, tenant, token }: ProxyOptions,
  agent: Agent,
): Promise<void> {
  const headers = withoutHeaders(request.rawHeaders)
  headers.push('authorization', `Bearer ${await token()}`)
  const url = new URL(gatewayUrl)
  headers.push('host', url.host)
  if (request.headers['transfer-encoding'] !== undefined) headers.push('transfer-encoding', 'chunked')
  const target = {
    host: url.hostname,
    port: url.port,
    method: request.method,
    path: `/${tenant}${request.url}`,
    headers,
  }
  await new Promise<void>((resolve, reject) => {
    const sent = url.protocol === 'https:' ? https({ ...target, agent }) : http(target)
    sent.on('error', (error) => (response.headersSent ? response.destroy() : reject(error)))
    sent.on('response', (answer) => {
      const { origin } = request.headers
      const given = withoutHeaders(answer.rawHeaders, /^access-control-/i)
      if (origin !== undefined) given.push('access-control-allow-origin', origin, 'vary', 'origin')
      response.writeHead(answer.statusCode ?? 502, given)
      // Also a stream's first headers: a client shows that it was heard.
      response.flushHeaders()
      answer.pipe(response)
      answer.on('error', () => response.destroy())
      answer.on('end', resolve)
    })
    // When the tool disconnects, the forwarded request is ended too, so that the gateway ends the model's call.
    response.on('close', () => {
      if (!response.writableFinished) sent.destroy()
      resolve()
    })
    request.pipe(sent)
  })
}

/** Name and value in turn, as they were sent. */
function withoutHeaders(raw: readonly string[], others?: RegExp): string[] {
  const kept: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = [raw[index], raw[index + 1]]
    if (!NOT_FORWARDED.has(name.toLowerCase()) && !others?.test(name)) kept.push(name, value)
  }
  return kept
}

const preflightHeaders = (request: IncomingMessage, origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
  'access-control-max-age': '600',
  vary: 'origin',
})

/** Read by clients of OpenAI, of Anthropic and of AWS alike. */
function refuse(response: ServerResponse, { status, type, message }: Refusal): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false', connection: 'close' })
  response.end(JSON.stringify({ type: 'error', error: { type, code: 'proxy_refused', param: null, message }, message }))
}
