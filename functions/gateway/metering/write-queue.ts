/**
 * A few writes of one counter at a time: DynamoDB makes them one after the other anyway, and each further one would only open a
 * connection. A write that waits here has not begun, and its time limit has not either: a burst does not look like a dead table.
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
      // A turn is handed over; the last one of a counter takes its place with it.
      if (next) next()
      else if (--own.running === 0) under.delete(key)
    }
  }
}
