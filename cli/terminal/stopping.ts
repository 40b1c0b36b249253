import { onClosedOutput } from './closed-output.ts'

/** `SIGHUP` is what a terminal that is closed sends. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Ctrl-C, a polite kill, a terminal that is closed and a pipe that nobody reads end the wait instead of the process, so that
 * children and ports are closed.
 */
export function stopOnSignals(): { readonly asked: Promise<undefined>; release(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const stop = () => resolve(undefined)
  for (const signal of SIGNALS) process.once(signal, stop)
  const forget = onClosedOutput(stop)
  return {
    asked: promise,
    release() {
      for (const signal of SIGNALS) process.removeListener(signal, stop)
      forget()
    },
  }
}
