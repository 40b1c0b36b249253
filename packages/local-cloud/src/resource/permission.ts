/** Helpers for the permissions of rows: calls of AWS's API, with the condition keys that policies may use. */
import type { Properties } from '../ledger/ledger.ts'
import type { Made, Operation, Permission, Permissions, ResourceType, Situation } from './resource-type.ts'
import { object } from './values.ts'

/** The permissions that an operation of a row needs, for the existing resource or for the one that the row would make. */
export const permissionsOf = (row: ResourceType, operation: Operation, situation: Situation): readonly Permission[] =>
  row.permissions(operation, situation, situation.current ?? row.answer(situation))

type Context = NonNullable<Permission['context']>

export const call = (action: string, resource = '*', context?: Context): Permission => ({
  action,
  resource,
  ...(context && { context }),
})

/** The calls of each operation alone; {@link lifeCycle} adds the provider's other calls. */
export interface Parts {
  readonly create: readonly Permission[]
  readonly read: readonly Permission[]
  /** @default none: every change replaces a resource of this type */
  readonly update?: readonly Permission[]
  readonly delete: readonly Permission[]
}

/** As in the AWS provider, a creation and an update end with a read. */
export const lifeCycle =
  (describe: (situation: Situation, made: Made) => Parts): Permissions =>
  (operation, situation, made) => {
    const parts = describe(situation, made)
    const own = parts[operation] ?? []
    return operation === 'create' || operation === 'update' ? [...own, ...later([], ...parts.read)] : own
  }

/** Calls that the provider makes after the creation, to set these inputs. Without inputs, the calls only read. */
export const later = (sets: readonly string[], ...permissions: readonly Permission[]): readonly Permission[] =>
  permissions.map((permission) => ({ ...permission, sets }))

/** The calls, if the condition is true. */
export const when = (condition: boolean, ...permissions: readonly Permission[]): readonly Permission[] =>
  condition ? permissions : []

/** The first use of a service in an account makes its service-linked role. The deployer needs the permission for this. */
export const serviceLinkedRole = ({ account }: Pick<Situation, 'account'>, service: string, role: string): Permission =>
  call('iam:CreateServiceLinkedRole', `arn:aws:iam::${account}:role/aws-service-role/${service}/${role}`, {
    'iam:AWSServiceName': service,
  })

/** The permission to pass a role to a service. */
export const passRole = (role: string, service: string): Permission =>
  call('iam:PassRole', role, { 'iam:PassedToService': service })

/** Calls that IAM can allow for all resources only. */
export const calls = (...actions: readonly string[]): readonly Permission[] => actions.map((action) => call(action))

const tagsOf = (properties: Properties | undefined): Properties => object(properties ?? {}, 'tags') ?? {}

/** The condition keys of a request that sends tags. */
export function requestTags(tags: Properties): Context {
  const keys = Object.keys(tags)
  if (keys.length === 0) return {}
  return {
    ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, String(tags[key])])),
    'aws:TagKeys': keys,
  }
}

/** The condition keys of a request about a resource with tags. */
export const resourceTags = (properties: Properties | undefined): Context =>
  Object.fromEntries(
    Object.entries(tagsOf(properties)).map(([key, value]) => [`aws:ResourceTag/${key}`, String(value)]),
  )

/** The keys for the tags of the resource that is being made. */
export const newTags = ({ inputs }: Situation): Context => requestTags(tagsOf(inputs))

/** The keys for the tags of the existing resource. */
export const ownTags = ({ current }: Situation): Context => resourceTags(current?.outputs)

export const changed = ({ inputs, current }: Situation, ...names: readonly string[]): boolean =>
  names.some((name) => JSON.stringify(inputs[name]) !== JSON.stringify(current?.inputs[name]))

/** The calls that change a resource's tags: only those for tags that differ. */
export function retag(
  { inputs, current }: Situation,
  actions: { readonly add: string; readonly remove: string },
  resource: string,
): readonly Permission[] {
  const before = tagsOf(current?.inputs)
  const after = tagsOf(inputs)
  const added = Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value))
  const removed = Object.keys(before).filter((key) => !(key in after))
  const own = resourceTags(current?.outputs)
  return [
    ...(Object.keys(added).length > 0 ? [call(actions.add, resource, { ...own, ...requestTags(added) })] : []),
    ...(removed.length > 0 ? [call(actions.remove, resource, { ...own, 'aws:TagKeys': removed })] : []),
  ]
}
