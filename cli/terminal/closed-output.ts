/** Output that nobody reads any more (`| head`, a closed terminal) is no failure of the command that writes it. */

/** How a pipe, a socket and a terminal say that the reader has gone. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED'])

const listeners = new Set<() => void>()

/**
 * For the beginning of a program. What is written after the reader has gone is dropped: a command that changes something
 * finishes what it has begun, and one that serves or measures stops, as after Ctrl-C (see `stopOnSignals`).
 */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Such as a full disk: nobody could read what is missing.
      if (!GONE.has(error.code ?? '')) throw error
      for (const tell of [...listeners]) tell()
    })
}

/** @returns what takes the listener away */
export function onClosedOutput(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
