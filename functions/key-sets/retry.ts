/** Repeats a fetch: a deployment waits for its issuers' key sets, and should not fail because one attempt did. */
import { setTimeout as sleep } from 'node:timers/promises'

/** All attempts end within the function's minute, even if every one runs into its own time limit. */
const ATTEMPTS = 4
const PAUSE_MILLISECONDS = 2_000

/** @throws the error of the last attempt */
export async function again<T>(work: () => Promise<T>, pauseMilliseconds = PAUSE_MILLISECONDS): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await sleep(pauseMilliseconds)
    }
  }
}
