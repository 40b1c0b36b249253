/**
 * A value that is loaded at most once at a time, used while it is fresh, renewed in the background while it is still
 * usable, and waited for only when it is not. Keys, routing and credentials are all held this way.
 */

export interface CachedOptions<T> {
  readonly load: () => Promise<T>
  /** Time (epoch milliseconds) until which the value needs no renewal. */
  readonly freshUntil: (value: T, loadedAt: number) => number
  /** Time until which the value may be used at all. */
  readonly usableUntil: (value: T, loadedAt: number) => number
  /** After a failed renewal in the background. */
  readonly pauseMilliseconds: number
  readonly now: () => number
}

export interface Cached<T> {
  /** The value; rejects only when there is none that may be used. */
  get(): Promise<T>
  /** A value whose loading began after this call or is under way. */
  reload(): Promise<T>
  /** Forgets the value, so that the next `get` waits for a new one. */
  drop(): void
}

export function createCached<T>(options: CachedOptions<T>): Cached<T> {
  const { load, freshUntil, usableUntil, pauseMilliseconds, now } = options
  let held: { readonly value: T; readonly loadedAt: number } | undefined
  let flight: Promise<T> | undefined
  let notBefore = 0

  function reload(): Promise<T> {
    if (flight) return flight
    const own = start()
    flight = own
    return own
  }

  async function start(): Promise<T> {
    try {
      const value = await load()
      held = { value, loadedAt: now() }
      return value
    } catch (error) {
      notBefore = now() + pauseMilliseconds
      throw error
    } finally {
      flight = undefined
    }
  }

  async function get(): Promise<T> {
    if (held && now() < usableUntil(held.value, held.loadedAt)) {
      // Nobody waits for this one: its failure shows when the value can no longer be used.
      if (now() >= freshUntil(held.value, held.loadedAt) && now() >= notBefore) reload().catch(() => {})
      return held.value
    }
    // A flight from an earlier request may have died while Lambda had the function frozen: try once for this one.
    if (flight) return await flight.catch(() => reload())
    return await reload()
  }

  return {
    get,
    reload,
    drop: () => {
      held = undefined
    },
  }
}
