/**
 * What `npm start -- --variant NAME` shows: another of the choices in docs/variants.md, one entry each. A variant changes settings of the
 * sample stack files for the demonstration only; what it changes wins over the file.
 */
import { everyModelId } from '../../shared/model-chain.ts'
import { roleArn } from '../../shared/naming.ts'
import { modelFallbacks, modelIds } from '../../shared/settings/spoke.ts'
import { SPOKE_TABLE } from '../../shared/settings/spoke-table.ts'
import { readStack, stackNames } from '../pulumi/stack-files.ts'
import { UserError } from '../verb.ts'

/** Settings as Pulumi stores them; `undefined` removes one. */
export type VariantSettings = Readonly<Record<string, string | undefined>>

export interface DemoVariant {
  /** The difference from the stack files, in one line. */
  readonly says: string
  /** @param directory of the stack files */
  readonly settings: (stack: string, directory: string) => VariantSettings
}

/** Account of the sample organisation's third tenant. No stack file names it: settings of the other accounts would be compared with their files. */
export const SPARE_ACCOUNT = '444444444444'

export const DEMO_VARIANTS = {
  shared: {
    says: 'Variant shared: tenant1 has no network of its own and calls its models through the endpoint in the hub that tenants share; tenant2 has its own endpoint, on the same hub (docs/variants.md).',
    settings: (stack, directory) => {
      if (stack === 'hub') return { centralModels: JSON.stringify(modelsOfTenants(directory)) }
      return stack === 'spoke-tenant1'
        ? { modelEndpoint: 'hub', cidrBlock: undefined, availabilityZoneIds: undefined }
        : {}
    },
  },
  private: {
    says: `Variant private: the hub is an endpoint service as well, tenant1 has an endpoint for it in its VPC, and account ${SPARE_ACCOUNT} is listed as a partner (docs/private-door.md).`,
    settings: (stack) => {
      if (stack === 'hub') return { endpointService: 'true', endpointServiceAccounts: JSON.stringify([SPARE_ACCOUNT]) }
      return stack === 'spoke-tenant1' ? { gatewayEndpoint: 'true' } : {}
    },
  },
  pooled: {
    says: `Variant pooled: tenant1 and tenant2 share one account, ${SPARE_ACCOUNT}, as both of them say (sharedAccount), each with its own role, network and limit of tokens a minute, and without a machine (docs/variants.md).`,
    settings: (stack) =>
      stack === 'spoke-tenant1' || stack === 'spoke-tenant2'
        ? {
            account: SPARE_ACCOUNT,
            roleArn: roleArn(SPARE_ACCOUNT, 'genai-deployer'),
            sharedAccount: 'true',
            limits: JSON.stringify({ tenant: { tokensPerMinute: 100_000 } }),
            // Otherwise one role of the account would be the machine of both tenants.
            machineIssuers: undefined,
          }
        : {},
  },
} as const satisfies Readonly<Record<string, DemoVariant>>

export type VariantName = keyof typeof DEMO_VARIANTS

export const VARIANT_NAMES = Object.keys(DEMO_VARIANTS) as readonly VariantName[]

/** @throws UserError that names the known variants */
export function variantNamed(name: string): VariantName {
  const found = VARIANT_NAMES.find((one) => one === name)
  if (found !== undefined) return found
  throw new UserError(`There is no variant "${name}".`, `There are: ${VARIANT_NAMES.join(', ')} (docs/variants.md).`)
}

/** Every model that a tenant's stack file lists. */
function modelsOfTenants(directory: string): readonly string[] {
  const ids = stackNames(directory).flatMap((name) => {
    const { project, config } = readStack(name, directory)
    const text = config[`${project}:models`]
    if (text === undefined) return []
    const models = SPOKE_TABLE.models.parse(text)
    return everyModelId({ models: modelIds(models), ...modelFallbacks(models) })
  })
  return [...new Set(ids)].sort()
}
