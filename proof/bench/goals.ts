/** The goals that a measurement is compared with. */

export interface Goal {
  readonly goal: string
  readonly ratio: number
  readonly most: number
  readonly met: boolean
}

/** How much the cost with many tenants may be, as a multiple of the cost with few. */
export const MOST_GROWTH = 1.3

export const goal = (text: string, ratio: number, most: number): Goal => ({
  goal: text,
  ratio,
  most,
  met: ratio <= most,
})

export const verdicts = (goals: readonly Goal[]): readonly string[] =>
  goals.map(
    ({ goal: text, ratio, most, met }) =>
      `${met ? 'met   ' : 'MISSED'} ${text}: ${ratio.toFixed(2)} (goal: at most ${most})`,
  )

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** A median of rounds, and the interval that holds the middle half of them. */
export interface Spread {
  readonly median: number
  readonly from: number
  readonly to: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { median: median(values), from: at(0.25), to: at(0.75) }
}
