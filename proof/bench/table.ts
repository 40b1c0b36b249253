/** The report as a table for a terminal: every figure, with its ratio to the bare SDK call or to the empty function. */
import type { GatewayReport, Measurement } from './gateway.ts'
import { verdicts } from './goals.ts'

export function gatewayTable({ node, cores, measurements, goals }: GatewayReport): string {
  // Cold starts are divided by the empty function's; warm calls by the bare SDK call's, or by the first gateway's if there is none.
  const empty = measurements[0]
  const warm = measurements.find(({ name }) => name === 'bare SDK call') ?? measurements[1]
  const rows = measurements.map((one) => [
    one.name,
    `${one.kilobytes.toFixed(1)} KB`,
    one.readyMilliseconds.toFixed(0),
    withRatio(one, empty, ({ firstAnswerMilliseconds }) => firstAnswerMilliseconds, 0),
    one === empty ? '–' : withRatio(one, warm, ({ warmP50Milliseconds }) => warmP50Milliseconds, 2),
    one === empty ? '–' : withRatio(one, warm, ({ warmP99Milliseconds }) => warmP99Milliseconds, 2),
    one === empty ? '–' : withRatio(one, warm, ({ requestsPerSecondPerCore }) => requestsPerSecondPerCore, 0),
  ])
  const head = ['', 'bundle', 'ready ms', 'first answer ms', 'warm p50 ms', 'warm p99 ms', 'requests/s per core']
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  return [
    `Node ${node}, ${cores} cores, one request at a time`,
    '',
    line(head),
    ...rows.map(line),
    '',
    ...verdicts(goals),
  ].join('\n')
}

function withRatio(
  one: Measurement,
  base: Measurement | undefined,
  figure: (measurement: Measurement) => number,
  digits: number,
): string {
  const value = figure(one).toFixed(digits)
  return base ? `${value} (×${(figure(one) / figure(base)).toFixed(2)})` : value
}
