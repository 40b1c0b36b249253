/**
 * Reads and validates the tenant's items from the table. The function sends credentials and prompts to the place that an item names, so an item
 * that a stack would not write is refused as a whole.
 */
import { type ModelPrice, readModelPrice } from '../../shared/cost.ts'
import { readTold, type Told } from '../../shared/gateway-settings.ts'
import { GUARDRAIL_ID, GUARDRAIL_VERSION } from '../../shared/guardrail.ts'
import { isMap } from '../../shared/is-map.ts'
import { type Limits, parseLimits, tightest } from '../../shared/limits.ts'
import { MODEL_NAME, TENANT_KEY } from '../../shared/tenant.ts'
import type { TenantConfiguration } from '../../shared/tenant-configuration.ts'
import { plainOf } from './dynamodb-json.ts'
import { GatewayError } from './errors.ts'

/** Matches a model id, or the ARN of an inference profile. */
const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9:/._-]{0,2047}$/

type Attributes = Readonly<Record<string, unknown>>

export interface Tenant {
  readonly configuration: TenantConfiguration
  readonly suspended: boolean
  /** Callers whose tokens are refused: their ids, and until when, in seconds since 1970. */
  readonly blocked: ReadonlyMap<string, number>
  /** The limits that apply: for each, the lower one of the stack's file and of the operator's item. Absent if nothing is limited. */
  readonly limits?: Limits
}

/** @param answer the body of a `Query`'s answer */
export function parseTenant(answer: unknown, tenantId: string, region: string): Tenant | undefined {
  const items = isMap(answer) ? answer.Items : undefined
  if (!Array.isArray(items)) throw misconfigured('the table answered without items')
  const byName = new Map<unknown, Attributes>()
  for (const item of items) {
    if (!isMap(item) || text(item, TENANT_KEY.hash) !== tenantId) throw misconfigured('an item of another tenant')
    byName.set(text(item, TENANT_KEY.range), item)
  }
  const item = byName.get('configuration')
  if (!item) return undefined
  const configuration = parseConfiguration(item, tenantId, region)
  const limits = tightest(configuration.limits, parseOperatorsLimits(byName.get('limits')))
  return {
    configuration,
    suspended: isSuspended(byName.get('status')),
    blocked: parseBlocked(byName.get('blocked')),
    ...(limits && { limits }),
  }
}

function parseConfiguration(item: Attributes, tenantId: string, region: string): TenantConfiguration {
  const account = matching(item, 'account', /^\d{12}$/)
  const models = parseModels(item)
  const told = parseTold(item)
  const { defaultModel } = told
  if (defaultModel === undefined || !Object.hasOwn(models, defaultModel))
    throw misconfigured('defaultModel is not among models')
  return {
    tenantId,
    item: 'configuration',
    account,
    models,
    ...parseFallbacks(item, models),
    ...parseMaxTokens(item),
    ...parsePrices(item),
    ...told,
    defaultModel,
    roleArn: matching(item, 'roleArn', new RegExp(`^arn:aws[a-z-]*:iam::${account}:role/[\\w+=,.@/-]{1,512}$`)),
    externalId: matching(item, 'externalId', /^[\w+=,.@:/-]{2,1224}$/),
    // Must be a VPC endpoint of this region, because credentials are never sent to another host.
    endpoint: matching(
      item,
      'endpoint',
      new RegExp(`^vpce-[a-z0-9-]+\\.bedrock-runtime\\.${region}\\.vpce\\.amazonaws\\.com$`),
    ),
    ...parseGuardrail(item),
  }
}

function parseModels(item: Attributes): Record<string, string> {
  const attribute = item.models
  const map = isMap(attribute) && isMap(attribute.M) ? attribute.M : undefined
  if (!map || Object.keys(map).length === 0) throw misconfigured('models is not a map of names')
  const entries = Object.keys(map).map((name): [string, string] => {
    if (!MODEL_NAME.test(name)) throw misconfigured('a name in models is not allowed')
    return [name, matching(map, name, MODEL_ID)]
  })
  return Object.fromEntries(entries)
}

/** Each name must be in `models`. */
function parseFallbacks(
  item: Attributes,
  models: Readonly<Record<string, string>>,
): Pick<TenantConfiguration, 'fallbacks'> {
  if (!Object.hasOwn(item, 'fallbacks')) return {}
  const entries = Object.entries(mapIn(item, 'fallbacks')).map(([name, value]): [string, readonly string[]] => {
    const ids = isMap(value) && Array.isArray(value.L) ? value.L : []
    if (!Object.hasOwn(models, name) || ids.length === 0) throw misconfigured('fallbacks is malformed')
    return [name, ids.map((id: unknown) => matching({ id }, 'id', MODEL_ID))]
  })
  return { fallbacks: Object.fromEntries(entries) }
}

