/** The id by which an existing resource is imported: its own, or one that its row describes. */
import { AwsError } from '../errors.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import type { ResourceType } from './resource-type.ts'
import { text } from './values.ts'

/** One part of an id; an empty text if the resource lacks it. */
export const idPart = (from: Properties, name: string): string => text(from, name) ?? ''

/** The id that `pulumi import` takes for a resource. */
export function importIdOf({ importId }: Pick<ResourceType, 'importId'>, resource: Declared): string {
  const [first] = typeof importId === 'object' ? importId.of(resource) : []
  return first ?? resource.id
}

/**
 * Whether a resource is the one that an import or a `get` names.
 * @throws AwsError for a type that cannot be imported, and for an id that does not have the type's form
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
