/** Converts `node:http`'s requests and answers. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GatewayError } from '../errors.ts'
import { type Answer, headersOf, type IncomingRequest } from '../http.ts'
import { readTarget } from './event.ts'

/** Bedrock's limit for a body of InvokeModel, with images in base64. */
export const MAXIMUM_BODY_BYTES = 25_000_000

/** The request, or the error that explains why it cannot be read. */
export function fromMessage(message: IncomingMessage, signal: AbortSignal): IncomingRequest | GatewayError {
  try {
    const { method = '', url = '' } = message
    const at = url.indexOf('?')
    const target = readTarget(method, at === -1 ? url : url.slice(0, at), at === -1 ? '' : url.slice(at))
    requireOneAuthorization(message)
    if ((method === 'GET' || method === 'HEAD') && hasBody(message)) {
      throw new GatewayError('request_malformed', `The request cannot be read: ${method} takes no body.`)
    }
    const values = Object.entries(message.headers).map(([name, value]) => [name, `${value}`] as const)
    return { method, ...target, headers: headersOf(new Map(values)), signal, body: () => readBytes(message) }
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
}

/** Node keeps the first of several headers; the load balancer may have checked another one. */
function requireOneAuthorization({ rawHeaders }: IncomingMessage): void {
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  if (names.filter((name) => name.toLowerCase() === 'authorization').length > 1) {
    throw new GatewayError('authorization_ambiguous', 'There is more than one Authorization header. Send exactly one.')
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

function readBytes(message: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const tooLarge = (bytes: number) =>
      reject(
        new GatewayError(
          'body_too_large',
          `The body has ${bytes} bytes or more; ${MAXIMUM_BODY_BYTES} are allowed. Send a shorter prompt or smaller images.`,
        ),
      )
    if (Number(message.headers['content-length'] ?? 0) > MAXIMUM_BODY_BYTES) {
      return tooLarge(Number(message.headers['content-length']))
    }
    message.on('data', (chunk: Buffer) => {
      length += chunk.byteLength
      if (length <= MAXIMUM_BODY_BYTES) return void chunks.push(chunk)
      message.pause()
      tooLarge(length)
    })
    message.once('end', () => resolve(Buffer.concat(chunks)))
    const left = () => {
      // The connection closes after every request, so no error with a stack trace should be made for it.
      if (!message.readableEnded)
        reject(new GatewayError('client_left', 'The client left before it had sent the body.'))
    }
    message.once('error', left)
    message.once('close', left)
  })
}

/** If the first event comes within this time, it is sent in one packet with the headers. */
const HEADERS_ALONE_MILLISECONDS = 5

/** Sends the answer, no faster than the client reads it. Resolves when the answer was sent or the client has left. */
export async function send({ status, headers, body }: Answer, response: ServerResponse): Promise<void> {
  if (typeof body === 'string') {
    if (response.destroyed) return
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
    return void response.end(body)
  }
  const left = new Promise<void>((resolve) => response.once('close', resolve))
  if (response.destroyed) return void (await body.return())
  response.writeHead(status, headers)
  // The first event may take long. Unless it comes at once, the headers are sent before it.
  const alone = setTimeout(() => response.flushHeaders(), HEADERS_ALONE_MILLISECONDS)
  void left.then(() => body.return())
  for await (const piece of body) {
    clearTimeout(alone)
    if (response.write(piece)) continue
    await Promise.race([new Promise((resolve) => response.once('drain', resolve)), left])
  }
  clearTimeout(alone)
  if (!response.destroyed) response.end()
}
