import { get } from 'node:http'
import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { loginCallback } from '../../shared/browser-sign-in.ts'
import { type Loopback, openLoopback } from './loopback.ts'

/** Others than the command's own, which somebody may be signing in with. */
const PORTS = [28765, 28766]

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})
async function waiting(state = 'S'): Promise<Loopback> {
  const loopback = await openLoopback(state, PORTS)
  open.push(loopback)
  return loopback
}

const statusOf = (
  url: string,
  { host, address = '127.0.0.1', method = 'GET' }: { host?: string; address?: string; method?: string } = {},
) =>
  new Promise<number>((resolve, reject) => {
    const { port, pathname, search } = new URL(url)
    get(
      {
        host: address,
        port,
        path: `${pathname}${search}`,
        method,
        agent: false,
        headers: { host: host ?? `localhost:${port}` },
      },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    ).on('error', reject)
  })

describe('what waits for the browser', () => {
  it('has the code that comes with its state', async () => {
    const { redirectUri, code } = await waiting()
    expect(redirectUri).toBe(loginCallback(PORTS[0] ?? 0))
    expect(await statusOf(`${redirectUri}?code=C&state=S`)).toBe(200)
    expect(await code).toBe('C')
  })

  it.each<[string, string, number, { host?: string; method?: string }]>([
    ['another state', '/callback?code=C&state=T', 400, {}],
    ['no state', '/callback?code=C', 400, {}],
    ['a refusal of another sign-in', '/callback?error=access_denied&state=T', 400, {}],
    ['another path', '/?code=C&state=S', 404, {}],
    ['a path that is no URL by itself', 'http://localhost:28765//?code=C&state=S', 404, {}],
    ['another name', '/callback?code=C&state=S', 404, { host: 'evil.example.com:28765' }],
    ['another method', '/callback?code=C&state=S', 405, { method: 'POST' }],
  ])('goes on waiting after %s', async (_, path, status, options) => {
    const { redirectUri, code } = await waiting()
    expect(await statusOf(new URL(path, redirectUri).href, options)).toBe(status)
    expect(await statusOf(`${redirectUri}?code=D&state=S`)).toBe(200)
    expect(await code).toBe('D')
  })

  it.each<[string, string, string]>([
    ['a refusal', 'error=access_denied&error_description=not%20you%1b[2J', 'access_denied: not you [2J'],
    ['an answer without a code', 'x=y', 'no code in its answer'],
  ])('tells of %s, in plain text', async (_, query, words) => {
    const { redirectUri, code } = await waiting()
    expect(await statusOf(`${redirectUri}?${query}&state=S`)).toBe(400)
    await expect(code).rejects.toThrow(`The sign-in was refused: ${words}.`)
  })

  it('takes the next port where one is taken, whichever of the two addresses is', async () => {
    await occupy(PORTS[0] ?? 0)
    expect((await waiting()).redirectUri).toBe(loginCallback(PORTS[1] ?? 0))
    await expect(openLoopback('S', PORTS)).rejects.toThrow('None of the ports 28765, 28766 is free')
  })

  it('lets go of its port', async () => {
    for (const _ of [1, 2]) {
      const loopback = await openLoopback('S', PORTS)
      expect(loopback.redirectUri).toBe(loginCallback(PORTS[0] ?? 0))
      await loopback.close()
    }
  })
})

function occupy(port: number): Promise<void> {
  const server: Server = createServer()
  open.push({ close: () => new Promise((done) => server.close(done)) })
  return new Promise((listening) => server.listen(port, '127.0.0.1', listening))
}
