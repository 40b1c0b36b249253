/** A server on this machine that puts a user's token into requests and forwards them to the gateway. Requests and answers are streamed. */
import { createServer, request as http, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, request as https } from 'node:https'
import type { AddressInfo } from 'node:net'
import { messageOf, UserError } from '../verb.ts'
import { type Refusal, refusalOf } from './admit.ts'

export interface ProxyOptions {
  /** `https://HOST`, without a slash at the end. */
  readonly gatewayUrl: string
  readonly tenant: string
  /** The API key that the tool must send. */
  readonly key: string
  readonly token: () => Promise<string>
  /** With 0, a free port is chosen. */
  readonly port: number
  readonly origins?: readonly string[]
  /** Certificates that are trusted besides the computer's own. */
  readonly ca?: string | readonly string[]
}

export interface RunningProxy {
  readonly port: number
  close(): Promise<void>
}

/** @throws UserError if the port is in use */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const agent = new Agent({ keepAlive: true, ...(options.ca !== undefined && { ca: [options.ca].flat() }) })
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo
    const { origin } = request.headers
    const preflight = request.method === 'OPTIONS' && origin !== undefined
    const refusal = refusalOf(request.headers, { ...options, port, origins: options.origins ?? [], preflight })
    if (refusal) return refuse(response, refusal)
    if (preflight) return void response.writeHead(204, preflightHeaders(request, origin)).end()
    // A client that takes this server for a general proxy sends such a path.
    if (!request.url?.startsWith('/')) return refuse(response, NO_PATH)
    forward(request, response, options, agent).catch((error: unknown) => {
      // The message when a session has ended is for this computer's user; other errors may contain addresses.
      const ended = error instanceof UserError
      const message = ended
        ? `${error.message} Restart npm run genai -- proxy to sign in again.`
        : 'The gateway was not reached: see the shell that runs the proxy.'
      if (!ended) process.stderr.write(`${messageOf(error)}\n`)
      refuse(response, { status: ended ? 401 : 502, type: ended ? 'authentication_error' : 'api_error', message })
    })
  })
  // There is no time limit here between a user's prompt and its answer: the gateway has its own limits.
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

/**
 * Headers that belong to a connection and not to the message, and those that must not leave this computer: the proxy's key, and cookies of other
 * local servers.
 */
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
      // Sends also a stream's first headers at once, so that the client sees that its request arrived.
      response.flushHeaders()
      answer.pipe(response)
      answer.on('error', () => response.destroy())
      answer.on('end', resolve)
    })
    // When the tool disconnects, the forwarded request is aborted too, so that the gateway ends the call of the model.
    response.on('close', () => {
      if (!response.writableFinished) sent.destroy()
      resolve()
    })
    request.pipe(sent)
  })
}

/** Names and values alternate, in the order in which they were sent. */
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

/** The format is read by clients of OpenAI, of Anthropic and of AWS. */
function refuse(response: ServerResponse, { status, type, message }: Refusal): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false', connection: 'close' })
  response.end(JSON.stringify({ type: 'error', error: { type, code: 'proxy_refused', param: null, message }, message }))
}
