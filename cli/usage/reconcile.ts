/** Compares what the gateway recorded with what Bedrock counted, for each account, hour and model. */
import { costOf } from '../../shared/cost.ts'
import { type PriceList, priceOf } from '../../shared/model-prices.ts'
import type { TrailRecord } from '../audit/trail.ts'
import { type Counts, countsBy, countsOf, KIND_NAMES, minus, NOTHING, plus, sizeOf } from './counts.ts'
import { isOfModel } from './report.ts'

/** The tenants of one account, which Bedrock counts together. */
export interface AccountUnit {
  readonly account: string
  readonly region: string
  readonly tenants: readonly string[]
  /** Ids of the tenants' models. */
  readonly models: readonly string[]
}

/** What Bedrock counted in an hour. */
export interface Counted extends Counts {
  readonly account: string
  /** The model's id as it was called. */
  readonly modelId: string
  /** When the hour began, milliseconds since 1970. */
  readonly hour: number
}

export interface ReconcileRow {
  readonly account: string
  readonly tenants: readonly string[]
  /** ISO 8601. */
  readonly hour: string
  readonly model: string
  readonly requests: number
  readonly recorded: Counts
  readonly counted: Counts
  /** `counted` minus `recorded`. */
  readonly difference: Counts
  /** The part of the difference that no reason explains; differences in both directions are added. */
  readonly unexplained: number
  /** `unexplained` as percent of all tokens of the row, 0 to 100. */
  readonly percent: number
  readonly reasons: readonly string[]
}

export interface ReconcileOptions {
  readonly units: readonly AccountUnit[]
  /** Milliseconds since 1970; whole hours. */
  readonly from: number
  readonly to: number
  readonly prices: PriceList
}

export const HOUR = 3_600_000
/**
 * Clocks differ, and Bedrock counts after its answer, so a request that ended this close to the end of an hour may be counted in the next
 * one.
 */
const EDGE_MILLISECONDS = 60_000

interface Cell {
  readonly unit: AccountUnit
  readonly hour: number
  readonly model: string
  requests: number
  recorded: Counts
  counted: Counts
  estimated: number
  /** What estimated requests were charged; undefined if one of them has no price. */
  estimatedNanoDollars: number | undefined
  unended: number
  /** Tokens of requests that ended near the beginning or the end of this hour. */
  edge: Counts
}

export function reconcile(
  records: readonly TrailRecord[],
  counted: readonly Counted[],
  { units, from, to, prices }: ReconcileOptions,
): readonly ReconcileRow[] {
  const cells = new Map<string, Cell>()
  const cellOf = (unit: AccountUnit, model: string, hour: number): Cell => {
    const key = JSON.stringify([unit.account, model, hour])
    const made = cells.get(key) ?? emptyCell(unit, model, hour)
    cells.set(key, made)
    return made
  }
  const known = knownModels(records, units)
  addRecords(records, units, { from, to }, cellOf)
  for (const one of counted) {
    const unit = units.find(({ account }) => account === one.account)
    if (!unit || one.hour < from || one.hour >= to) continue
    const cell = cellOf(unit, canonical(one.modelId, known.get(one.account) ?? []), one.hour)
    cell.counted = plus(cell.counted, one)
  }
  const inOrder = [...cells.values()].sort(
    (a, b) => a.unit.account.localeCompare(b.unit.account) || a.model.localeCompare(b.model) || a.hour - b.hour,
  )
  const moved = edges(inOrder)
  return inOrder.map((cell) => rowOf(cell, moved.get(cell) ?? NOTHING, known.get(cell.unit.account) ?? [], prices))
}

const emptyCell = (unit: AccountUnit, model: string, hour: number): Cell => ({
  unit,
  model,
  hour,
  requests: 0,
  recorded: NOTHING,
  counted: NOTHING,
  estimated: 0,
  estimatedNanoDollars: 0,
  unended: 0,
  edge: NOTHING,
})

function addRecords(
  records: readonly TrailRecord[],
  units: readonly AccountUnit[],
  { from, to }: { readonly from: number; readonly to: number },
  cellOf: (unit: AccountUnit, model: string, hour: number) => Cell,
): void {
  const ended = new Set(records.filter(({ phase }) => phase === 'end').map(idOf))
  for (const record of records) {
    if (record.claimed !== undefined || !isOfModel(record)) continue
    if (record.phase === 'admission' && ended.has(idOf(record))) continue
    const unit = units.find(({ tenants }) => tenants.includes(record.tenant))
    const end = Date.parse(record.time) + (record.totalMilliseconds ?? 0)
    const hour = Math.floor(end / HOUR) * HOUR
    if (!unit || hour < from || hour >= to) continue
    const cell = cellOf(unit, record.servedModel ?? '', hour)
    cell.requests += 1
    const tokens = countsOf(record)
    if (record.phase === 'admission') cell.unended += 1
    else if (record.usageIs === 'estimated' || (record.usageIncomplete === 1 && record.inputTokens === undefined)) {
      cell.estimated += 1
      cell.estimatedNanoDollars =
        cell.estimatedNanoDollars === undefined || record.nanoDollars === undefined
          ? undefined
          : cell.estimatedNanoDollars + record.nanoDollars
    } else cell.recorded = plus(cell.recorded, tokens)
    const near = Math.min(end - hour, hour + HOUR - end) < EDGE_MILLISECONDS
    if (near || Date.parse(record.time) < hour) cell.edge = plus(cell.edge, tokens)
  }
}

