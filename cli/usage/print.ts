/** Prints a report of usage: as a table for people, as CSV, or as JSON. */
import { textTable } from '../tenant/text-table.ts'
import { cachedShare, type Sum, type UsageReport } from './report.ts'

const NANO = 1_000_000_000

/** Exact to the nano-dollar, without rounding errors of a division: `0.000001234`. */
export function dollars(nanoDollars: number): string {
  const whole = Math.floor(nanoDollars / NANO)
  return `${whole}.${String(nanoDollars - whole * NANO).padStart(9, '0')}`
}

/** For a table: to the cent, or with more digits if the sum is small. */
const short = (nanoDollars: number): string => {
  const value = nanoDollars / NANO
  return `$${value >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(3)}`
}

const FIGURES = [
  'requests',
  'refused',
  'inputTokens',
  'outputTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'cacheWrite1hInputTokens',
  'estimated',
  'unpriced',
  'unended',
] as const satisfies readonly (keyof Sum)[]

export function usageCsv({ by, rows, oldestPrices = '' }: UsageReport): string {
  const header = [...by, ...FIGURES, 'dollars', 'oldestPrices']
  const lines = rows.map(({ key, ...sum }) => [
    ...by.map((name) => cell(key[name] ?? '')),
    ...FIGURES.map((name) => String(sum[name])),
    dollars(sum.nanoDollars),
    oldestPrices,
  ])
  return [header, ...lines].map((line) => `${line.join(',')}\r\n`).join('')
}

/** A CSV field by RFC 4180; a value that a spreadsheet would take for a formula is marked as text. */
function cell(text: string): string {
  const plain = /^[=+\-@]/.test(text) && text !== '-' ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

export const usageJson = (report: UsageReport): string => `${JSON.stringify(report, null, 2)}\n`

export function usageTable(report: UsageReport, since: string): string {
  const { by, rows, total } = report
  if (rows.length === 0) return `Nothing was asked since ${since}.\n`
  const columns = ['REQUESTS', 'REFUSED', 'INPUT', 'OUTPUT', 'CACHE READ', 'CACHE WRITE', 'CACHED', 'COST']
  const line = (sum: Sum) => [
    ...[sum.requests, sum.refused, sum.inputTokens, sum.outputTokens].map(thousands),
    thousands(sum.cacheReadInputTokens),
    thousands(sum.cacheWriteInputTokens),
    percent(cachedShare(sum)),
    `${short(sum.nanoDollars)}${sum.unpriced > 0 ? ' +?' : ''}`,
  ]
  const table = textTable(
    [...by.map((name) => name.toUpperCase()), ...columns],
    [
      ...rows.map(({ key, ...sum }) => [...by.map((name) => key[name] ?? ''), ...line(sum)]),
      ['all', ...by.slice(1).map(() => ''), ...line(total)],
    ],
  )
  return `${table}\n${notes(report, since).join('\n')}\n`
}

function notes({ total, oldestPrices, foreign }: UsageReport, since: string): readonly string[] {
  return [
    oldestPrices === undefined
      ? `Since ${since}. No price was known: --prices FILE counts by others.`
      : `Since ${since}, by prices of which the oldest was looked up on ${oldestPrices}. AWS bills by its own list: npm run genai -- prices`,
    ...(total.unpriced > 0
      ? [`${total.unpriced} requests were served whose price is not known: their cost is missing here, it is not zero.`]
      : []),
    ...(total.estimated > 0
      ? [`${total.estimated} requests are charged by what was reserved: Bedrock did not say what they used.`]
      : []),
    ...(total.unended > 0
      ? [
          `${total.unended} streams have no end in the trail: their process was killed, and what they used is not known.`,
        ]
      : []),
    ...(foreign > 0
      ? [`${foreign} records were printed by something else than the gateway and are left out: npm run genai -- audit`]
      : []),
  ]
}

const thousands = (value: number): string => value.toLocaleString('en-US')

const percent = (share: number | undefined): string => (share === undefined ? '' : `${Math.round(share * 100)}%`)
