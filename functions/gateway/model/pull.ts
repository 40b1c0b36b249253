/** Reads a connection's bytes when they are asked for. Node's own iterator of a stream takes several times as long for each chunk. */
import type { Readable } from 'node:stream'

export interface Pull {
  /**
   * The bytes that have arrived; `undefined` after the end. Rejects if the connection ended before the body did. Only one call at a time is
   * allowed.
   */
  next(): Promise<Uint8Array | undefined>
}

export function pullFrom(body: Readable): Pull {
  let wake: (() => void) | undefined
  let ended = false
  let failure: unknown
  const arrived = () => {
    wake?.()
    wake = undefined
  }
  const over = (error?: unknown) => {
    // The first reason counts; a stream that has ended closes without one.
    failure ??= error
    ended = true
    arrived()
  }
  body.on('readable', arrived)
  body.once('end', () => over())
  body.once('error', over)
  body.once('close', () => over(body.readableEnded ? undefined : new Error('closed before the end')))
  return {
    async next() {
      for (;;) {
        const chunk = body.read() as Uint8Array | null
        if (chunk !== null) return chunk
        if (failure !== undefined) throw failure
        if (ended) return undefined
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
