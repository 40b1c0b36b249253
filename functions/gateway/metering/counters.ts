/** The counter of one scope: reserves and settles. */
import type { ScopeLimits } from '../../../shared/limits.ts'
import type { UsageItem } from '../../../shared/usage-table.ts'
import { beyond, type Exceeded } from './exceeded.ts'
import { type Demand, reserveWrite } from './reserve.ts'
import { type Reserved, settleWrite, type Used } from './settle.ts'
import { type CounterStore, StoreUnavailable } from './store.ts'

/** A reservation. {@link Counters.settle} gives it back, or replaces it by what was used. */
export interface Hold {
  readonly key: string
  readonly reserved: Reserved
  /** The counter after the reservation. */
  readonly item: UsageItem
}

export interface Counters {
  /**
   * @returns the hold, or the limit that the request exceeds
   * @throws StoreUnavailable
   */
  reserve(key: string, limits: ScopeLimits, demand: Demand): Promise<Hold | Exceeded>
  /**
   * @returns the counter afterwards; undefined if it was deleted
   * @throws StoreUnavailable: the reservation then stays until it expires
   */
  settle(hold: Hold, used: Used): Promise<UsageItem | undefined>
}

/** A write fails if another one changes the counter at the same moment. After this many failures the counter counts as out of reach. */
const ATTEMPTS = 20
/** How many counters a process remembers. One that it does not remember costs another write. */
const REMEMBERED = 1_000

export function createCounters(store: CounterStore, now: () => number): Counters {
  const remembered = new Map<string, UsageItem>()

  function remember(key: string, item: UsageItem | undefined): void {
    remembered.delete(key)
    if (!item) return
    remembered.set(key, item)
    const oldest = remembered.size > REMEMBERED ? remembered.keys().next().value : undefined
    if (oldest !== undefined) remembered.delete(oldest)
  }

  return {
    async reserve(key, limits, demand) {
      const never = beyond(undefined, demand, limits, now())
      if (never) return never
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const { done, item } = await store.write(key, reserveWrite(remembered.get(key), demand, limits, now()))
        remember(key, item)
        if (done) return { key, item, reserved: { ...demand, minute: item.minute } }
        const exceeded = beyond(item, demand, limits, now())
        if (exceeded) return exceeded
      }
      throw new StoreUnavailable('others wrote each time')
    },
    async settle(hold, used) {
      let known = remembered.get(hold.key) ?? hold.item
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const write = settleWrite(known, hold.reserved, used)
        // A request of which only the number is counted.
        if (write.update === '') return known
        const { done, item } = await store.write(hold.key, write)
        remember(hold.key, item)
        if (done || !item) return item
        known = item
      }
      throw new StoreUnavailable('others wrote each time')
    },
  }
}
