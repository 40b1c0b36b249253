/** Counts the requests in flight at a server, which scaling follows, because AWS has no such metric. */
import type { GaugeLine } from '../../../shared/audit-line.ts'

export interface Gauge {
  /**
   * Called when a request has arrived.
   * @returns a function to call once when it was answered
   */
  begin(): () => void
  /** The average and the largest number of requests since the last reading. The average does not depend on when it is read. */
  read(): GaugeLine
}

/** @param now milliseconds of a clock that never goes back */
export function createGauge(now: () => number): Gauge {
  let held = 0
  let peak = 0
  /** The sum of requests × milliseconds since the last reading. */
  let area = 0
  let readAt = now()
  let changedAt = readAt
  const change = (by: number) => {
    const at = now()
    area += held * (at - changedAt)
    changedAt = at
    held += by
    peak = Math.max(peak, held)
  }
  return {
    begin() {
      change(1)
      let answered = false
      return () => {
        if (answered) return
        answered = true
        change(-1)
      }
    },
    read() {
      change(0)
      const elapsed = changedAt - readAt
      const reading = { inFlight: elapsed > 0 ? Math.round((area / elapsed) * 100) / 100 : held, peak }
      area = 0
      peak = held
      readAt = changedAt
      return reading
    },
  }
}
