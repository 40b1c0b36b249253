/** Waiting in tests: for something to happen, and not for a time. */

/** What happens in seconds on an idle machine may take minutes on a busy one; only what never happens is to run into it. */
const PATIENCE_MILLISECONDS = 5 * 60_000

/**
 * Polls until it is so.
 * @param what of the error, when it never is
 * @returns how long it took, in milliseconds
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const started = performance.now()
  while (!(await holds())) {
    if (performance.now() - started > PATIENCE_MILLISECONDS)
      throw new Error(`${what}: not within ${PATIENCE_MILLISECONDS / 60_000} minutes`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return performance.now() - started
}
