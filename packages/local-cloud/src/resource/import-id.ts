/** By which id an existing resource is imported: its own, or another that its row describes. */
import { AwsError } from '../errors.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import type { ResourceType } from './resource-type.ts'
import { text } from './values.ts'

/** One part of an id; nothing where the resource has none. */
export const idPart = (from: Properties, name: string): string => text(from, name) ?? ''

/** What `pulumi import` takes for a resource. */
export function importIdOf({ importId }: Pick<ResourceType, 'importId'>, resource: Declared): string {
  const [first] = typeof importId === 'object' ? importId.of(resource) : []
  return first ?? resource.id
}

/**
 * Whether an existing resource is the one that an import, or a `get`, names.
 * @throws AwsError for a type that cannot be imported, and for an id of another form than the type's
 */
export function importedBy(
  { type, importId }: Pick<ResourceType, 'type' | 'importId'>,
  id: string,
): (resource: Declared) => boolean {
  if (importId === 'never')
    throw new AwsError('InvalidImport', `${type} cannot be imported: the AWS provider has no way to`)
  if (!importId) return (resource) => resource.id === id
  if (!importId.pattern.test(id))
    throw new AwsError('InvalidImport', `unexpected format of ID (${JSON.stringify(id)}), expected ${importId.format}`)
  return (resource) => importId.of(resource).includes(id)
}
