/** Compares this project's list of prices with AWS's, for somebody to look at. Nothing is written. */
import { DEFAULT_TIER, type TierPrices } from '../../shared/cost.ts'
import type { PriceList } from '../../shared/model-prices.ts'
import { GEOGRAPHIES } from '../../shared/policies/geographies.ts'
import type { AwsPrice, PriceKind } from './aws-list.ts'

/** AWS's names of models on a bill, as far as they are known; Claude's names are derived from the ids. */
const BILLED_AS: Readonly<Record<string, string>> = {
  'amazon.nova-2-lite-v1:0': 'Nova2.0Lite',
  'amazon.nova-lite-v1:0': 'NovaLite',
  'amazon.nova-micro-v1:0': 'NovaMicro',
  'amazon.nova-pro-v1:0': 'NovaPro',
  'openai.gpt-oss-120b-1:0': 'gpt-oss-120b',
  'openai.gpt-oss-20b-1:0': 'gpt-oss-20b',
}

export interface PriceDifference {
  readonly id: string
  readonly tier: string
  readonly kind: PriceKind
  /** Micro-dollars per million tokens; absent if the list has no price. */
  readonly listed?: number
  readonly aws: number
}

export interface PriceComparison {
  readonly region: string
  /** Ids for which all of AWS's prices are the same as the list's. */
  readonly equal: readonly string[]
  readonly differences: readonly PriceDifference[]
  /** Ids of this region for which AWS's list has no name that is known here. */
  readonly notFound: readonly string[]
}

const KINDS: readonly PriceKind[] = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h']

export function comparePrices(list: PriceList, aws: readonly AwsPrice[], region: string): PriceComparison {
  const equal: string[] = []
  const notFound: string[] = []
  const differences: PriceDifference[] = []
  for (const [id, row] of Object.entries(list.models)) {
    const { geography, model } = partsOf(id)
    if (!isOf(geography, row.region, region)) continue
    const name = billedAs(model)
    const own = aws.filter((one) => one.billedAs === name && one.global === (geography === 'global'))
    if (own.length === 0) {
      notFound.push(id)
      continue
    }
    const found = own.flatMap(({ tier, kind, price }): PriceDifference[] => {
      const listed = tierOf(row, tier)?.[kind]
      return listed === price ? [] : [{ id, tier, kind, aws: price, ...(listed !== undefined && { listed }) }]
    })
    if (found.length === 0) equal.push(id)
    differences.push(...found.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)))
  }
  return { region, equal, differences, notFound }
}

const tierOf = (row: PriceList['models'][string], tier: string): TierPrices | undefined =>
  tier === DEFAULT_TIER ? row : row.tiers?.[tier]

function partsOf(id: string): { readonly geography: string | undefined; readonly model: string } {
  const [, geography, model = id] = /^(us-gov|apac|global|[a-z]{2})\.(.+)$/.exec(id) ?? []
  return { geography, model }
}

function isOf(geography: string | undefined, rowRegion: string | undefined, region: string): boolean {
  if (geography === undefined) return rowRegion === region
  if (geography === 'global') return true
  return Object.hasOwn(GEOGRAPHIES, geography) && GEOGRAPHIES[geography]?.destinations.includes(region) === true
}

/** `anthropic.claude-haiku-4-5-20251001-v1:0` → `Claude Haiku 4.5 (Amazon Bedrock Edition)` */
function billedAs(model: string): string | undefined {
  if (Object.hasOwn(BILLED_AS, model)) return BILLED_AS[model]
  const [, family = '', major, minor] =
    /^anthropic\.claude-([a-z]+)-(\d+)(?:-(\d{1,2}))?(?:-\d{8})?(?:-v\d.*)?$/.exec(model) ?? []
  if (major === undefined) return undefined
  const version = minor === undefined ? major : `${major}.${minor}`
  return `Claude ${family.charAt(0).toUpperCase()}${family.slice(1)} ${version} (Amazon Bedrock Edition)`
}
