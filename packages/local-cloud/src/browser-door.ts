/**
 * Gives a browser on this machine access to the local cloud's public names: `https://NAME.localhost:PORT` stands for NAME. Browsers
 * resolve every name under `localhost` to the machine itself, so that different names are different origins, as on the internet. This door
 * only forwards bytes and translates names in both directions; the local cloud decides who answers, and what can be reached.
 */

import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { Agent, request as send } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { createSecureContext } from 'node:tls'
import type { LedgerView } from './ledger/ledger.ts'
import type { Origin } from './network/path.ts'
import { reach } from './network/reach.ts'
import type { Authority } from './wire/authority.ts'

export interface BrowserDoor {
  readonly port: number
  /** The address at which a browser on this machine reaches a public `https://NAME`. */
  url(publicUrl: string): string
  close(): Promise<void>
}

export interface BrowserDoorOptions {
  readonly ledger: LedgerView
  readonly authority: Authority
  /** The browser's place in the network, which decides what it can reach. */
  readonly from: Origin
  /** The local port; 0 for any free one. */
  readonly port: number
  /** Opens AWS's services and CloudFront's distributions for clients at `from`. */
  readonly wire: { open(from: Origin): Promise<{ readonly port: number; close(): Promise<void> }> }
  readonly loadBalancer: {
    open(from: Origin, listenerArn: string): Promise<{ readonly port: number; close(): Promise<void> }>
  }
}

const SUFFIX = '.localhost'
const LISTENER = 'aws:lb/listener:Listener'
const HTTPS = 443
/** Texts up to this length are translated. A longer text is no page's configuration. */
const MOST_BYTES = 262_144

/** @throws Error if the port is in use */
export async function openBrowserDoor(options: BrowserDoorOptions): Promise<BrowserDoor> {
  const { ledger, authority, from, wire, loadBalancer } = options
  const ca = readFileSync(authority.caFile)
  // Each request gets a new connection, because the other side may close a kept one just when it is needed.
  const agent = new Agent({ keepAlive: false, ca })
  const opened = new Map<string, Promise<{ readonly port: number; close(): Promise<void> }>>()
  const once = (key: string, open: () => Promise<{ readonly port: number; close(): Promise<void> }>) => {
    const existing = opened.get(key)
    if (existing) return existing
    const made = open()
    opened.set(key, made)
    return made
  }
  /** @returns undefined if nothing serves the name */
  const portOf = async (name: string): Promise<number | undefined> => {
    const found = reach(ledger, from, name, HTTPS)
    if (!found.reachable && found.layer !== 'dns') return undefined
    if (!found.reachable || found.target.kind !== 'loadBalancer')
      return (await once('wire', () => wire.open(from))).port
    const { arn, port } = found.target
    const listener = ledger
      .all(LISTENER)
      .find(({ outputs }) => outputs.loadBalancerArn === arn && outputs.port === port)
    return listener && (await once(listener.id, () => loadBalancer.open(from, listener.id))).port
  }
  const server = createSecureServer({
    allowHTTP1: true,
    ...authority.issue(['localhost']),
    SNICallback(host, proceed) {
      const name = host.toLowerCase()
      if (name !== 'localhost' && !name.endsWith(SUFFIX)) return proceed(new Error(`no name under localhost: ${name}`))
      proceed(null, createSecureContext(authority.issue([name])))
    },
  })
  server.on('request', (incoming, outgoing) => {
    const names = namesFor((server.address() as AddressInfo).port)
    void pass(incoming, outgoing, { agent, portOf, names }).catch(() => outgoing.destroy())
  })
  // A browser that does not trust the authority ends the handshake. This is no error of this server.
  server.on('sessionError', () => undefined)
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(options.port, '127.0.0.1', listening)
  })
  const { port } = server.address() as AddressInfo
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.on('secureConnection', (socket) => {
    sessions.add(socket)
    socket.once('close', () => sessions.delete(socket))
  })
  return {
    port,
    url: namesFor(port).outward,
    async close() {
      agent.destroy()
      const closed = new Promise<void>((done) => server.close(() => done()))
      for (const session of sessions) session.destroy()
      await closed
      await Promise.all([...opened.values()].map(async (one) => (await one).close()))
    },
  }
}

