/** Helpers to read declared resources. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import { isObject } from '@genai/local-cloud/ledger/is-object'
import type { Declared, Properties, Value } from '@genai/local-cloud/ledger/ledger'

export type SceneSource = Pick<LocalCloud, 'ledger' | 'organization'>

export function list(outputs: Properties, name: string): readonly Value[] {
  const value = outputs[name]
  return Array.isArray(value) ? value : []
}

export function tagOf({ outputs }: Declared, name: string): string | undefined {
  const { tags } = outputs
  const value = isObject(tags) ? tags[name] : undefined
  return typeof value === 'string' ? value : undefined
}

export const tenantOf = (resource: Declared) => tagOf(resource, 'tenant')
