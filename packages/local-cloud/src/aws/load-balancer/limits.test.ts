/** What the load balancer refuses before any rule: limits, malformed and ambiguous requests, unreachable clients, taken ports. */
import { readFile } from 'node:fs/promises'
import net from 'node:net'
import tls from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import type { Declared } from '../../ledger/ledger.ts'
import {
  BALANCER_ARN,
  balancer,
  type FixtureOptions,
  FORWARD,
  fixed,
  HTTP_ARN,
  HTTPS_ARN,
  LAPTOP,
  listener,
  paths,
  rule,
  startLoadBalancer,
  targetGroup,
} from './testing.ts'

type Fixture = Awaited<ReturnType<typeof startLoadBalancer>>
const running: Fixture[] = []

const STRICT = { desyncMitigationMode: 'strictest', dropInvalidHeaderFields: true }

async function start(resources: readonly Declared[] = [], options: FixtureOptions = {}): Promise<Fixture> {
  const rules = [rule(1, [paths('/fixed')], [fixed('ok')], HTTP_ARN), rule(2, [paths('/f/*')], [FORWARD], HTTP_ARN)]
  const all = [balancer(STRICT), listener('HTTPS'), listener('HTTP'), ...rules, ...targetGroup(), ...resources]
  const fixture = await startLoadBalancer(all, options)
  running.push(fixture)
  return fixture
}

afterEach(async () => {
  for (const fixture of running.splice(0)) await fixture.close()
})

const status = (reply: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(reply)?.[1])

