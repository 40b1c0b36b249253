/** Reads DynamoDB's JSON. */
import { isMap } from '../../shared/is-map.ts'

/**
 * @param attribute `{ S: 'text' }`, `{ N: '5' }`, `{ M: { … } }` and so on
 * @returns its plain value; undefined for a type that tenants' items do not have
 */
export function plainOf(attribute: unknown): unknown {
  if (!isMap(attribute)) return undefined
  const { S, N, BOOL, L, M } = attribute
  if (typeof S === 'string') return S
  if (typeof N === 'string') return Number(N)
  if (typeof BOOL === 'boolean') return BOOL
  if (Array.isArray(L)) return L.map(plainOf)
  return isMap(M) ? Object.fromEntries(Object.entries(M).map(([name, value]) => [name, plainOf(value)])) : undefined
}
