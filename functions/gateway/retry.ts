/** Between two attempts at a call. */

/** Full jitter: anywhere between nothing and the doubled base, so that callers who failed together do not return together. */
export function jitter(random: () => number, baseMilliseconds: number, attempt: number): number {
  return random() * baseMilliseconds * 2 ** (attempt - 1)
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
