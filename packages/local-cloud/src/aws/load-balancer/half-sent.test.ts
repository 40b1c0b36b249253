/** Clients that stop half-way, keep a connection for long or ask for much at once: none holds the load balancer beyond its times. */
import { readFile } from 'node:fs/promises'
import http2 from 'node:http2'
import net from 'node:net'
import tls from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  balancer,
  FORWARD,
  fixed,
  HTTP_ARN,
  HTTPS_ARN,
  listener,
  paths,
  rule,
  startLoadBalancer,
  targetGroup,
} from './testing.ts'

let fixture: Awaited<ReturnType<typeof startLoadBalancer>>
let ca: string
let plainPort: number
let securePort: number

beforeAll(async () => {
  const rules = [HTTP_ARN, HTTPS_ARN].flatMap((arn) => [
    rule(1, [paths('/fixed')], [fixed('ok')], arn),
    rule(2, [paths('/f/*')], [FORWARD], arn),
  ])
  const all = [balancer({ idleTimeout: 1 }), listener('HTTPS'), listener('HTTP'), ...rules, ...targetGroup()]
  fixture = await startLoadBalancer(all)
  ca = await readFile(fixture.authority.caFile, 'utf8')
  plainPort = (await fixture.open(HTTP_ARN)).port
  securePort = (await fixture.open(HTTPS_ARN)).port
})
afterAll(() => fixture?.close())

const plain = () => net.connect({ port: plainPort, host: '127.0.0.1' })
const raw = () => net.connect({ port: securePort, host: '127.0.0.1' })
const secure = (protocol: string) =>
  tls.connect({ port: securePort, ca, servername: 'localhost', host: '127.0.0.1', ALPNProtocols: [protocol] })

const HALF_HEAD = 'GET /fixed HTTP/1.1\r\nHost: a\r\n'
const HALF_BODY = 'POST /f/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0'

/** What was answered until the load balancer closed the connection; waits until it does. */
function untilClosed(socket: net.Socket, bytes: string): Promise<string> {
  let answered = ''
  socket.write(bytes, 'latin1')
  socket.on('data', (chunk) => (answered += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  return new Promise((resolve) => socket.once('close', () => resolve(answered)))
}

describe('after the idle timeout the connection is closed of a client that', () => {
  it.each([
    ['says nothing', plain, '', ''],
    ['says half a head', plain, HALF_HEAD, ''],
    ['says half a body', plain, HALF_BODY, 'HTTP/1.1 408'],
    ['begins no handshake', raw, '', ''],
    ['begins half a handshake', raw, '\u0016\u0003\u0001\u0002\0\u0001', ''],
    ['shakes hands and says no more', () => secure('http/1.1'), '', ''],
    ['says half a head over TLS', () => secure('http/1.1'), HALF_HEAD, ''],
    ['says half a body over TLS', () => secure('http/1.1'), HALF_BODY, 'HTTP/1.1 408'],
  ])('%s', async (_, connect, bytes, answer) => {
    expect((await untilClosed(connect(), bytes)).slice(0, 'HTTP/1.1 408'.length)).toBe(answer)
  })

  it('opens HTTP/2 and asks for nothing', async () => {
    await untilClosed(secure('h2'), PREFACE)
  })

  it('pings over HTTP/2 and asks for nothing', async () => {
    const session = http2.connect(`https://localhost:${securePort}`, { ca })
    session.on('error', () => undefined)
    const pings = setInterval(() => session.destroyed || session.ping(() => undefined), 200)
    await new Promise((closed) => session.once('close', closed))
    clearInterval(pings)
  })

  it('sends half a body over HTTP/2: 408, and the session ends', async () => {
    const session = http2.connect(`https://localhost:${securePort}`, { ca })
    session.on('error', () => undefined)
    const stream = session.request({ ':path': '/f/x', ':method': 'POST' })
    const status = new Promise((answered) => stream.once('response', (headers) => answered(headers[':status'])))
    stream.on('error', () => undefined)
    stream.resume()
    stream.write('abc')
    expect(await status).toBe(408)
    await new Promise((closed) => session.once('close', closed))
  })
})

describe('a connection', () => {
  it('takes one more request after the keep-alive time, and is closed with its answer', async () => {
    await fixture.ledger.put(balancer({ clientKeepAlive: 0 }))
    const bytes = 'GET /fixed HTTP/1.1\r\nHost: a\r\n\r\n'
    expect(await untilClosed(plain(), bytes)).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/i)
    const session = http2.connect(`https://localhost:${securePort}`, { ca })
    const goodbye = new Promise((closed) => session.once('close', closed))
    const stream = session.request({ ':path': '/fixed' })
    stream.resume()
    await Promise.all([new Promise((ended) => stream.once('end', ended)), goodbye])
    await fixture.ledger.put(balancer({ idleTimeout: 1 }))
  })

  it('of HTTP/2 takes 128 requests at a time, and the others after them', async () => {
    const session = http2.connect(`https://localhost:${securePort}`, { ca })
    const settings = await new Promise<http2.Settings>((known) => session.once('remoteSettings', known))
    expect(settings.maxConcurrentStreams).toBe(128)
    const statuses = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const stream = session.request({ ':path': '/fixed' })
        stream.resume()
        return await new Promise((answered, failed) => {
          stream.once('response', (headers) => answered(headers[':status']))
          stream.once('error', failed)
        })
      }),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    session.destroy()
  })

  it('with an expectation that nobody knows is told so by the load balancer, in its access log too', async () => {
    const before = fixture.events.length
    const answer = await untilClosed(
      plain(),
      'GET /fixed HTTP/1.1\r\nHost: a\r\nExpect: more\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 417 /)
    expect(fixture.events.slice(before)).toMatchObject([{ status: 417 }])
  })
})
