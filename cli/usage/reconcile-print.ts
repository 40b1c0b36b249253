/** Prints the results of `usage reconcile` for people. */
import { textTable } from '../tenant/text-table.ts'
import type { BilledDay, BillNotAsked } from './cost-explorer.ts'
import { KIND_NAMES, sizeOf } from './counts.ts'
import type { RecordComparison } from './invocation-log.ts'
import type { ReconcileRow } from './reconcile.ts'

export interface Reconciled {
  /** ISO 8601, whole hours. */
  readonly from: string
  readonly to: string
  /** Percent of a row's tokens that may remain unexplained. */
  readonly threshold: number
  readonly rows: readonly ReconcileRow[]
  /** Results for accounts that have an invocation log. */
  readonly records: readonly RecordComparison[]
  /** The bill by account and day, if it was asked for; it does not affect whether everything adds up. */
  readonly bill?: readonly (BilledDay | BillNotAsked)[]
  /** ISO date on which the oldest of the prices used was looked up. */
  readonly oldestPrices?: string
  /** Accounts that were not compared, with the reason. */
  readonly notAsked: readonly { readonly account: string; readonly tenants: readonly string[]; readonly why: string }[]
}

/** Whether everything adds up; it does not if an account could not be asked. */
export const addsUp = ({ rows, records, notAsked, threshold }: Reconciled): boolean =>
  rows.every(({ percent }) => percent <= threshold) &&
  records.every(({ findings }) => findings.length === 0) &&
  notAsked.length === 0

/** Number of findings of the invocation log that are printed; --json has all of them. */
const SHOWN = 20

export function reconciledText(reconciled: Reconciled): string {
  const { from, to, rows, records, notAsked, threshold } = reconciled
  const differing = rows.filter(({ difference }) => sizeOf(difference) > 0)
  const requests = rows.reduce((sum, row) => sum + row.requests, 0)
  const lines = [
    `${from} to ${to}: ${requests} requests in the trail, ${rows.length} rows of account, hour and model.`,
    rows.length === 0
      ? 'Nothing was recorded and nothing was counted.'
      : `${rows.length - differing.length} are equal to the token. ${differing.length} differ.`,
    ...togetherLines(rows),
    ...(differing.length === 0 ? [] : ['', differences(differing, threshold).trimEnd()]),
    ...records.flatMap((one) => ['', ...recordLines(one)]),
    ...notAsked.map(({ tenants, account, why }) => `\nNot asked: ${tenants.join(', ')} (account ${account}): ${why}`),
    ...billLines(reconciled.bill),
    ...(reconciled.oldestPrices === undefined
      ? []
      : ['', `Costs are by prices of which the oldest was looked up on ${reconciled.oldestPrices}.`]),
    '',
    addsUp(reconciled)
      ? 'It adds up.'
      : `It does not add up: more than ${threshold}% of a row is unexplained, a record differs, or an account was not asked.`,
  ]
  return `${lines.join('\n')}\n`
}

/** Tenants that share an account: it is not known to which of them a difference belongs. */
function togetherLines(rows: readonly ReconcileRow[]): readonly string[] {
  const shared = new Map(rows.filter(({ tenants }) => tenants.length > 1).map((row) => [row.account, row.tenants]))
  return [...shared].map(
    ([account, tenants]) =>
      `${tenants.join(', ')} share account ${account} and are compared together: Bedrock counts by account and model.`,
  )
}

function differences(rows: readonly ReconcileRow[], threshold: number): string {
  const signed = (value: number) => `${value > 0 ? '+' : ''}${value.toLocaleString('en-US')}`
  const table = textTable(
    ['TENANT', 'HOUR', 'MODEL', 'REQUESTS', 'INPUT', 'OUTPUT', 'CACHE READ', 'CACHE WRITE', 'UNEXPLAINED'],
    rows.map((row) => [
      row.tenants.join('+'),
      row.hour.slice(0, 13),
      row.model,
      String(row.requests),
      ...KIND_NAMES.map((kind) => signed(row.difference[kind])),
      row.unexplained === 0 ? 'none' : `${row.percent.toFixed(2)}%${row.percent > threshold ? ' ✗' : ''}`,
    ]),
  )
  const reasons = rows.flatMap((row) =>
    row.reasons.map((reason) => `  ${row.hour.slice(0, 13)} ${row.model}: ${reason}`),
  )
  return `What Bedrock counted, less what the trail has:\n${table}${reasons.join('\n')}\n`
}

function billLines(bill: Reconciled['bill']): readonly string[] {
  if (!bill) return []
  const days = bill.flatMap((one) => ('day' in one ? [one] : []))
  const why = bill.flatMap((one) => ('why' in one ? [`The bill of ${one.account} was not asked: ${one.why}.`] : []))
  const table = textTable(
    ['ACCOUNT', 'DAY', 'BILLED', 'RECORDED', 'WITHOUT PRICE'],
    days.map(({ account, day, billed, recorded, unpriced }) => [
      account,
      day,
      `$${billed.toFixed(4)}`,
      `$${recorded.toFixed(4)}`,
      unpriced === 0 ? '' : `${unpriced} requests`,
    ]),
  )
  return [
    '',
    ...(days.length === 0
      ? []
      : [
          'The bill, which decides nothing here: it is up to a day late, and has guardrails and other callers in it.',
          table.trimEnd(),
        ]),
    ...why,
  ]
}

function recordLines({ account, logged, equal, unknown, findings }: RecordComparison): readonly string[] {
  const more = findings.length > SHOWN ? [`  … and ${findings.length - SHOWN} more: --json`] : []
  return [
    `Invocation log of ${account}: ${logged} records; ${equal} requests are equal, ${unknown} have no count in the trail, ${findings.length} findings.`,
    ...findings
      .slice(0, SHOWN)
      .map(({ what, requestId, model, identity }) => `  ${what}: ${requestId} of ${model} by ${identity}`),
    ...more,
  ]
}
