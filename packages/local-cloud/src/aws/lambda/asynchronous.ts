/** Asynchronous invocations: Lambda queues the event, and repeats it when the function fails or is busy. */
import { AwsError } from '../../errors.ts'
import { ASYNC_MAX_AGE_SECONDS, ASYNC_RETRY_MILLISECONDS } from './constants.ts'
import type { InvokeOptions, Lambda } from './lambda.ts'

export interface AsynchronousOptions {
  readonly lambda: Pick<Lambda, 'invoke'>
  /** Seconds since 1970. */
  readonly now: () => number
  /** Called when an event is given up. */
  readonly dropped: (functionArn: string) => void
}

export interface Asynchronous {
  /**
   * Resolves after the first attempt. Repetitions follow in the background, and do not delay other events.
   * @throws AwsError if the function does not exist, or does not accept events from this caller
   */
  invoke(options: InvokeOptions): Promise<void>
  /** Resolves when no event waits for a repetition. */
  settled(): Promise<void>
  /** Gives up all waiting events. */
  close(): Promise<void>
}

type Attempt = 'done' | 'failed' | 'busy'

export function createAsynchronous({ lambda, now, dropped }: AsynchronousOptions): Asynchronous {
  const closed = new AbortController()
  const waiting = new Set<Promise<void>>()

  async function attempt(options: InvokeOptions): Promise<Attempt> {
    try {
      return (await lambda.invoke(options)).functionError === undefined ? 'done' : 'failed'
    } catch (error) {
      // Throttling, or an error of Lambda itself. These do not count as attempts of the event.
      if (error instanceof AwsError && (error.status === 429 || error.status >= 500)) return 'busy'
      throw error
    }
  }

  async function again(options: InvokeOptions, first: Attempt): Promise<void> {
    const expires = now() + ASYNC_MAX_AGE_SECONDS
    let outcome = first
    let failures = 0
    while (outcome !== 'done') {
      if (outcome === 'failed') failures += 1
      const wait = ASYNC_RETRY_MILLISECONDS[Math.max(failures - 1, 0)]
      if (wait === undefined || now() > expires || closed.signal.aborted) {
        dropped(options.functionArn)
        return
      }
      await pause(wait, closed.signal)
      // If the function was deleted, or no longer accepts events from this caller, its queued events are dropped.
      outcome = await attempt(options).catch(() => 'failed' as const)
    }
  }

  async function settled(): Promise<void> {
    while (waiting.size > 0) await Promise.all(waiting)
  }

  return {
    async invoke(options) {
      const first = await attempt(options)
      if (first === 'done') return
      const rest = again(options, first).finally(() => waiting.delete(rest))
      waiting.add(rest)
    },
    settled,
    async close() {
      closed.abort()
      await settled()
    },
  }
}

/** @param ended aborting it ends the pause */
function pause(milliseconds: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      ended.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    ended.addEventListener('abort', end)
  })
}
