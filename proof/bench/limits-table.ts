/** The report on limits, for a terminal. */
import { type Spread, verdicts } from './goals.ts'
import { type LimitsReport, TABLE_MILLISECONDS } from './limits.ts'
import { tableOf } from './text.ts'

export function limitsTable({ node, cores, rounds, calls, measurements, goals }: LimitsReport): string {
  const { fast, slow } = TABLE_MILLISECONDS
  const rows = measurements.map((one) => [
    one.compute,
    `${one.counters}`,
    one.withoutMilliseconds.toFixed(2),
    one.withMilliseconds.toFixed(2),
    spreadText(one.addedMilliseconds),
    spreadText(one.roundTrips),
    one.writesARequest.toFixed(2),
    `$${one.dollarsAMillionRequests.toFixed(2)}`,
  ])
  const head = [
    'compute',
    'counters',
    'p50 without ms',
    'p50 with ms',
    'added ms',
    'round trips',
    'writes a request',
    'a million requests',
  ]
  return [
    `Node ${node}, ${cores} cores, ${rounds} rounds of ${calls} requests, one at a time. The table of counters answers after ${fast} ms.`,
    `Round trips: how much slower the fastest request of a round is at a table that answers after ${slow} ms, over ${slow - fast} ms.`,
    'In brackets: the middle half of the rounds.',
    '',
    ...tableOf(head, rows),
    '',
    ...verdicts(goals),
  ].join('\n')
}

const spreadText = ({ median, from, to }: Spread) => `${median.toFixed(2)} (${from.toFixed(2)} to ${to.toFixed(2)})`
