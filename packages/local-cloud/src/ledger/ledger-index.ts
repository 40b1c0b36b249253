/** Lookups in constant time: an index files resources under keys, and follows changes of the ledger. It is built when it is first used. */
import type { Declared, Value } from './declared.ts'

export type Key = string | number | boolean | null

/** Made once, and kept: a ledger knows an index by the object. */
export interface Index {
  /** Only resources of this type are filed. @default all of them */
  readonly type?: string
  /** What a resource is filed under; a function of the resource alone. */
  readonly keysOf: (resource: Declared) => readonly Key[]
}

const byOutputs = new Map<string, Index>()

/** The resources of a type by the value of one output; values that are objects or lists are not filed. */
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

/** The resources of a type by their physical id. */
export function byId(type: string): Index {
  const made = byIds.get(type) ?? { type, keysOf: ({ id }: Declared) => [id] }
  byIds.set(type, made)
  return made
}

export const isKey = (value: Value | undefined): value is Key =>
  value !== undefined && (typeof value !== 'object' || value === null)

const NONE: readonly Declared[] = []

/** What one ledger has filed for one index. */
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

  /** In the order in which they were filed. The same list until one of its resources changes. */
  at(key: Key): readonly Declared[] {
    return this.#lists.get(key) ?? NONE
  }

  /** One of both may be absent: a resource that is new, or gone. */
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
