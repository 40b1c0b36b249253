/** Lookups in constant time. An index stores resources under keys and is updated with the ledger. It is built when it is first used. */
import type { Declared, Value } from './declared.ts'

export type Key = string | number | boolean | null

/** The description of an index. It must be made once, because a ledger recognises an index by this object. */
export interface Index {
  /**
   * Only resources of this type are stored.
   * @default all
   */
  readonly type?: string
  /** The keys of a resource. They must depend on the resource only. */
  readonly keysOf: (resource: Declared) => readonly Key[]
}

const byOutputs = new Map<string, Index>()

/** Stores the resources of a type by the value of an output. Values that are objects or lists are not stored. */
export function byOutput(type: string, output: string): Index {
  const name = `${type} ${output}`
  const made = byOutputs.get(name) ?? {
    type,
    keysOf: ({ outputs }: Declared) => {
      const value = outputs[output]
      return isKey(value) ? [value] : []
    },
  }
  byOutputs.set(name, made)
  return made
}

const byIds = new Map<string, Index>()

/** Stores the resources of a type by their physical id. */
export function byId(type: string): Index {
  const made = byIds.get(type) ?? { type, keysOf: ({ id }: Declared) => [id] }
  byIds.set(type, made)
  return made
}

export const isKey = (value: Value | undefined): value is Key =>
  value !== undefined && (typeof value !== 'object' || value === null)

const NONE: readonly Declared[] = []

/** What one ledger has stored for one index. */
export class Filed {
  readonly #index: Index
  readonly #lists: Map<Key, readonly Declared[]>

  constructor(index: Index, resources: Iterable<Declared>) {
    this.#index = index
    const lists = new Map<Key, Declared[]>()
    for (const resource of resources)
      for (const key of new Set(index.keysOf(resource))) {
        const list = lists.get(key)
        if (list) list.push(resource)
        else lists.set(key, [resource])
      }
    this.#lists = lists
  }

  /** In the order in which they were stored. The list is the same object until one of its resources changes. */
  at(key: Key): readonly Declared[] {
    return this.#lists.get(key) ?? NONE
  }

  /** `before` is absent for a new resource, `after` for a deleted one. */
  change(before: Declared | undefined, after: Declared | undefined): void {
    const kept = new Set(after && this.#index.keysOf(after))
    for (const key of new Set(before && this.#index.keysOf(before))) {
      const list = this.at(key)
      if (after && kept.delete(key))
        this.#set(
          key,
          list.map((one) => (one === before ? after : one)),
        )
      else
        this.#set(
          key,
          list.filter((one) => one !== before),
        )
    }
    if (after) for (const key of kept) this.#set(key, [...this.at(key), after])
  }

  #set(key: Key, list: readonly Declared[]): void {
    if (list.length === 0) this.#lists.delete(key)
    else this.#lists.set(key, list)
  }
}
