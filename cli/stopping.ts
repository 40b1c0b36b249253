/** Ctrl-C and a polite kill end the wait instead of the process, so that children and ports are closed. */
export function stopOnSignals(): { readonly asked: Promise<undefined>; release(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const stop = () => resolve(undefined)
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  return {
    asked: promise,
    release() {
      process.removeListener('SIGINT', stop)
      process.removeListener('SIGTERM', stop)
    },
  }
}
