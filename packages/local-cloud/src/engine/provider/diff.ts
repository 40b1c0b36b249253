/** Decides what a change of inputs means, property by property: nothing, an update in place, or a replacement. */
import messages from '@pulumi/pulumi/proto/provider_pb.js'
import { AwsError } from '../../errors.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import { canonical, isSame, replacedBy } from '../../resource/declare.ts'
import type { ResourceType } from '../../resource/resource-type.ts'
import { holdsUnknown } from './values.ts'

export interface PropertyChange {
  readonly kind: 'add' | 'delete' | 'update'
  readonly replaces: boolean
}

export interface Difference {
  /** By the path of the property: `tags.tenant`, `subnetIds[1]`. */
  readonly changes: ReadonlyMap<string, PropertyChange>
  /** The top-level inputs whose change replaces the resource. */
  readonly replaces: readonly string[]
  /** The old resource must be deleted first, because it has the same name. */
  readonly deleteBeforeReplace: boolean
}

export function difference(row: ResourceType, before: Properties, after: Properties): Difference {
  const replacing = replacedBy(comparable(row, after), before, after)
  const changes = new Map<string, PropertyChange>()
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const left = row.defaults?.[name]
    if (isSame(before[name] ?? left, after[name] ?? left)) continue
    for (const [path, kind] of changed(name, before[name], after[name]))
      changes.set(path, { kind, replaces: replacing.some((one) => isWithin(path, one) || isWithin(one, path)) })
  }
  const replaces = [...new Set(replacing.map(topOf))]
  const name = row.named
  const nameStays =
    name !== undefined && after[name] !== undefined && canonical(after[name]) === canonical(before[name])
  return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && nameStays }
}

const topOf = (path: string) => path.replace(/[.[].*$/, '')

const isWithin = (path: string, outer: string) =>
  path === outer || (/^[.[]/.test(path.slice(outer.length)) && path.startsWith(outer))

/** An unknown value cannot be compared. Whether it replaces the resource is decided when it is known. */
function comparable(row: ResourceType, after: Properties): ResourceType {
  const { replacesWhen, ...rest } = row
  return replacesWhen && holdsUnknown(after) ? { ...rest, replacesWhen: tolerant(replacesWhen) } : row
}

const tolerant =
  (compare: NonNullable<ResourceType['replacesWhen']>): typeof compare =>
  (before, after) => {
    try {
      return compare(before, after)
    } catch (cause) {
      if (cause instanceof AwsError) return []
      throw cause
    }
  }

/** Compares a provider's configuration. A provider with another region is another provider, so all of its resources are replaced. */
export function configDifference(before: Properties, after: Properties): Difference {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const changes = names.flatMap((name) => changed(name, before[name], after[name]))
  const replaces = changes.some(([path]) => path === 'region') ? ['region'] : []
  return {
    changes: new Map(changes.map(([path, kind]) => [path, { kind, replaces: replaces.includes(path) }])),
    replaces,
    deleteBeforeReplace: false,
  }
}

type Changed = readonly (readonly [string, PropertyChange['kind']])[]

function changed(path: string, before: Value | undefined, after: Value | undefined): Changed {
  const [old, now] = [before ?? undefined, after ?? undefined]
  if (isSame(old, now)) return []
  if (old === undefined) return [[path, 'add']]
  if (now === undefined) return [[path, 'delete']]
  if (Array.isArray(old) && Array.isArray(now))
    return Array.from({ length: Math.max(old.length, now.length) }).flatMap((_, index) =>
      changed(`${path}[${index}]`, old[index], now[index]),
    )
  if (isPlainObject(old) && isPlainObject(now))
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name) =>
      changed(`${path}${step(name)}`, old[name], now[name]),
    )
  return [[path, 'update']]
}

/** The content of an asset is compared as one value. */
const isPlainObject = (value: Value): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('sha256' in value)

const step = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `["${name.replaceAll('"', '\\"')}"]`)

const { Kind } = messages.PropertyDiff
const KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const

export function diffResponse({ changes, replaces, deleteBeforeReplace }: Difference) {
  const response = new messages.DiffResponse()
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges
  response.setChanges(changes.size > 0 || replaces.length > 0 ? DIFF_SOME : DIFF_NONE)
  response.setReplacesList([...replaces])
  response.setDiffsList([...new Set([...changes.keys()].map(topOf))])
  response.setDeletebeforereplace(deleteBeforeReplace)
  if (replaces.length === 0) response.setStablesList(['id', 'arn'])
  response.setHasdetaileddiff(true)
  for (const [path, change] of changes) {
    const property = new messages.PropertyDiff()
    property.setKind(KINDS[change.kind][change.replaces ? 1 : 0])
    property.setInputdiff(true)
    response.getDetaileddiffMap().set(path, property)
  }
  return response
}
