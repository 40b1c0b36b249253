/** Invocations that nobody waits for: Lambda queues the event, and tries again when the function fails or is busy. */
import { AwsError } from '../../errors.ts'
import { ASYNC_MAX_AGE_SECONDS, ASYNC_RETRY_MILLISECONDS } from './constants.ts'
import type { InvokeOptions, Lambda } from './lambda.ts'

export interface AsynchronousOptions {
  readonly lambda: Pick<Lambda, 'invoke'>
  /** Seconds since 1970. */
  readonly now: () => number
  /** An event was given up. */
  readonly dropped: (functionArn: string) => void
}

export interface Asynchronous {
  /**
   * Settles after the first attempt; others follow by themselves, and keep no other event from being tried.
   * @throws AwsError when the function does not take events from this caller, or is not there
   */
  invoke(options: InvokeOptions): Promise<void>
  /** Settles when no event waits to be tried again. */
  settled(): Promise<void>
  /** Gives up what waits. */
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
      // Throttled, or a trouble of Lambda's own: neither is the event's fault.
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
      // A function that is gone, or no longer lets this caller in, drops what is queued for it.
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

/** @param ended ends the pause, too */
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
