/**
 * HTTP/2 requests as frames, so that they can be malformed in ways that no client allows (RFC 9113, 8.2 and 8.3). Node's own client decodes the
 * answer: it gets the server's frames, and the frames that it sends are discarded.
 */
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import {
  type Connection,
  type Http2Request,
  LINGER_MILLISECONDS,
  type RawAnswer,
  TIMEOUT_MILLISECONDS,
} from './raw-request.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const FRAME = { data: 0, headers: 1, settings: 4 } as const
const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const
const LARGEST_FRAME = 16_384
/** The id of a client's first stream, which the decoding session uses too. */
const STREAM = 1

/** @throws Error if nothing answers within half a minute, or if the server does not speak HTTP/2 */
export async function sendHttp2(
  connection: Connection,
  request: Http2Request,
  timeoutMilliseconds: number = TIMEOUT_MILLISECONDS,
): Promise<RawAnswer> {
  const socket = await secured(connection, timeoutMilliseconds)
  try {
    return await exchange(socket, request, timeoutMilliseconds)
  } finally {
    socket.destroy()
  }
}

function secured({ host, port, servername, ca }: Connection, timeoutMilliseconds: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername, ...(ca !== undefined && { ca }), ALPNProtocols: ['h2'] }, () => {
      socket.setTimeout(0)
      if (socket.alpnProtocol === 'h2') return resolve(socket)
      socket.destroy()
      reject(new Error(`${servername} does not speak HTTP/2.`))
    })
    socket.once('error', reject)
    // The host accepts the connection and sends nothing.
    socket.setTimeout(timeoutMilliseconds, () => socket.destroy(silence(timeoutMilliseconds)))
  })
}

function exchange(socket: TLSSocket, request: Http2Request, timeoutMilliseconds: number): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { session, shown } = decoder()
    let headers: IncomingHttpHeaders = {}
    const chunks: Buffer[] = []
    const end = () => {
      clearTimeout(timer)
      session.destroy()
      resolve(answerOf(headers, Buffer.concat(chunks).toString('utf8')))
    }
    const timer = setTimeout(() => {
      session.destroy()
      reject(silence(timeoutMilliseconds))
    }, timeoutMilliseconds)
    // Its own request is never sent: it only makes the stream to which the answer belongs.
    const stream = session.request({ ':path': '/' }, { endStream: true })
    stream.on('response', (received) => (headers = received))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A server refuses a malformed request by resetting the stream or closing the session.
    stream.on('error', () => undefined)
    session.on('error', () => undefined)
    // A hidden request would be answered after this one.
    stream.once('close', () => setTimeout(end, LINGER_MILLISECONDS))
    socket.on('data', (chunk: Buffer) => void shown.push(chunk))
    socket.on('error', () => session.destroy())
    socket.on('close', () => session.destroy())
    socket.write(framesOf(request))
  })
}

const silence = (milliseconds: number) => new Error(`no answer over HTTP/2 within ${milliseconds / 1000} s`)

/** A client session that reads what is pushed into `shown`. */
function decoder(): { readonly session: ClientHttp2Session; readonly shown: Duplex } {
  const shown = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done: () => void) => done(),
  })
  return { session: connectHttp2('https://decoder', { createConnection: () => shown }), shown }
}

function answerOf(received: IncomingHttpHeaders, body: string): RawAnswer {
  const { ':status': status, ...headers } = received
  const texts = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')])
  return { status: Number(status ?? 0), headers: Object.fromEntries(texts), body }
}

function framesOf({ headers, body }: Http2Request): Buffer {
  const block = Buffer.concat(headers.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]))
  if (block.length > LARGEST_FRAME) throw new Error(`The headers take ${block.length} bytes, a frame ${LARGEST_FRAME}.`)
  return Buffer.concat([
    Buffer.from(PREFACE),
    frame(FRAME.settings, 0, 0),
    frame(FRAME.settings, FLAG.ack, 0),
    frame(FRAME.headers, FLAG.endHeaders | (body === undefined ? FLAG.endStream : 0), STREAM, block),
    ...(body === undefined ? [] : [frame(FRAME.data, FLAG.endStream, STREAM, Buffer.from(body))]),
  ])
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** HPACK's string without Huffman coding: its length, with seven bits in the first byte, then the bytes (RFC 7541, 5.1 and 5.2). */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes])
  const length = [127]
  let rest = bytes.length - 127
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128)
  return Buffer.concat([Buffer.from([...length, rest]), bytes])
}
