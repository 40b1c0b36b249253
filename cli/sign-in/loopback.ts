/** The server to which the browser comes back. It is on this machine only, and serves one answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { loginCallback } from '../../shared/browser-sign-in.ts'
import { UserError } from '../verb.ts'
import { plain } from './request.ts'

export interface Loopback {
  readonly redirectUri: string
  /**
   * Resolves with the request of the browser that has this sign-in's state.
   * @throws UserError if it has a refusal instead
   */
  readonly code: Promise<string>
  close(): Promise<void>
}

/** Listens at both of `localhost`'s addresses, so that no other program on this computer can answer at one of them. */
const ADDRESSES = ['127.0.0.1', '::1']

/** @throws UserError if none of the ports is free */
export async function openLoopback(state: string, ports: readonly number[]): Promise<Loopback> {
  for (const port of ports) {
    const code = Promise.withResolvers<string>()
    // Nobody may be waiting any more; then a rejection is ignored.
    code.promise.catch(() => undefined)
    const servers = await listenAt(port, (request, response) => answer(request, response, { port, state, code }))
    if (servers) {
      const close = async () => void (await Promise.all(servers.map(closed)))
      return { redirectUri: loginCallback(port), code: code.promise, close }
    }
  }
  throw new UserError(
    `None of the ports ${ports.join(', ')} is free on this machine, where the browser comes back to.`,
    'Stop what listens there (another sign-in?), or sign in without --browser.',
  )
}

/** @returns nothing if the port is taken */
async function listenAt(
  port: number,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<readonly Server[] | undefined> {
  const servers: Server[] = []
  for (const host of ADDRESSES) {
    const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 16_384 }, serve)
    const failure = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
      server.once('error', done)
      server.listen({ port, host, ipv6Only: true }, () => done(undefined))
    })
    if (failure === undefined) servers.push(server)
    else if (failure.code !== 'EADDRNOTAVAIL' && failure.code !== 'EAFNOSUPPORT') {
      await Promise.all(servers.map(closed))
      if (failure.code === 'EADDRINUSE' || failure.code === 'EACCES') return undefined
      throw failure
    }
  }
  return servers
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((done) => server.close(() => done()))
}

interface Waiting {
  readonly port: number
  readonly state: string
  readonly code: PromiseWithResolvers<string>
}

function answer(request: IncomingMessage, response: ServerResponse, { port, state, code }: Waiting): void {
  const { status, text, after } = read(request, { port, state, code })
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    connection: 'close',
  })
  response.end(`<!doctype html><html lang="en"><title>Sign in</title><p>${text}</p></html>`, after)
}

interface Answer {
  readonly status: number
  readonly text: string
  /** Called when the browser has its page. */
  readonly after?: () => void
}

function read({ method, url = '/', headers }: IncomingMessage, { port, state, code }: Waiting): Answer {
  // The path is put after a host name of its own: a path that begins with // would be read as a host name.
  const { pathname, searchParams: query } = new URL(`http://localhost${url}`)
  // DNS names that somebody else controls may resolve to this port.
  if (headers.host !== `localhost:${port}` || pathname !== '/callback') return { status: 404, text: 'Nothing is here.' }
  if (method !== 'GET') return { status: 405, text: 'Only a browser comes here.' }
  // Any page can send the browser to this port, so an answer with another state is ignored.
  if (query.get('state') !== state)
    return { status: 400, text: 'This is not the answer to the sign-in that waits here.' }
  const [error, given] = [query.get('error'), query.get('code')]
  if (error === null && given)
    return { status: 200, text: 'You have signed in. This window can be closed.', after: () => code.resolve(given) }
  const reason = plain([error ?? 'no code in its answer', query.get('error_description')].filter(Boolean).join(': '))
  const refusal = new UserError(`The sign-in was refused: ${reason}.`, 'Try again, or ask your administrator.')
  return { status: 400, text: 'You were not signed in. The command says why.', after: () => code.reject(refusal) }
}
