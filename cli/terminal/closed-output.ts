/** Lets a command survive when its output is no longer read (`| head`, a closed terminal). */

/** Error codes that a pipe, a socket and a terminal give when the reader has closed them. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED'])

const listeners = new Set<() => void>()

/**
 * Call it at the start of a program. Output after the reader has gone is dropped. A command that changes something finishes its work; one
 * that serves or measures stops, as after Ctrl-C (see `stopOnSignals`).
 */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Another error, such as a full disk, must not be hidden.
      if (!GONE.has(error.code ?? '')) throw error
      for (const tell of [...listeners]) tell()
    })
}

/** @returns a function that removes the listener */
export function onClosedOutput(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
