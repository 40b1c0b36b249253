/** The console's port by plain HTTP, as any program or page of this machine may use it. */
import { request as http } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../verb.ts'
import { type ConsoleServer, serveConsole } from './server.ts'

let server: ConsoleServer
let port: number
let token: string
const switched: unknown[] = []
beforeAll(async () => {
  server = await serveConsole(
    {
      stream: (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {}\n\n'),
      request: (id) => (id === 'known' ? { id } : undefined),
      resource: () => undefined,
      faults(request) {
        switched.push(request)
        throw new UserError('There is no fault "x".', 'One of: latency.')
      },
    },
    async () => new Map([['/', { type: 'text/html; charset=utf-8', body: Buffer.from('<!doctype html>') }]]),
  )
  port = Number(new URL(server.url).port)
  token = new URL(server.url).hash.slice(1)
})
afterAll(() => server?.close())

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const own = () => ({ authorization: `Bearer ${token}` })

function send(path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const sent = http({ host: '127.0.0.1', port, method, path, headers: { host: `127.0.0.1:${port}`, ...headers } })
    sent.on('error', reject)
    sent.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    sent.end(body)
  })
}

describe('the port of the console', () => {
  it('gives the page to anybody, with a policy that lets nothing in from elsewhere', async () => {
    const { status, headers } = await send('/')
    expect(status).toBe(200)
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  const API = ['/api/events', '/api/request?id=known', '/api/resource?urn=x', '/api/other']
  it.each(API)('asks for the token on %s', async (path) => {
    expect((await send(path)).status).toBe(401)
    for (const authorization of [
      'Bearer ',
      'Bearer wrong',
      `Bearer ${token}x`,
      `bearer ${token}`,
      token,
      `Basic ${token}`,
    ])
      expect((await send(path, { headers: { authorization } })).status).toBe(401)
    // Not in the URL either, where it would be kept in a history.
    expect((await send(`${path}${path.includes('?') ? '&' : '?'}token=${token}`)).status).toBe(401)
  })

  it('asks for it before a fault is switched', async () => {
    expect((await send('/api/faults', { method: 'POST', body: '{"verb":"list"}' })).status).toBe(401)
    expect(switched).toEqual([])
  })

  it('answers who has it', async () => {
    expect(await send('/api/request?id=known', { headers: own() })).toMatchObject({
      status: 200,
      body: '{"id":"known"}',
    })
    expect((await send('/api/events', { headers: own() })).headers['content-type']).toBe('text/event-stream')
    expect((await send('/api/request?id=gone', { headers: own() })).status).toBe(404)
    expect((await send('/api/other', { headers: own() })).status).toBe(404)
    for (const path of ['/nothing', '//', '//attacker.example/', '/%', '//['])
      expect((await send(path)).status, path).toBe(404)
    expect((await send('/', { method: 'DELETE' })).status).toBe(405)
  })

  it.each(['attacker.example', 'localhost', '127.0.0.1', '127.0.0.1:1', 'localhost.attacker.example'])(
    'is nobody for the Host %s, whoever has the token',
    async (host) => {
      for (const path of ['/', '/api/request?id=known'])
        expect((await send(path, { headers: { ...own(), host } })).status).toBe(403)
    },
  )

  it.each(['http://attacker.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'is nobody for a page of the origin %s',
    async (origin) => {
      for (const path of ['/', '/api/request?id=known'])
        expect((await send(path, { headers: { ...own(), origin } })).status).toBe(403)
    },
  )

  it('is nobody for a page of another site that sends no origin, and opens for a link', async () => {
    const site = { 'sec-fetch-site': 'cross-site' }
    expect((await send('/', { headers: { ...site, 'sec-fetch-mode': 'no-cors' } })).status).toBe(403)
    expect((await send('/', { headers: { ...site, 'sec-fetch-mode': 'navigate' } })).status).toBe(200)
  })

  it('takes localhost and its own origin', async () => {
    const host = `localhost:${port}`
    const headers = { ...own(), host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
    expect((await send('/api/request?id=known', { headers })).status).toBe(200)
  })

  it('says what is wrong with a request for a fault, and what to do', async () => {
    const asked = async (body: string) => await send('/api/faults', { method: 'POST', headers: own(), body })
    const refused = await asked('{"verb":"add"}')
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      400,
      { error: 'There is no fault "x".', remedy: 'One of: latency.' },
    ])
    expect(await asked('no JSON')).toMatchObject({ status: 400, body: '{"error":"The request is no JSON."}' })
    expect((await asked(' '.repeat(20_000))).status).toBe(400)
  })

  it('listens on 127.0.0.1 only', async () => {
    const others = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    for (const { address, family, internal } of others) {
      if (internal || family !== 'IPv4') continue
      const outcome = await new Promise((resolve) => {
        const socket = connect(port, address)
        socket.once('connect', () => resolve('connected')).once('error', () => resolve('refused'))
      })
      expect(outcome).toBe('refused')
    }
  })
})