const idOf = ({ tenant, requestId }: TrailRecord) => `${tenant} ${requestId}`

/** Models that are in records count as known, even if no stack file has them any more. */
function knownModels(records: readonly TrailRecord[], units: readonly AccountUnit[]) {
  return new Map(
    units.map(({ account, tenants, models }) => {
      const served = records
        .filter(({ tenant }) => tenants.includes(tenant))
        .flatMap(({ servedModel = [] }) => servedModel)
      return [account, [...new Set([...models.map((id) => id.slice(id.lastIndexOf('/') + 1)), ...served])]] as const
    }),
  )
}

/** Calls through a profile may be counted under the profile's or the model's id; AWS does not document which. */
function canonical(modelId: string, known: readonly string[]): string {
  const id = modelId.slice(modelId.lastIndexOf('/') + 1)
  if (known.includes(id)) return id
  return known.find((one) => one.replace(/^(us-gov|apac|global|[a-z]{2})\./, '') === id) ?? id
}

/** Moves tokens between neighbouring hours: as many as explain the differences of both, but no more than ended near the hour's end. */
function edges(cells: readonly Cell[]): ReadonlyMap<Cell, Counts> {
  const moved = new Map<Cell, Counts>()
  for (const [index, cell] of cells.entries()) {
    const next = cells[index + 1]
    if (!next || next.model !== cell.model || next.unit !== cell.unit || next.hour !== cell.hour + HOUR) continue
    const here = minus(minus(cell.counted, cell.recorded), moved.get(cell) ?? NOTHING)
    const there = minus(next.counted, next.recorded)
    const most = plus(cell.edge, next.edge)
    const shift = countsBy((kind) => {
      if (here[kind] * there[kind] >= 0) return 0
      return Math.sign(here[kind]) * Math.min(Math.abs(here[kind]), Math.abs(there[kind]), most[kind])
    })
    moved.set(cell, plus(moved.get(cell) ?? NOTHING, shift))
    moved.set(next, minus(moved.get(next) ?? NOTHING, shift))
  }
  return moved
}

function rowOf(cell: Cell, moved: Counts, known: readonly string[], prices: PriceList): ReconcileRow {
  const { unit, recorded, counted, hour, model, requests, estimated, unended } = cell
  const difference = minus(counted, recorded)
  const rest = minus(difference, moved)
  const more = countsBy((kind) => Math.max(rest[kind], 0))
  const mayBe = explains(cell, more, prices)
  const unexplained = mayBe ? sizeOf(minus(rest, more)) : sizeOf(rest)
  const all = Math.max(sizeOf(counted), sizeOf(recorded))
  const reasons = [
    ...(sizeOf(moved) > 0 ? ['requests that ended at the turn of the hour are counted in the hour beside'] : []),
    ...(estimated > 0
      ? [`${estimated} requests were charged by what was reserved, as Bedrock did not say what they used`]
      : []),
    ...(unended > 0 ? [`${unended} streams have no end in the trail, as their process was killed`] : []),
    ...(sizeOf(counted) > 0 && !known.includes(model)
      ? ['no tenant of the account has this model: it was called past the gateway']
      : unexplained > 0 && sizeOf(more) > 0 && !mayBe
        ? [
            'Bedrock counted tokens that no record has: called past the gateway, or by a process that was killed before it had answered',
          ]
        : []),
    ...(KIND_NAMES.some((kind) => rest[kind] < 0)
      ? ['records say more than Bedrock counted: its metrics are minutes late, or the records are not true']
      : []),
  ]
  return {
    account: unit.account,
    tenants: unit.tenants,
    hour: new Date(hour).toISOString(),
    model,
    requests,
    recorded,
    counted,
    difference,
    unexplained,
    percent: all === 0 ? 0 : (unexplained / all) * 100,
    reasons: sizeOf(difference) === 0 ? [] : reasons,
  }
}

/** Whether the estimated requests explain the difference, which can be at most the amount that was reserved for them. */
function explains(cell: Cell, more: Counts, prices: PriceList): boolean {
  if (cell.unended > 0) return true
  if (cell.estimated === 0) return false
  const price = priceOf(cell.model, cell.unit.region, prices)
  const cost = price && costOf(more, price)
  return cost === undefined || cell.estimatedNanoDollars === undefined || cost <= cell.estimatedNanoDollars
}
