import { isDeepStrictEqual } from 'node:util'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type Row, TOLD, type Told } from '../../shared/gateway-settings.ts'
import { isMap } from '../../shared/is-map.ts'
import type { TenantItem } from '../../shared/tenant.ts'
import type { TenantFacts } from '../../shared/tenant-configuration.ts'

/** The oldest maps of a configuration. Deployed items have them in this order; newer maps come after them. */
const FIRST = ['models', 'maxTokens', 'machineIssuers']

/** The settings of a tenant that its gateway gets. */
export const toldOf = (settings: Told): Told =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => Object.hasOwn(TOLD, name))) as unknown as Told

/**
 * The tenant's configuration in DynamoDB's JSON, which `aws.dynamodb.TableItem` takes. Its keys have a fixed order, to avoid needless diffs.
 * Empty maps and settings with their default value are left out: the gateway knows the defaults, so a setting that is new in this version does
 * not change the item of a tenant that does not use it.
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

/** Any other item of the tenant, in the same form. */
export const tenantItem = (item: TenantItem): string => JSON.stringify(attributes(inOrder(item)))

/** Sorted by name, with maps last. */
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
