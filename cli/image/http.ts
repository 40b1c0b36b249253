/** One HTTP request: with streamed bodies, redirects without credentials, and a time limit for silence. */
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isThisMachine } from './reference.ts'

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers?: OutgoingHttpHeaders
  /** A body that is a stream; its length is in the headers. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
  readonly signal?: AbortSignal | undefined
}

const SILENCE_MILLISECONDS = 120_000
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const MOST_REDIRECTS = 5

/** @returns the answer's status and headers; the caller reads the body */
export async function send(request: Request, redirected = 0): Promise<IncomingMessage> {
  const answer = await sendOnce(request)
  const { location } = answer.headers
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (!reads || !REDIRECTS.has(answer.statusCode ?? 0) || location === undefined) return answer
  answer.resume()
  if (redirected === MOST_REDIRECTS) throw new Error(`${request.url.host} redirects without an end.`)
  const url = new URL(location, request.url)
  requireSafe(url)
  const { authorization: _, ...open } = request.headers ?? {}
  return await send(
    { ...request, url, headers: url.host === request.url.host ? (request.headers ?? {}) : open },
    redirected + 1,
  )
}

/** @throws Error for a connection without TLS to another computer */
export function requireSafe(url: URL): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url.host))) return
  throw new Error(`A registry points to ${url.protocol}//${url.host}, which is not HTTPS.`)
}

function sendOnce({ method, url, headers = {}, body, signal }: Request): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest
    const sent = open(url, { method, headers, ...(signal && { signal }) })
    sent.setTimeout(SILENCE_MILLISECONDS, () =>
      sent.destroy(new Error(`${url.host} was silent for ${SILENCE_MILLISECONDS / 1000} s.`)),
    )
    sent.once('response', resolve)
    sent.on('error', reject)
    if (body === undefined || body instanceof Uint8Array) sent.end(body)
    // The source's error is the reason, and not the destruction of the request that follows from it.
    else pipeline(Readable.from(body, { objectMode: false }), sent).catch(reject)
  })
}

/** @throws Error if the document is larger than allowed */
export async function textOf(answer: IncomingMessage, most = 8 * 2 ** 20): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer) {
    size += part.length
    if (size > most) throw new Error(`An answer of more than ${most} bytes.`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
