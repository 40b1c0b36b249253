/**
 * All declared resources, and nothing else: services, IAM evaluation and the network look-up all read this one source. The engines
 * (in-process, CLI provider) write it. Data (users, items, sessions) is kept by the services.
 */
import type { Declared, Properties, Value } from './declared.ts'
import { byId, byOutput, Filed, type Index, isKey, type Key } from './ledger-index.ts'

/** Whoever reads a ledger needs this file only. */
export type { ArchiveValue, AssetValue, Declared, Properties, Value } from './declared.ts'

export interface Change {
  readonly kind: 'created' | 'updated' | 'deleted'
  readonly resource: Declared
  /** What was there before an update. */
  readonly before?: Declared
}

/** Reading side: what rows, services, `authorize` and `reach` take. */
export interface LedgerView {
  /** Grows with every change. */
  readonly version: number
  /** Every resource, or those of one type, in the order they were made: costs as much as there are. */
  all(type?: string): readonly Declared[]
  /** Those that an index files under a key: costs as much as there are of these. The same list until one of them changes. */
  lookUp(index: Index, key: Key): readonly Declared[]
  /** Those of a type with a value of an output: `where('aws:lb/listenerRule:ListenerRule', 'listenerArn', arn)`. */
  where(type: string, output: string, value: Value): readonly Declared[]
  /** By physical id (unique within a type). */
  find(type: string, id: string): Declared | undefined
  /** By an output's value: `findBy('aws:iam/role:Role', 'arn', arn)`. */
  findBy(type: string, output: string, value: Value): Declared | undefined
  byUrn(urn: string): Declared | undefined
}

/** The lookups that are made of others. */
export abstract class IndexedView implements LedgerView {
  abstract readonly version: number
  abstract all(type?: string): readonly Declared[]
  abstract lookUp(index: Index, key: Key): readonly Declared[]
  abstract byUrn(urn: string): Declared | undefined

  where(type: string, output: string, value: Value): readonly Declared[] {
    return isKey(value) ? this.lookUp(byOutput(type, output), value) : []
  }

  find(type: string, id: string): Declared | undefined {
    return this.lookUp(byId(type), id)[0]
  }

  findBy(type: string, output: string, value: Value): Declared | undefined {
    return this.where(type, output, value)[0]
  }
}

/** Called after a change is in the ledger; a rejection is a failure of the deployment that made it. */
export type Effect = (change: Change) => void | Promise<void>

/** Changes that take their time, and the end of it: a service of containers that comes up. */
export interface Waits {
  takesTime(change: Change): boolean
  /** A rejection is a failure of the deployment. */
  settled(change: Change): Promise<void>
}

export class Ledger extends IndexedView {
  readonly #byUrn = new Map<string, Declared>()
  readonly #byType = new Map<string, Map<string, Declared>>()
  readonly #filed = new Map<Index, Filed>()
  readonly #effects: Effect[] = []
  readonly #stackOutputs = new Map<string, Properties>()
  #version = 0

  constructor(resources: Iterable<Declared> = []) {
    super()
    for (const resource of resources) this.#set(resource)
  }

  get version(): number {
    return this.#version
  }

  all(type?: string): readonly Declared[] {
    return [...this.#ofType(type)]
  }

  lookUp(index: Index, key: Key): readonly Declared[] {
    const filed = this.#filed.get(index) ?? new Filed(index, this.#ofType(index.type))
    this.#filed.set(index, filed)
    return filed.at(key)
  }

  byUrn(urn: string): Declared | undefined {
    return this.#byUrn.get(urn)
  }

  onChange(effect: Effect): void {
    this.#effects.push(effect)
  }

  /** Creates or updates. */
  async put(resource: Declared): Promise<void> {
    const before = this.#byUrn.get(resource.urn)
    await this.commit([before ? { kind: 'updated', resource, before } : { kind: 'created', resource }])
  }

  async delete(urn: string): Promise<void> {
    const resource = this.#byUrn.get(urn)
    if (resource) await this.commit([{ kind: 'deleted', resource }])
  }

  /**
   * Swaps in all changes at once, then announces them one by one. When an effect rejects, the ledger is put back, what was
   * announced is announced the other way round, and the rejection is passed on: a deployment that failed changed nothing.
   * @param waits what comes after such a change is swapped in only when it has settled, as an engine waits for it
   */
  async commit(changes: readonly Change[], waits?: Waits): Promise<void> {
    let applied = 0
    let announced = 0
    try {
      while (applied < changes.length) {
        const next = changes.findIndex((change, index) => index >= applied && waits?.takesTime(change))
        const until = next === -1 ? changes.length : next + 1
        this.#apply(changes.slice(applied, until))
        applied = until
        for (const change of changes.slice(announced, until)) {
          announced += 1
          await this.#announce(change)
        }
        const last = changes[until - 1]
        if (next !== -1 && last) await waits?.settled(last)
      }
    } catch (cause) {
      const undoing = changes.slice(0, applied).map(inverse).reverse()
      this.#apply(undoing)
      // The change that was refused may have reached some effects already, so it is taken back as well.
      const failures: unknown[] = []
      for (const change of undoing.slice(applied - announced))
        await this.#announce(change).catch((failure: unknown) => failures.push(failure))
      if (failures.length > 0) throw new AggregateError([cause, ...failures], messageOf(cause), { cause })
      throw cause
    }
  }

  /** What a stack exported, by its fully qualified name `ORGANISATION/PROJECT/STACK`. */
  stackOutputs(stack: string): Properties | undefined {
    return this.#stackOutputs.get(stack)
  }

  /** Names of the stacks that were deployed, fully qualified. */
  stacks(): readonly string[] {
    return [...this.#stackOutputs.keys()]
  }

  setStackOutputs(stack: string, outputs: Properties | undefined): void {
    if (outputs === undefined) this.#stackOutputs.delete(stack)
    else this.#stackOutputs.set(stack, outputs)
  }

  #ofType(type: string | undefined): Iterable<Declared> {
    return (type === undefined ? this.#byUrn : this.#byType.get(type))?.values() ?? []
  }

  #apply(changes: readonly Change[]): void {
    for (const { kind, resource } of changes) kind === 'deleted' ? this.#remove(resource) : this.#set(resource)
    this.#version += 1
  }

  #set(resource: Declared): void {
    this.#file(this.#byUrn.get(resource.urn), resource)
    this.#byUrn.set(resource.urn, resource)
    const sameType = this.#byType.get(resource.type)
    if (sameType) sameType.set(resource.urn, resource)
    else this.#byType.set(resource.type, new Map([[resource.urn, resource]]))
  }

  #remove({ urn, type }: Declared): void {
    this.#file(this.#byUrn.get(urn), undefined)
    this.#byUrn.delete(urn)
    this.#byType.get(type)?.delete(urn)
  }

  #file(before: Declared | undefined, after: Declared | undefined): void {
    const type = (after ?? before)?.type
    for (const [index, filed] of this.#filed)
      if (index.type === undefined || index.type === type) filed.change(before, after)
  }

  async #announce(change: Change): Promise<void> {
    for (const effect of this.#effects) await effect(change)
  }
}

function inverse({ kind, resource, before }: Change): Change {
  if (kind === 'created') return { kind: 'deleted', resource }
  if (kind === 'deleted') return { kind: 'created', resource }
  return before ? { kind, resource: before, before: resource } : { kind, resource }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
