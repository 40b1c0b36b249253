import { onClosedOutput } from './closed-output.ts'

/** `SIGHUP` is what a terminal that is closed sends. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Lets a command stop in order: Ctrl-C, SIGTERM, a closed terminal and a closed output pipe end its wait instead of the process, so that
 * it can close children and ports.
 * @param options.whenOutputCloses false for a command that ends by itself and whose exit code matters
 */
export function stopOnSignals({ whenOutputCloses = true }: { readonly whenOutputCloses?: boolean } = {}): {
  readonly asked: Promise<undefined>
  release(): void
} {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const stop = () => resolve(undefined)
  for (const signal of SIGNALS) process.once(signal, stop)
  const forget = whenOutputCloses ? onClosedOutput(stop) : () => undefined
  return {
    asked: promise,
    release() {
      for (const signal of SIGNALS) process.removeListener(signal, stop)
      forget()
    },
  }
}
