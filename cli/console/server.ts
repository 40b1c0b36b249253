/** The console's port, on 127.0.0.1 only. Everybody on this machine can load the page, but only with the token does it show anything. */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { openOwnPort, readText } from '../control/loopback-port.ts'
import { messageOf, UserError } from '../verb.ts'
import type { Asset } from './assets.ts'
import { foreign, type Guard, isAllowed, SECURITY_HEADERS } from './guard.ts'

/** The requests that the page may send. */
export interface Api {
  /** Begins a stream of events. */
  stream(response: ServerResponse): void
  /** @returns undefined if there is no such thing */
  request(id: string): unknown
  resource(urn: string): unknown
  /** @throws UserError */
  faults(request: unknown): unknown
}

export interface ConsoleServer {
  /** `http://127.0.0.1:PORT/#TOKEN` */
  readonly url: string
  /** Bundles the page's files before they are requested. */
  warm(): void
  close(): void
}

export async function serveConsole(
  api: Api,
  assets: () => Promise<ReadonlyMap<string, Asset>>,
): Promise<ConsoleServer> {
  const token = randomBytes(24).toString('base64url')
  let guard: Guard = { port: 0, token }
  let loaded: Promise<ReadonlyMap<string, Asset>> | undefined
  const files = () => {
    loaded ??= assets()
    // If the files cannot be made, whoever requests them gets the error, and the next request tries again.
    loaded.catch(() => {
      loaded = undefined
    })
    return loaded
  }
  const server = createServer((request, response) => {
    handle(api, guard, files, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else send(response, 500, { error: messageOf(error) })
    })
  })
  const { port, close } = await openOwnPort(server)
  guard = { port, token }
  return {
    url: `http://127.0.0.1:${port}/#${token}`,
    warm: () => void files().catch(() => undefined),
    close,
  }
}

async function handle(
  api: Api,
  guard: Guard,
  files: () => Promise<ReadonlyMap<string, Asset>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
  const refused = foreign(guard, request.headers)
  if (refused !== undefined) return send(response, 403, { error: refused })
  const { method = '' } = request
  // The path is put after a host name of its own: a path that begins with // would be read as a host name.
  const { pathname, searchParams } = new URL(`http://localhost${request.url}`)
  if (!pathname.startsWith('/api/')) {
    if (method !== 'GET' && method !== 'HEAD') return send(response, 405, { error: `${method} is not known here.` })
    const asset = (await files()).get(pathname)
    if (!asset) return send(response, 404, { error: 'There is no such page.' })
    response.writeHead(200, { 'content-type': asset.type, 'content-length': asset.body.byteLength })
    response.end(method === 'HEAD' ? undefined : asset.body)
    return
  }
  if (!isAllowed(guard, request.headers))
    return send(response, 401, { error: 'This needs the token of the URL that npm start has printed.' })
  switch (`${method} ${pathname}`) {
    case 'GET /api/events':
      return api.stream(response)
    case 'GET /api/request':
      return found(response, api.request(searchParams.get('id') ?? ''))
    case 'GET /api/resource':
      return found(response, api.resource(searchParams.get('urn') ?? ''))
    case 'POST /api/faults':
      return await switched(api, request, response)
    default:
      return send(response, 404, { error: `There is no ${method} ${pathname}.` })
  }
}

async function switched(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(response, 200, api.faults(await readJson(request)))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    send(response, 400, { error: error.message, ...(error.remedy !== undefined && { remedy: error.remedy }) })
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request)
  try {
    return JSON.parse(text)
  } catch {
    throw new UserError('The request is no JSON.')
  }
}

const found = (response: ServerResponse, value: unknown) =>
  value === undefined ? send(response, 404, { error: 'It is not there any more.' }) : send(response, 200, value)

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.byteLength })
  response.end(body)
}
