import { UserError } from '../verb.ts'

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * @param text `15m`, `24h`, `7d`, or a date in ISO 8601
 * @returns milliseconds since 1970
 * @throws UserError for anything else
 */
export function sinceOf(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  if (count !== undefined) return Math.max(now - Number(count) * UNITS[unit as keyof typeof UNITS], 0)
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(date)) return date
  throw new UserError(
    `--since "${text}" is neither a duration nor a date.`,
    'Examples: --since 15m, --since 24h, --since 7d, --since 2026-11-01, --since 2026-11-01T08:30:00Z',
  )
}
