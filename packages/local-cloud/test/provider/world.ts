/** What the provider is asked about: the resources of some programs, deployed, and the organisation that they are in. */
import type { Declared } from '../../src/ledger/ledger.ts'
import type { Organization } from '../../src/organization.ts'

export interface World {
  readonly resources: readonly Declared[]
  readonly organization: Organization
}

export const nameOf = ({ urn }: Pick<Declared, 'urn'>) => urn.slice(urn.lastIndexOf('::') + 2)

/** One resource of each type and choice of inputs: enough where the rest would be asked the same. */
export function kinds(resources: readonly Declared[]): readonly Declared[] {
  const byKind = new Map(resources.toReversed().map((one) => [`${one.type} ${Object.keys(one.inputs).sort()}`, one]))
  return [...byKind.values()]
}
