/** How many requests a server holds: what scaling follows, since AWS has no such figure. */
import type { GaugeLine } from '../../../shared/audit-line.ts'

export interface Gauge {
  /** A request has come; what is returned is called once, when it is answered. */
  begin(): () => void
  /** Since the last reading: how many there were on average, whatever the moment of the reading, and at most. */
  read(): GaugeLine
}

/** @param now milliseconds that never go back */
export function createGauge(now: () => number): Gauge {
  let held = 0
  let peak = 0
  /** Requests × milliseconds since the last reading. */
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
