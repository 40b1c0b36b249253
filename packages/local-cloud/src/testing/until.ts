/** For tests: waits until something has happened, instead of for a fixed time. */

/** What takes seconds on an idle machine may take minutes on a busy one. Only what never happens should reach this limit. */
const PATIENCE_MILLISECONDS = 5 * 60_000

/**
 * Polls until `holds` returns true.
 * @param what a description for the error if it never does
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
