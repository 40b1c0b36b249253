/**
 * Reads a request's body: the whole, up to the limit of a Lambda target; or, for a body that is streamed on, the part that the firewall
 * inspects.
 */
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { INSPECTED_BODY_BYTES, MAX_LAMBDA_BYTES } from './constants.ts'

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Longer than the limit of a Lambda target; the rest is discarded. `size` is a lower bound. */
  | { readonly kind: 'tooLarge'; readonly size: number }
  /** Nothing arrived for the idle timeout. */
  | { readonly kind: 'idle' }
  /** The client has left. */
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
      // Reading continues, but nothing is kept, so that the client can finish sending and then reads the answer.
      if (size > MAX_LAMBDA_BYTES) return settle({ kind: 'tooLarge', size })
      timer = setTimeout(idle, idleSeconds * 1000)
      chunks.push(chunk)
    })
    incoming.once('end', () => settle({ kind: 'whole', bytes: Buffer.concat(chunks) }))
    incoming.once('error', () => settle({ kind: 'aborted' }))
    incoming.once('close', () => settle({ kind: 'aborted' }))
  })
}

/** The first bytes of a body: all of it, or more than the firewall inspects. In that case the request is paused. */
export interface Begun {
  readonly kind: 'begun'
  readonly bytes: Buffer
  readonly ended: boolean
}

export function beginBody(
  incoming: IncomingMessage | Http2ServerRequest,
  idleSeconds: number,
): Promise<Begun | Extract<Body, { kind: 'idle' | 'aborted' }>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => settle({ kind: 'idle' }), idleSeconds * 1000)
    function settle(body: Begun | Extract<Body, { kind: 'idle' | 'aborted' }>): void {
      clearTimeout(timer)
      incoming.off('data', take).off('end', end).off('error', aborted).off('close', aborted)
      resolve(body)
    }
    const begun = (ended: boolean): Begun => ({ kind: 'begun', bytes: Buffer.concat(chunks), ended })
    const end = () => settle(begun(true))
    const aborted = () => settle({ kind: 'aborted' })
    function take(chunk: Buffer): void {
      timer.refresh()
      chunks.push(chunk)
      size += chunk.byteLength
      if (size <= INSPECTED_BODY_BYTES) return
      incoming.pause()
      settle(begun(false))
    }
    incoming.on('data', take).once('end', end).once('error', aborted).once('close', aborted)
  })
}
