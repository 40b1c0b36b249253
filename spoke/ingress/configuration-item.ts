import { isDeepStrictEqual } from 'node:util'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type Row, TOLD, type Told } from '../../shared/gateway-settings.ts'
import { isMap } from '../../shared/is-map.ts'
import type { TenantItem } from '../../shared/tenant.ts'
import type { TenantFacts } from '../../shared/tenant-configuration.ts'

/** The maps of a configuration that were first: what is deployed has them in this order, and a further one comes after them. */
const FIRST = ['models', 'maxTokens', 'machineIssuers']

/** Of a tenant's settings, those that its gateway is told. */
export const toldOf = (settings: Told): Told =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => Object.hasOwn(TOLD, name))) as unknown as Told

/**
 * The tenant's configuration as DynamoDB's JSON, which `aws.dynamodb.TableItem` takes. Keys in a fixed order: no needless diffs.
 * Maps without an entry, and settings that have their default, are left out: the gateway knows them, and a setting that is new to
 * this version changes nothing of a tenant that does not use it.
 */
export function configurationItem(
  configuration: TenantFacts & Partial<Told>,
  rows: Readonly<Record<string, Row>> = TOLD,
): string {
  const isDefault = (name: string, value: unknown) =>
    Object.hasOwn(rows, name) && isDeepStrictEqual(value, rows[name]?.fallback)
  const entries = inOrder(configuration).filter(
    ([name, value]) => !(isMap(value) && Object.keys(value).length === 0) && !isDefault(name, value),
  )
  const first = FIRST.flatMap((name) => entries.filter(([other]) => other === name))
  const texts = entries.filter(([, value]) => !isMap(value))
  const others = entries.filter(([name, value]) => isMap(value) && !FIRST.includes(name))
  return JSON.stringify(attributes([...texts, ...first, ...others]))
}

/** Any other item of the tenant, in the same way. */
export const tenantItem = (item: TenantItem): string => JSON.stringify(attributes(inOrder(item)))

/** By name; maps come last. */
const inOrder = (map: object): readonly (readonly [string, unknown])[] =>
  Object.entries(map).sort(([a, one], [b, other]) => Number(isMap(one)) - Number(isMap(other)) || (a < b ? -1 : 1))

const attributes = (entries: readonly (readonly [string, unknown])[]) =>
  Object.fromEntries(
    entries.filter(([, value]) => value !== undefined).map(([name, value]) => [name, attribute(value)]),
  )

/** A plain value as DynamoDB's JSON. */
export function attribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: `${value}` }
  if (typeof value === 'boolean') return { BOOL: value }
  if (Array.isArray(value)) return { L: value.map(attribute) }
  if (isMap(value)) return { M: attributes(inOrder(value)) }
  throw new Error(`A tenant's item holds ${typeof value}.`)
}
