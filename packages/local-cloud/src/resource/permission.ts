/** What the rows' permissions are made of: calls of AWS's API, with the condition keys that a policy may ask for. */
import type { Properties } from '../ledger/ledger.ts'
import type { Made, Operation, Permission, Permissions, ResourceType, Situation } from './resource-type.ts'
import { object } from './values.ts'

/** What a row's operation asks for, about the resource as it is, or as the row would answer it. */
export const permissionsOf = (row: ResourceType, operation: Operation, situation: Situation): readonly Permission[] =>
  row.permissions(operation, situation, situation.current ?? row.answer(situation))

type Context = NonNullable<Permission['context']>

export const call = (action: string, resource = '*', context?: Context): Permission => ({
  action,
  resource,
  ...(context && { context }),
})

/** The calls of each operation by itself; {@link lifeCycle} adds what the provider does besides. */
export interface Parts {
  readonly create: readonly Permission[]
  readonly read: readonly Permission[]
  /** @default none: every change of the type replaces it */
  readonly update?: readonly Permission[]
  readonly delete: readonly Permission[]
}

/** A creation and an update end in a read, as in the AWS provider. */
export const lifeCycle =
  (describe: (situation: Situation, made: Made) => Parts): Permissions =>
  (operation, situation, made) => {
    const parts = describe(situation, made)
    const own = parts[operation] ?? []
    return operation === 'create' || operation === 'update' ? [...own, ...later([], ...parts.read)] : own
  }

/** Calls that the provider makes once the resource is there, to set these inputs of it; to read it, when there are none. */
export const later = (sets: readonly string[], ...permissions: readonly Permission[]): readonly Permission[] =>
  permissions.map((permission) => ({ ...permission, sets }))

/** Calls that are made on some condition only. */
export const when = (condition: boolean, ...permissions: readonly Permission[]): readonly Permission[] =>
  condition ? permissions : []

/** The first use of a service in an account makes its service-linked role; who deploys there must be able to. */
export const serviceLinkedRole = ({ account }: Pick<Situation, 'account'>, service: string, role: string): Permission =>
  call('iam:CreateServiceLinkedRole', `arn:aws:iam::${account}:role/aws-service-role/${service}/${role}`, {
    'iam:AWSServiceName': service,
  })

/** A service is handed a role. */
export const passRole = (role: string, service: string): Permission =>
  call('iam:PassRole', role, { 'iam:PassedToService': service })

/** Several calls that IAM grants for everything or nothing. */
export const calls = (...actions: readonly string[]): readonly Permission[] => actions.map((action) => call(action))

const tagsOf = (properties: Properties | undefined): Properties => object(properties ?? {}, 'tags') ?? {}

/** Keys of a request that sends tags. */
export function requestTags(tags: Properties): Context {
  const keys = Object.keys(tags)
  if (keys.length === 0) return {}
  return {
    ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, String(tags[key])])),
    'aws:TagKeys': keys,
  }
}

/** Keys of a request about something that has tags. */
export const resourceTags = (properties: Properties | undefined): Context =>
  Object.fromEntries(
    Object.entries(tagsOf(properties)).map(([key, value]) => [`aws:ResourceTag/${key}`, String(value)]),
  )

/** Of the resource that is being made. */
export const newTags = ({ inputs }: Situation): Context => requestTags(tagsOf(inputs))

/** Of the resource as it is there. */
export const ownTags = ({ current }: Situation): Context => resourceTags(current?.outputs)

export const changed = ({ inputs, current }: Situation, ...names: readonly string[]): boolean =>
  names.some((name) => JSON.stringify(inputs[name]) !== JSON.stringify(current?.inputs[name]))

/** The calls that bring a resource's tags from what they are to what they shall be: only those that differ. */
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
