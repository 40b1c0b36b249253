/**
 * Bytes sent to the load balancer's listener, below HTTP: whatever they are, it answers as a load balancer does or closes the
 * connection, never with a 500 or a stack trace, and the next request is served.
 */
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { type Platform, startPlatform } from '../platform/platform.ts'
import { PATIENT, runs } from './support.ts'

let platform: Platform
let printed: MockInstance
const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(async () => {
  platform = await startPlatform({ stacks: ['hub', 'spoke-tenant1'] })
  printed = vi.spyOn(console, 'error')
  process.on('unhandledRejection', note)
})
beforeEach(() => {
  unhandled.length = 0
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  printed.mockRestore()
  await platform?.close()
})

/** A request that is not whole is waited for: after this long the client gives up. */
const GIVE_UP_MS = 60

/**
 * Sends bytes.
 * @param wanted is waited for, however long it takes
 * @returns all that came back
 */
function exchange(open: (port: number) => Socket, bytes: Buffer, wanted?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = open(Number(new URL(platform.localUrl).port))
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    }
    const timer = setTimeout(done, wanted ? 60_000 : GIVE_UP_MS)
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      timer.refresh()
      if (wanted?.test(Buffer.concat(chunks).toString('latin1'))) done()
    })
    socket.on('error', done)
    socket.on('close', done)
    socket.write(bytes)
  })
}

const tcp = (port: number) => connectTcp({ port, host: '127.0.0.1' })
const tls = (protocol: string) => (port: number) =>
  connectTls({ port, host: '127.0.0.1', ALPNProtocols: [protocol], rejectUnauthorized: false, servername: 'localhost' })

async function judged(open: (port: number) => Socket, bytes: Buffer): Promise<void> {
  const answer = await exchange(open, bytes)
  expect(answer).not.toMatch(/HTTP\/1\.1 500|\n\s+at .+:\d+:\d+|node:internal|:status\W+500/)
  expect(printed.mock.calls).toEqual([])
  expect(unhandled).toEqual([])
}

const noise = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes))
const line = fc.oneof(
  fc.constantFrom(
    ...['Host: localhost', 'Host: localhost\r\nHost: other', 'Content-Length: 5', 'Content-Length: -1'],
    ...['Content-Length: 5\r\nContent-Length: 6', 'Transfer-Encoding: chunked', 'Transfer-Encoding: xchunked'],
    ...[
      'Transfer-Encoding: chunked\r\nContent-Length: 3',
      'Connection: upgrade\r\nUpgrade: h2c',
      'Expect: 100-continue',
    ],
    ...[' folded', 'No colon', ': empty', 'Authorization: Bearer a.b.c', `Long: ${'x'.repeat(20_000)}`],
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
)
const start = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'TRACE', 'CONNECT', 'OPTIONS', 'get', 'PRI', ''),
      fc.oneof(
        fc.constantFrom('/tenant1/invoke', '*', '/', 'http://other/', '/../tenant1', '/%00', `/${'a'.repeat(20_000)}`),
        fc.string({ unit: 'binary', maxLength: 40 }),
      ),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''),
    )
    .map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 60 }),
)
const body = fc.oneof(
  fc.constantFrom(
    '',
    'hello',
    '5\r\nhello\r\n0\r\n\r\n',
    'zz\r\n',
    '0\r\n\r\nGET /tenant1/models HTTP/1.1\r\nHost: x\r\n\r\n',
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
)
const message = fc
  .tuple(start, fc.array(line, { maxLength: 6 }), body, fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'))
  .map(([first, lines, rest, end]) => Buffer.from([first, ...lines, '', rest].join(end), 'utf8'))

describe('whatever is sent to the listener', () => {
  it('is read: what is no request is answered 400, and a request without a token by its rule', async () => {
    const [bad, refused] = [/^HTTP\/1\.1 400 /, /^HTTP\/1\.1 401 /]
    expect(await exchange(tls('http/1.1'), Buffer.from('nonsense\r\n\r\n'), bad)).toMatch(bad)
    const whole = 'GET /tenant1/models HTTP/1.1\r\nHost: localhost\r\n\r\n'
    expect(await exchange(tls('http/1.1'), Buffer.from(whole), refused)).toMatch(refused)
  })

  it.each([
    ['over HTTP/1.1: almost a request', tls('http/1.1'), message],
    ['over HTTP/2: no frames', tls('h2'), fc.oneof(noise, message)],
    [
      'over HTTP/2: after the preface',
      tls('h2'),
      noise.map((bytes) => Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), bytes])),
    ],
    ['instead of a TLS handshake', tcp, fc.oneof(noise, message)],
  ] as const)('%s', PATIENT, async (_, open, bytes) => {
    await fc.assert(
      fc.asyncProperty(bytes, (sent) => judged(open, sent)),
      runs(40),
    )
    expect((await platform.invoke('tenant1')).status).toBe(200)
  })
})
