/** What the provider servers need of the local cloud, and one change at a time in it. */

import type { Authorize } from '../../iam/authorize.ts'
import type { Declared, Ledger, Properties, Waits } from '../../ledger/ledger.ts'
import type { Organization } from '../../organization.ts'
import { canonical } from '../../resource/declare.ts'
import { importedBy } from '../../resource/import-id.ts'
import type { ResourceType } from '../../resource/resource-type.ts'
import type { PermissionEvent } from '../control-plane.ts'
import { CancelledError } from './errors.ts'

export interface ProviderCloud {
  readonly ledger: Ledger
  readonly organization: Organization
  /** Evaluates policies as they are in the ledger now. Without one, everybody may do everything. */
  readonly authorize?: Authorize
  /** Copies of files that were handed over are kept here. */
  readonly uploads: string
  /**
   * Where the programs run: files that they hand over are named from there, and an engine does not tell the provider that it
   * attaches to. @default the process's own directory
   */
  readonly programDirectory?: string
  /** How long AWS takes, to shuffle what the engine does at the same time. @default no time at all */
  readonly delays?: Delays
  /** What the AWS provider waits for after a change. @default nothing */
  readonly waits?: Waits
  /** For how long a deletion is tried again, of the types for which the AWS provider does so. @default half a minute; AWS's is 20 */
  readonly patienceMilliseconds?: number
  /** Told of every call that needs a permission, after it was evaluated. */
  readonly observe?: (event: ProviderEvent) => void
}

export interface Delays {
  /** Longest wait before a change is made, and again after it. */
  readonly maximumMilliseconds: number
  /** 0 ≤ x < 1. @default Math.random */
  readonly random?: () => number
}

export type ProviderEvent =
  | PermissionEvent
  | {
      readonly kind: 'change'
      readonly operation: 'create' | 'update' | 'delete'
      readonly type: string
      readonly id: string
    }

/** Refusals are decided and changes made one after another: two that exclude each other cannot both pass. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** @throws CancelledError as soon as the signal is given. */
export async function takeTime(delays: Delays | undefined, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new CancelledError()
  if (!delays) return
  const { maximumMilliseconds, random = Math.random } = delays
  await new Promise<void>((resolve, reject) => {
    const cancel = () => {
      clearTimeout(timer)
      reject(new CancelledError())
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', cancel)
      resolve()
    }, random() * maximumMilliseconds)
    signal.addEventListener('abort', cancel, { once: true })
  })
}

/** Services whose resources are in no region: the region of the provider that made them says nothing. */
const GLOBAL = ['aws:iam/', 'aws:route53/']

export interface Wanted {
  readonly row: Pick<ResourceType, 'type' | 'replaces'>
  readonly urn: string
  readonly id: string
  readonly account: string
  readonly region: string
  /** As the engine knows them. */
  readonly inputs?: Properties
}

/**
 * A resource of an account by its id. An id need not be unique (a function's permission has the name of a statement), and an
 * alias changes a URN: so the one that was made under the URN, or the one whose identity the inputs say.
 */
export function findIn(ledger: Ledger, { row, urn, id, account, region, inputs }: Wanted): Declared | undefined {
  const found = ledger.all(row.type).filter((one) => one.id === id && isAt(one, account, region))
  const known = found.find((one) => urnOf(one.urn) === urn)
  if (known) return known
  if (!inputs) return found.length === 1 ? found[0] : undefined
  return found.find((one) => row.replaces.every((name) => canonical(one.inputs[name]) === canonical(inputs[name])))
}

/** The resource that an import, or a `get`, names. @throws AwsError for an id of another form than its type's */
export function findImported(
  ledger: Ledger,
  { row, id, account, region }: Pick<Wanted, 'row' | 'id' | 'account' | 'region'>,
): Declared | undefined {
  const isMeant = importedBy(row, id)
  return ledger.all(row.type).find((one) => isAt(one, account, region) && isMeant(one))
}

const isAt = ({ type, account, region }: Declared, wantedAccount: string, wantedRegion: string) =>
  account === wantedAccount && (region === wantedRegion || GLOBAL.some((service) => type.startsWith(service)))

/** Without what {@link freeKey} added. */
const urnOf = (key: string) => key.replace(/#\d+$/, '')

/** Keys that something was made under, gone or not, since the process began. */
const usedKeys = new WeakMap<Ledger, Set<string>>()

const usedIn = (ledger: Ledger) => {
  const used = usedKeys.get(ledger) ?? new Set()
  usedKeys.set(ledger, used)
  return used
}

/**
 * Where a new resource is kept in the ledger: under its URN, unless another one is still there that it replaces, or that an
 * interrupted run left behind. One that was deleted does not come back either: ids derive from the key, and AWS gives none twice.
 */
export function freeKey(ledger: Ledger, urn: string): string {
  const used = usedIn(ledger)
  let key = urn
  for (let count = 2; ledger.byUrn(key) || used.has(key); count += 1) key = `${urn}#${count}`
  return key
}

/** The key has its resource now. */
export const useKey = (ledger: Ledger, key: string) => void usedIn(ledger).add(key)
