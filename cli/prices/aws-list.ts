/**
 * AWS's own Price List, as it is published without credentials: two offers, whose products say in their usage type what they are.
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api-fetching-price-list-files-manually.html
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur-data.html
 */

import type { TokenPrices } from '../../shared/cost.ts'
import { isMap } from '../../shared/is-map.ts'
import { messageOf, UserError } from '../verb.ts'

export const AWS_OFFERS = 'https://pricing.us-east-1.amazonaws.com'
/** One offer has Amazon's and open models; the other has those of the Marketplace, including Claude. */
const OFFERS = ['AmazonBedrock', 'AmazonBedrockFoundationModels'] as const

export type PriceKind = keyof TokenPrices

/** One price of a model, as it is on AWS's bill. */
export interface AwsPrice {
  /** What AWS calls the model on a bill: `Nova2.0Lite`, `Claude Haiku 4.5 (Amazon Bedrock Edition)`. */
  readonly billedAs: string
  readonly kind: PriceKind
  /** Whether the price is for a global inference profile; otherwise it is for the region, or for a profile of its geography. */
  readonly global: boolean
  /** Bedrock's service tier of the price. */
  readonly tier: string
  /** Micro-dollars per million tokens. */
  readonly price: number
}

const TIMEOUT_MILLISECONDS = 120_000

/**
 * @param offers address of the list
 * @throws UserError if it cannot be read
 */
export async function readAwsPrices(offers: string, region: string): Promise<readonly AwsPrice[]> {
  const lists = OFFERS.map(async (offer) => {
    const url = `${offers}/offers/v1.0/aws/${offer}/current/${region}/index.json`
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) })
      if (!answer.ok) throw new Error(`it answered ${answer.status}`)
      return awsPrices(await answer.json())
    } catch (cause) {
      throw new UserError(
        `AWS's Price List cannot be read from ${url}: ${reasonOf(cause)}`,
        'It is public and needs no credentials: see whether this machine reaches it, or name a copy with --offers URL.',
        { cause },
      )
    }
  })
  return (await Promise.all(lists)).flat()
}

/** The message of `fetch` is in the cause. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? messageOf(error.cause) : messageOf(error)

/** @param index an offer's file; entries that are not prices of tokens of an on-demand call are left out */
export function awsPrices(index: unknown): readonly AwsPrice[] {
  const products = field(index, 'products')
  const terms = field(field(index, 'terms'), 'OnDemand')
  if (!isMap(products) || !isMap(terms)) throw new Error('it has no products and terms')
  return Object.entries(products).flatMap(([sku, product]) => {
    const of = usageOf(field(product, 'attributes'))
    const price = of && priceOf(terms[sku], of.marketplace)
    if (!of || price === undefined) return []
    const { marketplace: _, ...named } = of
    return [{ ...named, price }]
  })
}

/** Reads the words of a usage type, in both of the Marketplace's spellings. */
const MARKETPLACE: Readonly<Record<string, PriceKind>> = {
  InputTokenCount: 'input',
  OutputTokenCount: 'output',
  CacheReadInputTokenCount: 'cacheRead',
  CacheWriteInputTokenCount: 'cacheWrite',
  CacheWrite1hInputTokenCount: 'cacheWrite1h',
  input_tokens: 'input',
  output_tokens: 'output',
  cache_read_tokens: 'cacheRead',
  cache_write_tokens: 'cacheWrite',
  cache_write_tokens_1h: 'cacheWrite1h',
}
const OWN: Readonly<Record<string, PriceKind>> = {
  'input-tokens': 'input',
  'output-tokens': 'output',
  'cache-read-input-token-count': 'cacheRead',
  'cache-write-input-token-count': 'cacheWrite',
}

type Usage = Omit<AwsPrice, 'price'> & { readonly marketplace: boolean }

/** `USE1-MP:USE1_CacheReadInputTokenCount_Global-Units`, `USE1-Nova2.0Lite-input-tokens-flex`. The whole text must match. */
function usageOf(attributes: unknown): Usage | undefined {
  const type = field(attributes, 'usagetype')
  if (typeof type !== 'string') return undefined
  const [, word = '', global] =
    /^[A-Z0-9]+-MP:[A-Z0-9]+_([A-Za-z0-9_]+?)(_Global|_global)?(?:_standard)?-Units$/.exec(type) ?? []
  const kind = Object.hasOwn(MARKETPLACE, word) ? MARKETPLACE[word] : undefined
  const name = field(attributes, 'servicename')
  if (kind && typeof name === 'string')
    return { billedAs: name, kind, global: global !== undefined, tier: 'default', marketplace: true }
  const own =
    /^[A-Z0-9]+-(.+?)-(input-tokens|output-tokens|cache-(?:read|write)-input-token-count)(?:-(flex|priority))?(-cross-region-global)?$/.exec(
      type,
    )
  const [, model = '', what = '', tier = 'default', across] = own ?? []
  const ownKind = Object.hasOwn(OWN, what) ? OWN[what] : undefined
  return ownKind && { billedAs: model, kind: ownKind, global: across !== undefined, tier, marketplace: false }
}

/** The price of a million tokens; the Marketplace's unit is a million. */
const MULTIPLES: Readonly<Record<string, number>> = { '1K tokens': 1_000, '1M tokens': 1 }

function priceOf(offers: unknown, marketplace: boolean): number | undefined {
  const dimensions = values(offers).flatMap((offer) => values(field(offer, 'priceDimensions')))
  const [only] = dimensions
  if (dimensions.length !== 1) return undefined
  const unit = field(only, 'unit')
  const multiple = marketplace
    ? 1
    : typeof unit === 'string' && Object.hasOwn(MULTIPLES, unit)
      ? MULTIPLES[unit]
      : undefined
  const dollars = Number(field(field(only, 'pricePerUnit'), 'USD') ?? Number.NaN)
  if (multiple === undefined || !Number.isFinite(dollars)) return undefined
  return Math.round(dollars * multiple * 1_000_000)
}

const field = (value: unknown, name: string): unknown =>
  isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined
const values = (value: unknown): readonly unknown[] => (isMap(value) ? Object.values(value) : [])
