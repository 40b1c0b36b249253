import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { TenantConfiguration, TenantItem } from '../../shared/tenant.ts'

/** The maps of a configuration that were first: what is deployed has them in this order, and a further one comes after them. */
const FIRST = ['models', 'maxTokens', 'machineIssuers']

/**
 * The tenant's configuration as DynamoDB's JSON, which `aws.dynamodb.TableItem` takes. Keys in a fixed order: no needless diffs.
 * Maps without an entry are left out.
 */
export function configurationItem(configuration: TenantConfiguration): string {
  const entries = inOrder(configuration).filter(([, value]) => !isMap(value) || Object.keys(value).length > 0)
  const first = FIRST.flatMap((name) => entries.filter(([other]) => other === name))
  const texts = entries.filter(([, value]) => !isMap(value))
  const others = entries.filter(([name, value]) => isMap(value) && !FIRST.includes(name))
  return JSON.stringify(attributes([...texts, ...first, ...others]))
}

/** Any other item of the tenant, in the same way. */
export const tenantItem = (item: TenantItem): string => JSON.stringify(attributes(inOrder(item)))

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

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
