/** What the provider servers need of the local cloud, and the queue that makes one change at a time. */

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
  /** Evaluates the policies that are in the ledger at that moment. Absent: every permission is granted. */
  readonly authorize?: Authorize
  /** The directory for copies of files that programs pass in. */
  readonly uploads: string
  /**
   * The directory of the programs, from which they name files. An engine does not tell it to a provider that it attaches to.
   * @default the process's own directory
   */
  readonly programDirectory?: string
  /**
   * Artificial delays, which change the order of simultaneous operations.
   * @default none
   */
  readonly delays?: Delays
  /**
   * Waits as the AWS provider does after a change.
   * @default no wait
   */
  readonly waits?: Waits
  /**
   * How long a deletion is repeated, for types where the AWS provider repeats it.
   * @default half a minute; the AWS provider's is 20 minutes
   */
  readonly patienceMilliseconds?: number
  /** Called for every call that needs a permission, after it was evaluated. */
  readonly observe?: (event: ProviderEvent) => void
}

export interface Delays {
  /** The longest wait before a change, and again after it. */
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

/** Runs checks and changes one after the other, so that two changes that exclude each other cannot both be accepted. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** @throws CancelledError as soon as the signal is aborted. */
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

/** Services whose resources belong to no region; the provider's region does not matter for them. */
const GLOBAL = ['aws:iam/', 'aws:route53/']

export interface Wanted {
  readonly row: Pick<ResourceType, 'type' | 'replaces'>
  readonly urn: string
  readonly id: string
  readonly account: string
  readonly region: string
  /** In the engine's state. */
  readonly inputs?: Properties
}

/**
 * Finds a resource of an account by its id. Ids are not always unique (a function's permission has the name of a statement), and an alias
 * changes a URN. So the resource made under the URN is preferred, or the one with the identity that the inputs have.
 */
export function findIn(ledger: Ledger, { row, urn, id, account, region, inputs }: Wanted): Declared | undefined {
  const found = ledger.all(row.type).filter((one) => one.id === id && isAt(one, account, region))
  const known = found.find((one) => urnOf(one.urn) === urn)
  if (known) return known
  if (!inputs) return found.length === 1 ? found[0] : undefined
  return found.find((one) => row.replaces.every((name) => canonical(one.inputs[name]) === canonical(inputs[name])))
}

/**
 * The resource that an import or a `get` names.
 * @throws AwsError for an id that does not have its type's form
 */
export function findImported(
  ledger: Ledger,
  { row, id, account, region }: Pick<Wanted, 'row' | 'id' | 'account' | 'region'>,
): Declared | undefined {
  const isMeant = importedBy(row, id)
  return ledger.all(row.type).find((one) => isAt(one, account, region) && isMeant(one))
}

const isAt = ({ type, account, region }: Declared, wantedAccount: string, wantedRegion: string) =>
  account === wantedAccount && (region === wantedRegion || GLOBAL.some((service) => type.startsWith(service)))

/** Removes what {@link freeKey} has added. */
const urnOf = (key: string) => key.replace(/#\d+$/, '')

/** Keys that were used since the process began, also those of deleted resources. */
const usedKeys = new WeakMap<Ledger, Set<string>>()

const usedIn = (ledger: Ledger) => {
  const used = usedKeys.get(ledger) ?? new Set()
  usedKeys.set(ledger, used)
  return used
}

/**
 * The key for a new resource in the ledger: its URN, unless the resource that it replaces still exists, or an interrupted run left one behind.
 * The key of a deleted resource is not used again either, because ids are derived from the key, and AWS gives no id twice.
 */
export function freeKey(ledger: Ledger, urn: string): string {
  const used = usedIn(ledger)
  let key = urn
  for (let count = 2; ledger.byUrn(key) || used.has(key); count += 1) key = `${urn}#${count}`
  return key
}

/** Marks a key as used. */
export const useKey = (ledger: Ledger, key: string) => void usedIn(ledger).add(key)
