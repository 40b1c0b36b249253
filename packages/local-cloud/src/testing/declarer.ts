/** For tests of rows: declares resources one by one, as an engine does, and returns AWS's refusals. */

import { findRow, rowOf } from '../aws/registry.ts'
import { AwsError } from '../errors.ts'
import type { Authorize } from '../iam/authorize.ts'
import { type Declared, Ledger, type LedgerView, type Properties } from '../ledger/ledger.ts'
import type { Organization } from '../organization.ts'
import { declare, heldBy } from '../resource/declare.ts'
import { organization as defaultOrganization } from './organization.ts'

export const HUB = '111111111111'
export const TENANT1 = '222222222222'
export const TENANT2 = '333333333333'
export const REGION = 'us-east-1'

export interface Where {
  readonly account?: string
  readonly region?: string
}

export class Declarer {
  readonly ledger: Ledger
  readonly #organization: Organization
  readonly #authorize: Authorize | undefined

  constructor(
    organization: Organization = defaultOrganization,
    createAuthorize?: (ledger: LedgerView, organization: Organization) => Authorize,
    ledger = new Ledger(),
  ) {
    this.ledger = ledger
    this.#organization = organization
    this.#authorize = createAuthorize?.(this.ledger, organization)
  }

  /** Creates a resource, or updates the one with this name. */
  async make(type: string, name: string, inputs: Properties, where: Where = {}): Promise<Declared> {
    const urn = `urn:pulumi:test::test::${type}::${name}`
    const current = this.ledger.byUrn(urn)
    const made = await declare({
      row: rowOf(type),
      urn,
      inputs,
      account: where.account ?? HUB,
      region: where.region ?? REGION,
      ledger: this.ledger,
      organization: this.#organization,
      ...(current && { current }),
      ...(this.#authorize && { authorize: this.#authorize }),
      options: { dependencies: [], protect: false, retainOnDelete: false },
    })
    await this.ledger.put(made)
    return made
  }

  /** `CODE: message` of the refusal. The test fails if there is none. */
  async refusal(type: string, name: string, inputs: Properties, where: Where = {}): Promise<string> {
    try {
      await this.make(type, name, inputs, where)
    } catch (error) {
      if (error instanceof AwsError) return `${error.code}: ${error.message}`
      throw error
    }
    throw new Error(`${type} ${name} was not refused`)
  }

  /** The types of the resources that prevent a deletion. */
  holders({ type, urn }: Declared): readonly string[] {
    const resource = this.ledger.byUrn(urn)
    if (!resource) throw new Error(`${urn} is not there`)
    return heldBy(rowOf(type), resource, this.ledger, findRow).map((one) => one.type)
  }
}
