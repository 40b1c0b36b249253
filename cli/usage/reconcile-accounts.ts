/** Reads from each account what Bedrock counted there, and compares it with the trail. */
import { oldestDate, type PriceList } from '../../shared/model-prices.ts'
import type { TrailRecord } from '../audit/trail.ts'
import { wordsOf } from '../doctor/denied.ts'
import { NoAccess, type TenantSubject } from '../doctor/subjects.ts'
import { bedrockCounts, type Span } from './bedrock-counts.ts'
import { type BilledDay, type BillNotAsked, billedDays, wholeDays } from './cost-explorer.ts'
import { compareRecords, invocationLogGroup, type RecordComparison, readInvocationLog } from './invocation-log.ts'
import { type AccountUnit, type Counted, reconcile } from './reconcile.ts'
import type { Reconciled } from './reconcile-print.ts'

export interface ReconcileAccountsOptions extends Span {
  /** Percent of a row's tokens that may remain unexplained. */
  readonly threshold: number
  readonly prices: PriceList
  /** Whether invocation logs are compared too, if accounts have them. */
  readonly byRecord: boolean
  /**
   * Whether Cost Explorer is asked for the bill too, at a cent for each account.
   * @default false
   */
  readonly bill?: boolean
}

/**
 * @param tenants all tenants that share an account, because Bedrock counts by account
 * @param records those of the span, and of an hour before it, because a request counts in the hour in which it ended
 */
export async function reconcileAccounts(
  tenants: readonly TenantSubject[],
  records: readonly TrailRecord[],
  { from, to, threshold, prices, byRecord, bill = false }: ReconcileAccountsOptions,
): Promise<Reconciled> {
  const span = { from, to }
  const units = unitsOf(tenants)
  const billed = bill ? await Promise.all(units.map((unit) => askBill(unit, span, records))) : undefined
  const asked = await Promise.all(units.map((unit) => askAccount(unit, span, records, byRecord)))
  const answered = asked.flatMap((one) => ('counted' in one ? [one] : []))
  const counted = answered.flatMap((one) => one.counted)
  const oldestPrices = oldestDate(records.flatMap(({ priceList: asOf }) => (asOf === undefined ? [] : [{ asOf }])))
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    threshold,
    rows: reconcile(records, counted, { units: answered.map(({ unit }) => unit), ...span, prices }),
    records: answered.flatMap(({ compared }) => compared ?? []),
    notAsked: asked.flatMap((one) => ('why' in one ? [one] : [])),
    ...(billed && { bill: billed.flat() }),
    ...(oldestPrices !== undefined && { oldestPrices }),
  }
}

interface Unit extends AccountUnit {
  readonly clients: TenantSubject['clients']
}

function unitsOf(tenants: readonly TenantSubject[]): readonly Unit[] {
  const accounts = [...new Set(tenants.map(({ account }) => account))]
  return accounts.flatMap((account) => {
    const own = tenants.filter((one) => one.account === account)
    const [first] = own
    if (!first) return []
    return {
      account,
      region: first.region,
      tenants: own.map(({ settings }) => settings.tenantId),
      models: own.flatMap(({ settings }) => Object.values(settings.models)),
      clients: first.clients,
    }
  })
}

type Asked =
  | { readonly unit: AccountUnit; readonly counted: readonly Counted[]; readonly compared?: RecordComparison }
  | { readonly account: string; readonly tenants: readonly string[]; readonly why: string }

async function askAccount(unit: Unit, span: Span, records: readonly TrailRecord[], byRecord: boolean): Promise<Asked> {
  const { account, tenants } = unit
  try {
    const clients = await unit.clients()
    const models = unit.models.map((id) => id.slice(id.lastIndexOf('/') + 1))
    const counted = await bedrockCounts(clients.cloudwatch, { account, models }, span)
    const group = byRecord ? await invocationLogGroup(clients.bedrock) : undefined
    if (group === undefined) return { unit, counted }
    const log = await readInvocationLog(clients.logs, group, span)
    return { unit, counted, compared: compareRecords(unit, log, records) }
  } catch (error) {
    if (error instanceof NoAccess)
      return {
        account,
        tenants,
        why: `${error.message.replace(/\.$/, '')}. The policy of the role: npm run genai -- usage reconcile --policy`,
      }
    return { account, tenants, why: wordsOf(error) }
  }
}

/**
 * What AWS bills the account, compared with the cost of its tenants' records. It does not affect the result: it is a day late, and includes
 * costs that no record has.
 */
async function askBill(
  { account, tenants, clients }: Unit,
  span: Span,
  records: readonly TrailRecord[],
): Promise<readonly (BilledDay | BillNotAsked)[]> {
  const days = wholeDays(span)
  if (days.length === 0) return [{ account, why: 'there is no whole day in UTC between --since and --until' }]
  try {
    const own = records.filter(({ tenant }) => tenants.includes(tenant))
    return await billedDays(await clients(), account, days, own)
  } catch (error) {
    return [{ account, why: error instanceof NoAccess ? error.message.replace(/\.$/, '') : wordsOf(error) }]
  }
}
