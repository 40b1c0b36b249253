/** Requests as bytes, so that they can be wrong in ways that no HTTP client allows. */
import { connect as connectPlain } from 'node:net'
import { connect } from 'node:tls'
import { sendHttp2 } from './http2.ts'
import {
  type Connection,
  LINGER_MILLISECONDS,
  type RawAnswer,
  type RawRequest,
  TIMEOUT_MILLISECONDS,
} from './raw-request.ts'

/** @throws Error if nothing answers within half a minute, or if no connection can be made */
export function send(connection: Connection, request: RawRequest): Promise<RawAnswer> {
  if (request.http2) return sendHttp2(connection, request.http2)
  const { host, port, servername, ca, plain = false } = connection
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const ready = () => {
      secured = true
      socket.write(request.bytes ?? bytesOf(request, servername))
      if (request.hangUp === true) socket.end()
    }
    let secured = false
    const tls = { servername, ...(ca !== undefined && { ca }), ALPNProtocols: ['http/1.1'] }
    const socket = plain ? connectPlain({ host, port }, ready) : connect({ host, port, ...tls }, ready)
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no answer from ${servername} within ${TIMEOUT_MILLISECONDS / 1000} s`))
    }, TIMEOUT_MILLISECONDS)
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(parse(Buffer.concat(chunks).toString('latin1')))
    }
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (!isWhole(Buffer.concat(chunks).toString('latin1'))) return
      if (request.lingers === true) setTimeout(done, LINGER_MILLISECONDS)
      else done()
    })
    socket.on('close', done)
    // A server may refuse by resetting the connection after the handshake.
    socket.on('error', (error) => {
      if (secured) return done()
      clearTimeout(timer)
      reject(error)
    })
  })
}

function bytesOf({ method = 'POST', target, headers = [], body }: RawRequest, servername: string): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()))
  const content = body === undefined ? Buffer.alloc(0) : Buffer.from(body)
  const usual: readonly (readonly [string, string])[] = [
    ['host', servername],
    ['user-agent', 'isolation-matrix'],
    ['connection', 'close'],
    ...(body === undefined ? [] : [['content-length', String(content.byteLength)] as const]),
  ]
  const all = [...usual.filter(([name]) => !given.has(name)), ...headers]
  const head = [`${method} ${target} HTTP/1.1`, ...all.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'utf8'), content])
}

const END_OF_HEAD = '\r\n\r\n'

function isWhole(text: string): boolean {
  const end = text.indexOf(END_OF_HEAD)
  if (end < 0) return false
  const length = headersOf(text.slice(0, end))['content-length']
  return length !== undefined && text.length - end - END_OF_HEAD.length >= Number(length)
}

function parse(text: string): RawAnswer {
  const end = text.indexOf(END_OF_HEAD)
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]
  if (end < 0 || status === undefined) return { status: 0, headers: {}, body: '' }
  const body = Buffer.from(text.slice(end + END_OF_HEAD.length), 'latin1').toString('utf8')
  return { status: Number(status), headers: headersOf(text.slice(0, end)), body }
}

function headersOf(head: string): Record<string, string> {
  const lines = head.split('\r\n').slice(1)
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}