test.each([
  [
    'both lengths',
    'POST /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['two lengths', 'POST /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
  ['a length that is no number', 'POST /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na', 400],
  ['an unknown transfer encoding', 'POST /fixed HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n', 400],
  ['white space before a colon', 'GET /fixed HTTP/1.1\r\nHost: a\r\nX-A : 1\r\n\r\n', 400],
  ['a folded header', 'GET /fixed HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n', 400],
  ['bare line feeds', 'GET /fixed HTTP/1.1\nHost: a\n\n', 400],
  ['a space in the URL', 'GET /fi xed HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['no host', 'GET /fixed HTTP/1.1\r\n\r\n', 400],
  ['two hosts', 'GET /fixed HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['GET with a body', 'GET /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na', 400],
  ['GET with a length of zero', 'GET /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n', 400],
  [
    'GET with a transfer encoding',
    'GET /fixed HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['a header that is not ASCII', 'GET /fixed HTTP/1.1\r\nHost: a\r\nX-A: \u00fc\r\n\r\n', 400],
  ['TRACE', 'TRACE /fixed HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['a long request line', `GET /fixed?${'a'.repeat(16_400)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
  ['a long header', `GET /fixed HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(16_400)}\r\n\r\n`, 400],
  [
    'many headers',
    `GET /fixed HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 5 }, (_, n) => `X-${n}: ${'a'.repeat(14_000)}\r\n`).join('')}\r\n`,
    400,
  ],
  ['far too many headers', `GET /fixed HTTP/1.1\r\nHost: a\r\n${`X-A: ${'a'.repeat(14_000)}\r\n`.repeat(20)}\r\n`, 400],
  [
    'many forwarded addresses',
    `GET /fixed HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${'10.0.0.1,'.repeat(30)}10.0.0.1\r\n\r\n`,
    463,
  ],
  ['an upgrade to WebSocket', 'GET /f/x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', 400],
  ['an ordinary request', 'GET /fixed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 200],
  ['a URL with host', 'GET http://a/fixed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 200],
  ['HTTP/1.0', 'GET /fixed HTTP/1.0\r\n\r\n', 200],
])('%s', async (_, bytes, expected) => {
  const { open, invocations } = await start()
  const { raw } = await open(HTTP_ARN)
  expect(status(await raw(bytes))).toBe(expected)
  expect(invocations).toEqual([])
})

test('defensive mode lets through what the specification leaves open, and still not what is dangerous', async () => {
  const { open } = await start([balancer()])
  const { raw } = await open(HTTP_ARN)
  const open1 = 'GET /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\na'
  expect(status(await raw(open1))).toBe(200)
  const dangerous =
    'POST /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
  expect(status(await raw(dangerous))).toBe(400)
})

test('two requests on one connection are answered one after the other, and nothing smuggled is a third', async () => {
  const { open, events } = await start()
  const { raw } = await open(HTTP_ARN)
  const inside = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
  const smuggled = `POST /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: ${inside.length}\r\n\r\n${inside}`
  const reply = await raw(`${smuggled}GET /fixed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  expect(reply.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  expect(events.map(({ target }) => target)).toEqual(['/fixed', '/fixed'])
})

test('a client that no path leads from waits in vain; once there is one, it is answered', async () => {
  let reachable = false
  const lookedUp: unknown[] = []
  const refusal = { reachable: false, shows: 'timeout', layer: 'securityGroup', reason: 'no rule', hops: [] } as const
  const { open } = await start([], {
    reach: (from, host, port) => {
      lookedUp.push([from, host, port])
      const target = { kind: 'loadBalancer', arn: BALANCER_ARN, port, seenAs: '203.0.113.4' } as const
      return reachable ? { reachable, hops: [], address: '3.0.0.1', addresses: ['3.0.0.1'], target } : refusal
    },
  })
  const { port, send } = await open(HTTP_ARN)
  const socket = net.connect({ port, host: '127.0.0.1' })
  let got = ''
  socket.on('data', (chunk) => {
    got += chunk
  })
  socket.write('GET /fixed HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect([got, socket.readyState]).toEqual(['', 'open'])
  socket.destroy()
  expect(lookedUp).toEqual([[LAPTOP, 'genai-hub-1.us-east-1.elb.amazonaws.com', 80]])
  reachable = true
  expect((await send('/fixed')).body).toBe('ok')
})

test('where the name is not found, and after the listener is gone, connections are cut', async () => {
  const shows = { shows: 'notFound', layer: 'dns', reason: 'no such name', hops: [] } as const
  const unresolved = await start([], { reach: () => ({ reachable: false, ...shows }) })
  await expect((await unresolved.open(HTTP_ARN)).send('/fixed')).rejects.toThrow(/ECONNRESET|hang up/)
  const { open, ledger } = await start()
  const { send } = await open(HTTP_ARN)
  expect((await send('/fixed')).status).toBe(200)
  await ledger.delete(listener('HTTP').urn)
  await expect(send('/fixed')).rejects.toThrow(/ECONNRESET|hang up/)
})

test('a port in use is said, with the remedy', async () => {
  const { service, open } = await start()
  const { port } = await open(HTTP_ARN)
  await expect(service.open(LAPTOP, HTTPS_ARN, port)).rejects.toThrow(
    new RegExp(`Port ${port} on 127.0.0.1 is in use.*choose another port`),
  )
})

test('a listener that is not declared cannot be opened', async () => {
  const { service } = await start()
  await expect(service.open(LAPTOP, `${HTTPS_ARN}0`)).rejects.toMatchObject({ code: 'ListenerNotFound' })
})

test('TLS: the declared domain and localhost, 1.2 at least, HTTP/2 unless it is switched off', async () => {
  const { open, authority } = await start()
  const { port } = await open(HTTPS_ARN)
  const ca = await readFile(authority.caFile, 'utf8')
  const handshake = (options: tls.ConnectionOptions, at = port) =>
    new Promise<{ alpn: string | false | null; protocol: string | null }>((resolve, reject) => {
      const socket = tls.connect({ port: at, host: '127.0.0.1', ca, ...options }, () => {
        resolve({ alpn: socket.alpnProtocol, protocol: socket.getProtocol() })
        socket.destroy()
      })
      socket.once('error', reject)
    })
  for (const servername of ['genai.example.com', 'localhost'])
    expect(await handshake({ servername, ALPNProtocols: ['h2', 'http/1.1'] })).toEqual({
      alpn: 'h2',
      protocol: 'TLSv1.3',
    })
  await expect(handshake({ servername: 'other.example.com' })).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
  await expect(
    handshake({ servername: 'localhost', minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
  ).rejects.toThrow()
  const old = await start([balancer({ enableHttp2: false })])
  const second = await old.open(HTTPS_ARN)
  expect(
    (
      await handshake(
        { servername: 'localhost', ca: await readFile(old.authority.caFile), ALPNProtocols: ['h2', 'http/1.1'] },
        second.port,
      )
    ).alpn,
  ).toBe('http/1.1')
})

test('a client that stops in the middle of its body gets 408 after the idle timeout', async () => {
  const { open } = await start([balancer({ idleTimeout: 1 })])
  const { raw } = await open(HTTP_ARN)
  const reply = await raw('POST /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc')
  expect(status(reply)).toBe(408)
})

test('a function that answers later than the idle timeout gives 504', async () => {
  const { open, events } = await start([balancer({ idleTimeout: 1 })], {
    invoke: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      return { requestId: 'r', payload: '{"statusCode":200}' }
    },
  })
  const { send } = await open(HTTP_ARN)
  expect((await send('/f/x')).status).toBe(504)
  expect(events.at(-1)).toMatchObject({ status: 504, errorReason: 'LambdaConnectionTimeout' })
})
