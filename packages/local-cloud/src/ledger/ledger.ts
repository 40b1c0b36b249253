/**
 * All declared resources. Services, IAM evaluation and the network lookup read them here only; the engines (in-process, CLI provider) write
 * them. Data such as users, items and sessions is not here: the services keep it.
 */
import type { Declared, Properties, Value } from './declared.ts'
import { byId, byOutput, Filed, type Index, isKey, type Key } from './ledger-index.ts'

/** Re-exported, so that readers of a ledger need to import only this file. */
export type { ArchiveValue, AssetValue, Declared, Properties, Value } from './declared.ts'

export interface Change {
  readonly kind: 'created' | 'updated' | 'deleted'
  readonly resource: Declared
  /** The resource before an update. */
  readonly before?: Declared
}

/** Read access: what rows, services, `authorize` and `reach` get. */
export interface LedgerView {
  /** Increases with every change. */
  readonly version: number
  /** Every resource, or all of one type, in the order in which they were made. The cost grows with their number. */
  all(type?: string): readonly Declared[]
  /**
   * The resources that an index stores under a key. The cost grows with their number only. The list is the same object until one of them
   * changes.
   */
  lookUp(index: Index, key: Key): readonly Declared[]
  /** The resources of a type with this value of an output: `where('aws:lb/listenerRule:ListenerRule', 'listenerArn', arn)`. */
  where(type: string, output: string, value: Value): readonly Declared[]
  /** By physical id, which is unique within a type. */
  find(type: string, id: string): Declared | undefined
  /** By an output's value: `findBy('aws:iam/role:Role', 'arn', arn)`. */
  findBy(type: string, output: string, value: Value): Declared | undefined
  byUrn(urn: string): Declared | undefined
}

/** Lookups that are implemented with the others. */
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

/** Called after a change is in the ledger. If it rejects, the deployment that made the change fails. */
export type Effect = (change: Change) => void | Promise<void>

/** Waits for changes that take time to complete, such as a container service that starts. */
export interface Waits {
  takesTime(change: Change): boolean
  /** If it rejects, the deployment fails. */
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
      // The refused change may have reached some effects already, so it is undone as well.
      const failures: unknown[] = []
      for (const change of undoing.slice(applied - announced))
        await this.#announce(change).catch((failure: unknown) => failures.push(failure))
      if (failures.length > 0) throw new AggregateError([cause, ...failures], messageOf(cause), { cause })
      throw cause
    }
  }

  /** The outputs of a stack, by its full name `ORGANISATION/PROJECT/STACK`. */
  stackOutputs(stack: string): Properties | undefined {
    return this.#stackOutputs.get(stack)
  }

  /** The full names of the stacks that were deployed. */
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
