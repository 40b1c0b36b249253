/**
 * Finds creations that a killed deployment had begun. Pulumi knows that it asked for them, but only AWS knows whether they exist. Says what to
 * do about each, and makes the file for `pulumi import`.
 */

/** The parts of `pulumi stack export` that are read here. */
export interface Deployment {
  readonly resources?: readonly { readonly urn: string; readonly id?: string }[]
  readonly pending_operations?: readonly {
    readonly type: string
    readonly resource: PendingResource
  }[]
}

interface PendingResource {
  readonly urn: string
  readonly type: string
  readonly parent?: string
  readonly provider?: string
  readonly inputs?: Readonly<Record<string, unknown>>
}

/**
 * What to do if AWS made it. `import`: let Pulumi take it over. `delete`: it should have replaced a resource that is still in the state,
 * so Pulumi cannot import it, and nothing uses it yet. `nothing`: the next `up` overwrites it.
 */
export type Remedy = 'import' | 'delete' | 'nothing'

export interface Pending {
  readonly urn: string
  readonly type: string
  readonly name: string
  readonly remedy: Remedy
  /** Properties by which it can be found in AWS: `cidrBlock 10.64.9.0/27`. */
  readonly known: readonly string[]
}

/** Types that are made by `Put…` or `RegisterTargets`: a second call makes no second resource. */
const WRITTEN_OVER: ReadonlySet<string> = new Set([
  'aws:iam/rolePolicy:RolePolicy',
  'aws:cloudwatch/logMetricFilter:LogMetricFilter',
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter',
  'aws:cloudwatch/metricAlarm:MetricAlarm',
  'aws:lb/targetGroupAttachment:TargetGroupAttachment',
])

/** Texts that identify a resource are short, unlike a policy. */
const LONGEST = 120

export function pendingCreations(deployment: Deployment): readonly Pending[] {
  const inState = new Set(deployment.resources?.map(({ urn }) => urn))
  return creating(deployment).map(({ urn, type, inputs = {} }) => ({
    urn,
    type,
    name: nameOf(urn),
    remedy: WRITTEN_OVER.has(type) ? 'nothing' : inState.has(urn) ? 'delete' : 'import',
    known: Object.entries(inputs).flatMap(([name, value]) => {
      if (name === 'tags') return tagOf(value)
      return typeof value === 'string' && !name.startsWith('__') && value.length <= LONGEST ? [`${name} ${value}`] : []
    }),
  }))
}

/** A change or a deletion that was interrupted. The next `up` or `destroy` safely repeats it. */
export interface Interrupted {
  readonly what: 'update' | 'deletion'
  readonly type: string
  readonly name: string
}

const DONE_AGAIN: Readonly<Record<string, Interrupted['what']>> = { updating: 'update', deleting: 'deletion' }

export const interruptedOthers = ({ pending_operations = [] }: Deployment): readonly Interrupted[] =>
  pending_operations.flatMap(({ type, resource }) => {
    const what = DONE_AGAIN[type]
    return what ? [{ what, type: resource.type, name: nameOf(resource.urn) }] : []
  })

export interface ImportFile {
  readonly nameTable: Readonly<Record<string, string>>
  readonly resources: readonly {
    readonly type: string
    readonly name: string
    readonly id: string
    readonly parent?: string
    readonly provider?: string
  }[]
}

/** @param idOf returns the id if it is known; an empty id is left for the operator to fill in */
export function importFile(deployment: Deployment, idOf: (urn: string) => string = () => ''): ImportFile {
  const wanted = new Set(pendingCreations(deployment).flatMap(({ urn, remedy }) => (remedy === 'import' ? [urn] : [])))
  const nameTable: Record<string, string> = {}
  const named = (urn: string) => {
    const name = urn.split('::').slice(2).join(' ')
    nameTable[name] = urn
    return name
  }
  const resources = creating(deployment).flatMap(({ urn, type, parent, provider }) => {
    if (!wanted.delete(urn)) return []
    // A reference to a provider consists of its URN and its id.
    const by = provider?.slice(0, provider.lastIndexOf('::'))
    const whose = { ...(parent && { parent: named(parent) }), ...(by && { provider: named(by) }) }
    return [{ type, name: nameOf(urn), id: idOf(urn), ...whose }]
  })
  return { nameTable, resources }
}

const creating = ({ pending_operations = [] }: Deployment) =>
  pending_operations.flatMap(({ type, resource }) => (type === 'creating' ? [resource] : []))

const nameOf = (urn: string) => urn.split('::').at(-1) ?? ''

function tagOf(tags: unknown): readonly string[] {
  const name = typeof tags === 'object' && tags !== null ? (tags as Record<string, unknown>).Name : undefined
  return typeof name === 'string' ? [`tag Name=${name}`] : []
}
