/**
 * Everything that was declared, and nothing else: the one source that services, IAM evaluation and the network path
 * check read. Doors (in-process mocks, provider process) write it; what is data (users, items, sessions) lives in the
 * services.
 */

/** Plain JSON, as on Pulumi's wire, with secrets unwrapped. Assets are `AssetValue`. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export type Properties = Readonly<Record<string, Value>>

export interface Declared {
  readonly urn: string
  /** Pulumi type token, `aws:ec2/vpc:Vpc`. */
  readonly type: string
  /** Physical id, as AWS would answer: `vpc-0…`, a name or an ARN. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly inputs: Properties
  /** What AWS answers; includes the inputs, so a reader needs only this. */
  readonly outputs: Properties
  /** Pulumi's own view of the resource, kept for tests of the programs. */
  readonly options: {
    readonly parent?: string
    readonly dependencies: readonly string[]
    readonly protect: boolean
    readonly retainOnDelete: boolean
  }
}

export interface Change {
  readonly kind: 'created' | 'updated' | 'deleted'
  readonly resource: Declared
  /** What was there before an update. */
  readonly before?: Declared
}

/** Reading side: what rows, services, `authorize` and `reach` take. */
export interface LedgerView {
  /** Every resource, or those of one type, in the order they were made. */
  all(type?: string): readonly Declared[]
  /** By physical id (unique within a type). */
  find(type: string, id: string): Declared | undefined
  /** By an output's value: `findBy('aws:iam/role:Role', 'arn', arn)`. */
  findBy(type: string, output: string, value: Value): Declared | undefined
  byUrn(urn: string): Declared | undefined
}

/** Called after a change is in the ledger; a rejection is a failure of the deployment that made it. */
export type Effect = (change: Change) => void | Promise<void>

export class Ledger implements LedgerView {
  readonly #byUrn = new Map<string, Declared>()
  readonly #effects: Effect[] = []
  /** Indexes of derived readers (routes, policies) are keyed by this; it grows with every change. */
  version = 0

  constructor(resources: Iterable<Declared> = []) {
    for (const resource of resources) this.#byUrn.set(resource.urn, resource)
  }

  all(type?: string): readonly Declared[] {
    const resources = [...this.#byUrn.values()]
    return type === undefined ? resources : resources.filter((resource) => resource.type === type)
  }

  find(type: string, id: string): Declared | undefined {
    return this.all(type).find((resource) => resource.id === id)
  }

  findBy(type: string, output: string, value: Value): Declared | undefined {
    return this.all(type).find((resource) => resource.outputs[output] === value)
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
    this.#byUrn.set(resource.urn, resource)
    await this.#announce(
      before ? { kind: 'updated', resource, before } : { kind: 'created', resource },
    )
  }

  async delete(urn: string): Promise<void> {
    const resource = this.#byUrn.get(urn)
    if (!resource) return
    this.#byUrn.delete(urn)
    await this.#announce({ kind: 'deleted', resource })
  }

  async #announce(change: Change): Promise<void> {
    this.version += 1
    for (const effect of this.#effects) await effect(change)
  }
}
