/** A deployment waits for its issuers' key sets: one that stumbles is asked again before the deployment fails. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Within the function's minute, also where every attempt runs into its own time limit. */
const ATTEMPTS = 4
const PAUSE_MILLISECONDS = 2_000

/** @throws what the last attempt threw */
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
