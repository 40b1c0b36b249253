/** Reads a request's body up to the limit of a Lambda target. */
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { MAX_LAMBDA_BYTES } from './constants.ts'

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Longer than a Lambda target takes; the rest is thrown away. `size` is a lower bound. */
  | { readonly kind: 'tooLarge'; readonly size: number }
  /** Nothing came for the idle timeout. */
  | { readonly kind: 'idle' }
  /** The client is gone. */
  | { readonly kind: 'aborted' }

export function readBody(incoming: IncomingMessage | Http2ServerRequest, idleSeconds: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    let timer = setTimeout(idle, idleSeconds * 1000)
    function settle(body: Body): void {
      clearTimeout(timer)
      resolve(body)
    }
    function idle(): void {
      settle({ kind: 'idle' })
    }
    incoming.on('data', (chunk: Buffer) => {
      clearTimeout(timer)
      size += chunk.byteLength
      // Reading goes on without keeping anything, so that the client can finish sending and then sees the answer.
      if (size > MAX_LAMBDA_BYTES) return settle({ kind: 'tooLarge', size })
      timer = setTimeout(idle, idleSeconds * 1000)
      chunks.push(chunk)
    })
    incoming.once('end', () => settle({ kind: 'whole', bytes: Buffer.concat(chunks) }))
    incoming.once('error', () => settle({ kind: 'aborted' }))
    incoming.once('close', () => settle({ kind: 'aborted' }))
  })
}
