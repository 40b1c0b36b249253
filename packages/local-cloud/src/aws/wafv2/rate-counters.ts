/** Requests for each rule and key over the last seconds, counted exactly by the second. (AWS estimates, about every ten seconds.) */
export class RateCounters {
  readonly #seconds = new Map<string, Map<string, Map<number, number>>>()
  #prunedAt = 0

  /**
   * Counts a request.
   * @returns the number of requests in the window, including this one
   */
  add(rule: string, address: string, window: number, now: number): number {
    const second = Math.floor(now)
    this.#prune(second)
    const addresses = this.#seconds.get(rule) ?? new Map<string, Map<number, number>>()
    this.#seconds.set(rule, addresses)
    const counts = addresses.get(address) ?? new Map<number, number>()
    addresses.set(address, counts)
    counts.set(second, (counts.get(second) ?? 0) + 1)
    let sum = 0
    for (const [at, count] of counts)
      if (at > second - window) sum += count
      else counts.delete(at)
    return sum
  }

  /** Forgets keys that have sent nothing for the longest window. */
  #prune(second: number): void {
    if (second - this.#prunedAt < LONGEST_WINDOW) return
    this.#prunedAt = second
    for (const addresses of this.#seconds.values())
      for (const [address, counts] of addresses)
        if (Math.max(...counts.keys()) <= second - LONGEST_WINDOW) addresses.delete(address)
  }
}

const LONGEST_WINDOW = 600
