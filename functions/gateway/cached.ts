/**
 * A cached value. It is loaded at most once at a time, used while it is fresh, renewed in the background while it is still usable, and waited
 * for only when it is not. Keys, items and credentials are cached in this way.
 */

export interface CachedOptions<T> {
  readonly load: () => Promise<T>
  /** Until this time (milliseconds since 1970) the value is not renewed. */
  readonly freshUntil: (value: T, loadedAt: number) => number
  /** Until this time the value may be used. */
  readonly usableUntil: (value: T, loadedAt: number) => number
  /** The pause after a failed renewal in the background. */
  readonly pauseMilliseconds: number
  readonly now: () => number
}

export interface Cached<T> {
  /** The value; rejects only if there is none that may be used. */
  get(): Promise<T>
  /** A value whose loading began after this call, or is under way. */
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
    // Before the request, not after: what changed while it was under way is not in its answer.
    const loadedAt = now()
    try {
      const value = await load()
      held = { value, loadedAt }
      return value
    } catch (error) {
      notBefore = now() + pauseMilliseconds
      throw error
    } finally {
      flight = undefined
    }
  }

  const usableNow = () => (held && now() < usableUntil(held.value, held.loadedAt) ? held : undefined)

  async function get(): Promise<T> {
    const usable = usableNow()
    if (usable) {
      // Nobody waits for this renewal: its failure shows when the value can no longer be used.
      if (now() >= freshUntil(usable.value, usable.loadedAt) && now() >= notBefore) reload().catch(() => {})
      return usable.value
    }
    // Lambda freezes a function between requests, so that a load for an earlier request may have failed, or its answer may be too old by now.
    // Then the value is loaded again for this request.
    if (flight) {
      await flight.catch(() => {})
      const landed = usableNow()
      if (landed) return landed.value
    }
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
