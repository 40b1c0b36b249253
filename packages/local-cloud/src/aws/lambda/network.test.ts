/** The network that a function sees: AWS's names by fetch, node:https and node:http2, and no other way out. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declaredFunction, startLambda } from './testing.ts'

const CODE = `
import dgram from 'node:dgram'
import dns, { promises } from 'node:dns'
import http from 'node:http'
import http2 from 'node:http2'
import https, { Agent } from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { Worker } from 'node:worker_threads'

const HOST = 'bedrock-runtime.us-east-1.amazonaws.com'
const text = async (stream) => { let all = ''; for await (const chunk of stream.setEncoding('utf8')) all += chunk; return all }
const opened = (socket) => new Promise((resolve, reject) => { socket.once('error', reject); socket.once('connect', () => { socket.destroy(); resolve('connected') }) })

const ways = {
  fetch: async ({ host = HOST }) => (await fetch('https://' + host + '/path?a=1')).json(),
  https: () => new Promise((resolve, reject) => https.get({ host: HOST, path: '/x', agent: new Agent({ keepAlive: true }) }, async (r) => resolve(JSON.parse(await text(r)))).on('error', reject)),
  http2: async () => {
    const session = http2.connect('https://' + HOST)
    const stream = session.request({ ':path': '/h2' })
    const answer = await text(stream)
    session.close()
    return JSON.parse(answer)
  },
  tls: () => new Promise((resolve, reject) => { const socket = tls.connect(443, HOST, () => { socket.destroy(); resolve({ authorized: socket.authorized, name: socket.servername }) }).on('error', reject) }),
  http: ({ url }) => new Promise((resolve, reject) => http.get(url, () => resolve('connected')).on('error', reject)),
  connect: ({ args }) => opened(net.connect(...args)),
  lookup: ({ name }) => promises.lookup(name),
  lookupWithCallback: ({ name }) => new Promise((resolve, reject) => dns.lookup(name, (e, a) => e ? reject(e) : resolve(a))),
  resolve: ({ name }) => new dns.promises.Resolver().resolve4(name),
  udp: () => new Promise((resolve) => dgram.createSocket('udp4').send('x', 53, '203.0.113.1', resolve)),
  thread: () => new Promise((resolve, reject) => {
    const code = "const { parentPort } = require('node:worker_threads'); fetch('https://" + HOST + "/t').then(r => r.json()).then(v => parentPort.postMessage(v))"
    new Worker(code, { eval: true }).once('message', resolve).once('error', reject)
  }),
  threadOut: ({ port }) => new Promise((resolve, reject) => {
    const code = "const { parentPort } = require('node:worker_threads'); require('node:net').connect(" + port + ").on('error', (e) => parentPort.postMessage(e.message)).on('connect', () => parentPort.postMessage('connected'))"
    new Worker(code, { eval: true }).once('message', resolve).once('error', reject)
  }),
}
export const handler = async ({ way, ...given }) => {
  try { return await ways[way](given) } catch (error) { return { code: error.code ?? error.cause?.code, message: error.cause?.message ?? error.message } }
}
`

let fixture: Awaited<ReturnType<typeof startLambda>>
beforeAll(async () => {
  fixture = await startLambda([declaredFunction('network', CODE)])
})
afterAll(() => fixture.close())

const go = async (way: string, given: object = {}) => (await fixture.invoke('network', { way, ...given })).value

const HOST = 'bedrock-runtime.us-east-1.amazonaws.com'

test("AWS's names are reached through the wire by each of Node's clients, with the certificate verified", async () => {
  expect(await go('fetch')).toEqual({ name: HOST, version: '1.1', path: '/path?a=1' })
  expect(await go('https')).toEqual({ name: HOST, version: '1.1', path: '/x' })
  expect(await go('http2')).toEqual({ name: `${HOST}:443`, version: '2.0', path: '/h2' })
  expect(await go('tls')).toEqual({ authorized: true, name: HOST })
  expect(await go('thread')).toMatchObject({ name: HOST, path: '/t' })
})

test('whether any other name can be reached on 443 is for the wire to say', async () => {
  expect(await go('fetch', { host: 'example.com' })).toMatchObject({ name: 'example.com' })
  const stranger = await go('fetch', { host: 'example.net' })
  expect(stranger.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
})

test.each([
  ['http', { url: 'http://sts.us-east-1.amazonaws.com/' }, 'sts.us-east-1.amazonaws.com:80'],
  ['http', { url: 'http://169.254.169.254/latest/meta-data/' }, '169.254.169.254:80'],
  ['connect', { args: [5432, '10.0.0.5'] }, '10.0.0.5:5432'],
  ['connect', { args: [443, '203.0.113.1'] }, '203.0.113.1:443'],
  ['connect', { args: [{ port: 443, host: '::1' }] }, '::1:443'],
  ['connect', { args: [8080] }, 'localhost:8080'],
  ['connect', { args: [{ port: 443, host: 'api.localhost' }] }, 'api.localhost:443'],
  ['connect', { args: ['/run/docker.sock'] }, 'the local socket /run/docker.sock'],
])('%s to %j is refused with an error that says so', async (way, given, where) => {
  const { code, message } = await go(way, given)
  expect(code).toBe('ENETUNREACH')
  expect(message).toContain(`The local cloud has no way from this function to ${where}`)
})

test('no way to the ports of the local cloud itself, not even from a thread', async () => {
  expect(await go('threadOut', { port: 443 })).toContain('no way from this function to localhost:443')
})

test.each(['lookup', 'lookupWithCallback', 'resolve'])('%s asks no name server', async (way) => {
  const { code, message } = await go(way, { name: HOST })
  expect(code).toBe('ENOTFOUND')
  expect(message).toContain(`does not resolve ${HOST}`)
})

test('datagrams are refused', async () => {
  expect((await go('udp')).message).toContain('by datagrams (UDP)')
})
