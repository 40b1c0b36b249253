/** Repeating a call, only while its owner says so and its time allows. */

export interface RetryOptions {
  /** The first one included. */
  readonly attempts: number
  /** Milliseconds to wait before trying again, or `undefined` when the failure is final. */
  readonly waitAfter: (error: unknown, attempt: number) => number | undefined
  /** Time left for everything, waiting included. */
  readonly remaining: () => number
  readonly pause: (milliseconds: number) => Promise<void>
}

export async function retrying<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt)
    } catch (error) {
      const wait = attempt < options.attempts ? options.waitAfter(error, attempt) : undefined
      if (wait === undefined || wait >= options.remaining()) throw error
      await options.pause(wait)
    }
  }
}

/** Full jitter: anywhere between nothing and the doubled base, so that callers who failed together do not return together. */
export function jitter(random: () => number, baseMilliseconds: number, attempt: number): number {
  return random() * baseMilliseconds * 2 ** (attempt - 1)
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