/** A name need not be in `models`: the entry of a model that was removed is never used. */
function parseMaxTokens(item: Attributes): Pick<TenantConfiguration, 'maxTokens'> {
  if (!Object.hasOwn(item, 'maxTokens')) return {}
  const attribute = item.maxTokens
  const map = isMap(attribute) && isMap(attribute.M) ? attribute.M : undefined
  if (!map) throw misconfigured('maxTokens is not a map of names')
  const entries = Object.entries(map).map(([name, value]): [string, number] => {
    const most = isMap(value) && typeof value.N === 'string' ? Number(value.N) : Number.NaN
    if (!MODEL_NAME.test(name) || !Number.isInteger(most) || most < 1) throw misconfigured('maxTokens is malformed')
    return [name, most]
  })
  return { maxTokens: Object.fromEntries(entries) }
}

/** An unreadable price is treated as any other damage, because it must not count as no price or as another one. */
function parsePrices(item: Attributes): Pick<TenantConfiguration, 'prices' | 'pricesAsOf'> {
  if (!Object.hasOwn(item, 'prices')) return {}
  try {
    const prices = Object.entries(mapIn(item, 'prices')).map(([id, price]): [string, ModelPrice] => [
      id,
      readModelPrice(plainOf(price), id),
    ])
    return {
      prices: Object.fromEntries(prices),
      pricesAsOf: matching(item, 'pricesAsOf', /^\d{4}-\d{2}-\d{2}$/),
    }
  } catch {
    throw misconfigured('prices are malformed')
  }
}

/** An unreadable guardrail stops the tenant, because its calls would otherwise be made without the guardrail. */
function parseGuardrail(item: Attributes): Pick<TenantConfiguration, 'guardrail'> {
  if (!Object.hasOwn(item, 'guardrail')) return {}
  const map = mapIn(item, 'guardrail')
  return {
    guardrail: { id: matching(map, 'id', GUARDRAIL_ID), version: matching(map, 'version', GUARDRAIL_VERSION) },
  }
}

function mapIn(item: Attributes, name: string): Attributes {
  const attribute = Object.hasOwn(item, name) ? item[name] : undefined
  if (isMap(attribute) && isMap(attribute.M)) return attribute.M
  throw misconfigured(`${name} is not a map`)
}

/** A tenant without a status is active. A status with an unknown value stops the tenant. */
function isSuspended(item: Attributes | undefined): boolean {
  if (!item) return false
  const status = text(item, 'status')
  if (status !== 'active' && status !== 'suspended') throw misconfigured('status is neither active nor suspended')
  return status === 'suspended'
}

/** An unreadable entry blocks the whole tenant, because ignoring it would block nobody. */
function parseBlocked(item: Attributes | undefined): ReadonlyMap<string, number> {
  if (!item) return new Map()
  return new Map(
    Object.entries(mapIn(item, 'callers')).map(([id, entry]) => {
      const end = isMap(entry) && isMap(entry.M) && isMap(entry.M.until) ? Number(entry.M.until.N) : Number.NaN
      if (!Number.isFinite(end)) throw misconfigured('an entry of blocked is malformed')
      return [id, end]
    }),
  )
}

/** Unreadable limits stop the tenant, because ignoring them would limit nothing. */
function parseOperatorsLimits(item: Attributes | undefined): Limits | undefined {
  if (!item || !Object.hasOwn(item, 'limits')) return undefined
  try {
    return parseLimits(plainOf(item.limits))
  } catch {
    throw misconfigured('limits are malformed')
  }
}

/** An unreadable setting stops the tenant, because it may be one that keeps callers out. */
function parseTold(item: Attributes): Told {
  try {
    return readTold((name) => (Object.hasOwn(item, name) ? plainOf(item[name]) : undefined))
  } catch (cause) {
    throw misconfigured(cause instanceof Error ? cause.message : 'a setting is malformed')
  }
}

function matching(item: Attributes, name: string, pattern: RegExp): string {
  const value = text(item, name)
  if (value === undefined || !pattern.test(value)) throw misconfigured(`${name} is missing or malformed`)
  return value
}

function text(item: Attributes, name: string): string | undefined {
  const attribute = Object.hasOwn(item, name) ? item[name] : undefined
  return isMap(attribute) && typeof attribute.S === 'string' ? attribute.S : undefined
}

/** @param why for the log, because the caller can do nothing about it */
function misconfigured(why: string): GatewayError {
  return new GatewayError(
    'tenant_misconfigured',
    "The tenant's configuration is damaged; nothing in your request is wrong. Tell the platform's operators.",
    { cause: new Error(why) },
  )
}
