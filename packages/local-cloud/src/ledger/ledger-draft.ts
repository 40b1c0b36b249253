/** A ledger with tentative changes. Its cost depends on the number of changes, not on the size of the ledger. */
import { type Declared, IndexedView, Ledger, type LedgerView } from './ledger.ts'
import type { Index, Key } from './ledger-index.ts'

export class Draft extends IndexedView {
  readonly #base: LedgerView
  readonly #own = new Ledger()
  /** The URNs whose resource in the base is changed or deleted by the draft. */
  readonly #hidden = new Set<string>()

  constructor(base: LedgerView) {
    super()
    this.#base = base
  }

  get version(): number {
    return this.#base.version + this.#own.version
  }

  /** The draft's own resources, in the order in which they were put. */
  own(): readonly Declared[] {
    return this.#own.all()
  }

  all(type?: string): readonly Declared[] {
    return this.#joined(this.#base.all(type), this.#own.all(type))
  }

  lookUp(index: Index, key: Key): readonly Declared[] {
    return this.#joined(this.#base.lookUp(index, key), this.#own.lookUp(index, key))
  }

  byUrn(urn: string): Declared | undefined {
    return this.#own.byUrn(urn) ?? (this.#hidden.has(urn) ? undefined : this.#base.byUrn(urn))
  }

  /** Creates or updates. */
  async put(resource: Declared): Promise<void> {
    this.#hidden.add(resource.urn)
    await this.#own.put(resource)
  }

  async delete(urn: string): Promise<void> {
    this.#hidden.add(urn)
    await this.#own.delete(urn)
  }

  #joined(base: readonly Declared[], own: readonly Declared[]): readonly Declared[] {
    const left = base.some(({ urn }) => this.#hidden.has(urn)) ? base.filter(({ urn }) => !this.#hidden.has(urn)) : base
    if (own.length === 0) return left
    return left.length === 0 ? own : [...left, ...own]
  }
}
