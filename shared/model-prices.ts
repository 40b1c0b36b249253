/**
 * The list of models' prices: `prices/models.json`, where each row has its source and the day on which it was looked up. A model that is not in
 * it has no price: nothing is guessed. AWS changes prices, and bills by its own list.
 */

import { type ModelPrice, readModelPrice } from './cost.ts'
import { isMap } from './is-map.ts'
import models from './prices/models.json' with { type: 'json' }

export interface PriceSource {
  /** The page or file that contains the prices. */
  readonly url: string
  /** The stored copy that was read, which does not change. */
  readonly copy?: string
}

export interface PriceRow extends ModelPrice {
  /** A name in {@link PriceList.sources}. */
  readonly source: string
  /** The ISO date of what was read; prices may have changed since. */
  readonly asOf: string
  /** The region in which a model's own id has this price. Absent for inference profiles, whose id contains their geography. */
  readonly region?: string
}

export interface PriceList {
  readonly sources: Readonly<Record<string, PriceSource>>
  /** By the complete id, with its geography. */
  readonly models: Readonly<Record<string, PriceRow>>
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

/**
 * @param raw parsed JSON
 * @throws Error that names the row and the field that is wrong
 */
export function readPriceList(raw: unknown): PriceList {
  if (!isMap(raw) || !isMap(raw.sources) || !isMap(raw.models))
    throw new Error('A price list is a JSON object with "sources" and "models" (see shared/prices/models.json).')
  for (const [name, source] of Object.entries(raw.sources))
    if (!isMap(source) || typeof source.url !== 'string') throw wrong(`sources: ${name}`, 'needs a "url"')
  const sources = raw.sources
  for (const [id, row] of Object.entries(raw.models)) {
    if (!isMap(row)) throw wrong(id, 'is not an object')
    if (typeof row.source !== 'string' || !Object.hasOwn(sources, row.source))
      throw wrong(id, `names the source ${JSON.stringify(row.source)}, which is not among "sources"`)
    if (typeof row.asOf !== 'string' || !DATE.test(row.asOf))
      throw wrong(id, `has asOf ${JSON.stringify(row.asOf)}; allowed: a date such as "2026-11-30"`)
    if (row.region !== undefined && typeof row.region !== 'string') throw wrong(id, 'has a region that is no text')
    const { source: _, asOf: _date, region: _region, ...price } = row
    readModelPrice(price, id)
  }
  return raw as unknown as PriceList
}

const wrong = (where: string, what: string) => new Error(`The price list's "${where}" ${what}.`)

/** The list of this version. */
export const MODEL_PRICES: PriceList = readPriceList(models)

/**
 * @param id a model's or an inference profile's id, or an ARN that ends with one
 * @param region of the tenant's endpoint
 * @returns undefined for an id that is not in the list: another region's price is not used
 */
export function priceOf(id: string, region: string, list: PriceList = MODEL_PRICES): PriceRow | undefined {
  // The ARN of an application inference profile ends with an id that no list has.
  const name = id.slice(id.lastIndexOf('/') + 1)
  const row = Object.hasOwn(list.models, name) ? list.models[name] : undefined
  return row && (row.region === undefined || row.region === region) ? row : undefined
}

/** The day of the oldest row; absent for an empty list. */
export function oldestDate(rows: Iterable<{ readonly asOf: string }>): string | undefined {
  return [...rows].map(({ asOf }) => asOf).sort()[0]
}

/** The prices with which a tenant's gateway counts, and the day of the oldest of them. */
export interface TenantPrices {
  readonly prices?: Readonly<Record<string, ModelPrice>>
  readonly pricesAsOf?: string
}

/** @param ids of a tenant's models; those without a price are left out */
export function pricesOf(ids: readonly string[], region: string, list: PriceList = MODEL_PRICES): TenantPrices {
  const rows = ids.flatMap((id) => {
    const row = priceOf(id, region, list)
    return row ? [[id, row] as const] : []
  })
  const pricesAsOf = oldestDate(rows.map(([, row]) => row))
  if (pricesAsOf === undefined) return {}
  return { prices: Object.fromEntries(rows.map(([id, row]) => [id, bare(row)])), pricesAsOf }
}

const bare = ({ source: _, asOf: _date, region: _region, ...price }: PriceRow): ModelPrice => price
