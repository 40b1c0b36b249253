/** Declared resources that replace the ledger's own. */
import type { Declared, Properties } from '@genai/local-cloud/ledger/ledger'

/** Resources by URN, as they should be; `undefined` removes one. */
export type Overlay = ReadonlyMap<string, Declared | undefined>

export const ofType =
  (type: string) =>
  (resource: Declared): boolean =>
    resource.type === type

/** Stack name in the URNs of resources that `prove` adds. */
export const ATTEMPTED = 'prove'

/** A resource that no stack declares, in the account and region of another one. */
export function beside(
  { account, region }: Pick<Declared, 'account' | 'region'>,
  type: string,
  id: string,
  outputs: Properties,
): Declared {
  return {
    urn: `urn:pulumi:${ATTEMPTED}::genai-hub-spoke::${type}::${id}`,
    type,
    id,
    account,
    region,
    inputs: outputs,
    outputs,
    options: { dependencies: [], protect: false, retainOnDelete: false },
  }
}