interface Names {
  /** Translates `https://NAME` into the browser's address for it. */
  outward(text: string): string
  /** Translates the browser's addresses into public names. */
  inward(text: string): string
}

function namesFor(port: number): Names {
  return {
    outward: (text) =>
      text.replaceAll(/https:\/\/((?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*)(?![a-z0-9.:-])/gi, (whole, name: string) =>
        name.endsWith(SUFFIX) ? whole : `https://${name}${SUFFIX}:${port}`,
      ),
    inward: (text) => text.replaceAll(`${SUFFIX}:${port}`, '').replaceAll(`${SUFFIX}%3A${port}`, ''),
  }
}

interface Passing {
  readonly agent: Agent
  readonly portOf: (name: string) => Promise<number | undefined>
  readonly names: Names
}

/** Request headers with names in the browser's form. */
const INWARD = ['origin', 'referer']
/** Response headers with public names. */
const OUTWARD = ['location', 'access-control-allow-origin', 'content-security-policy']
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

async function pass(incoming: Http2ServerRequest, outgoing: Http2ServerResponse, passing: Passing): Promise<void> {
  const { names, agent } = passing
  const host = incoming.headers[':authority'] ?? incoming.headers.host ?? ''
  const name = names.inward(host)
  if (name === host) return say(outgoing, 404, `Call a public name of the local cloud, with ${SUFFIX} behind it.`)
  const port = await passing.portOf(name)
  if (port === undefined) return say(outgoing, 502, `${name} cannot be reached from here.`)
  const sent = Object.entries(incoming.headers).filter(([key]) => !key.startsWith(':') && !HOP_BY_HOP.has(key))
  const headers: Record<string, string | string[]> = Object.fromEntries(
    sent.flatMap(([key, value]) =>
      value === undefined ? [] : [[key, INWARD.includes(key) ? names.inward(String(value)) : value]],
    ),
  )
  const form = /^application\/x-www-form-urlencoded/i.test(incoming.headers['content-type'] ?? '')
  const body = form ? Buffer.from(names.inward((await whole(incoming)).toString('utf8'))) : undefined
  const upstream = send({
    host: '127.0.0.1',
    port,
    servername: name,
    agent,
    method: incoming.method,
    path: names.inward(incoming.url),
    headers: { ...headers, host: name, ...(body && { 'content-length': String(body.byteLength) }) },
  })
  upstream.once('error', () => {
    if (outgoing.headersSent) outgoing.destroy()
    else say(outgoing, 502, `${name} does not answer.`)
  })
  upstream.once('response', (answer) => void back(answer, outgoing, names).catch(() => outgoing.destroy()))
  outgoing.once('close', () => upstream.destroy())
  if (body) upstream.end(body)
  else pipeline(incoming, upstream, () => undefined)
}

async function back(answer: IncomingMessage, outgoing: Http2ServerResponse, names: Names): Promise<void> {
  const { statusCode = 502, headers } = answer
  const kept = Object.entries(headers).flatMap(([key, value]): [string, string | string[]][] => {
    // Otherwise a browser would refuse other certificates for these names for as long as the header says, even after the authority was replaced.
    if (value === undefined || HOP_BY_HOP.has(key) || key === 'strict-transport-security') return []
    return [[key, OUTWARD.includes(key) ? names.outward(String(value)) : value]]
  })
  const translated = isConfiguration(answer)
  outgoing.writeHead(
    statusCode,
    Object.fromEntries(translated ? kept.filter(([key]) => key !== 'content-length') : kept),
  )
  if (translated) return void outgoing.end(names.outward((await whole(answer)).toString('utf8')))
  // Each piece is passed on when it comes.
  if ('flushHeaders' in outgoing && typeof outgoing.flushHeaders === 'function') outgoing.flushHeaders()
  pipeline(answer, outgoing, () => undefined)
}

/** JSON from CloudFront is a page's configuration, and is translated. A model's answer is not. */
function isConfiguration({ headers }: IncomingMessage): boolean {
  if (!/cloudfront/.test(String(headers['x-cache'] ?? '')) || headers['content-encoding'] !== undefined) return false
  return (
    /^application\/json/.test(headers['content-type'] ?? '') && Number(headers['content-length'] ?? 0) <= MOST_BYTES
  )
}

async function whole(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function say(outgoing: Http2ServerResponse, status: number, words: string): void {
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  outgoing.end(`${words}\n`)
}
