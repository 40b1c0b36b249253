/** The pause between two attempts at a call. */

/**
 * Full jitter: a random pause between zero and the doubled base, so that callers whose calls failed at the same time do not all repeat them at
 * the same time.
 */
export function jitter(random: () => number, baseMilliseconds: number, attempt: number): number {
  return random() * baseMilliseconds * 2 ** (attempt - 1)
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
