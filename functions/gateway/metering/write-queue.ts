/**
 * Allows a few writes of one counter at a time: DynamoDB makes them one after the other anyway, and each further one would only open a
 * connection. A write that waits here has not begun, nor has its time limit, so a burst of requests does not look like a table that is out of
 * reach.
 */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>

export function createTurns(most: number): Turns {
  const under = new Map<string, { running: number; readonly waiting: (() => void)[] }>()
  return async (key, work) => {
    const own = under.get(key) ?? { running: 0, waiting: [] }
    under.set(key, own)
    if (own.running < most) own.running++
    else await new Promise<void>((resolve) => own.waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = own.waiting.shift()
      // The turn is passed to the next write; the last one removes the queue.
      if (next) next()
      else if (--own.running === 0) under.delete(key)
    }
  }
}
