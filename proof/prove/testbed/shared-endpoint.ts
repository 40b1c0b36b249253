/** Two further tenants, at the model endpoint that the hub's tenants share, besides the two that have their own. */
import type { Organization } from '@genai/local-cloud/organization'
import { roleArn } from '../../../shared/naming.ts'
import type { Platform } from '../../harness/platform.ts'
import { deployFurther, withAccounts } from './further-tenants.ts'
import { readTenant, type TestbedTenant } from './tenant.ts'

/** Each with a model of its own; the hub lists both. */
const TENANTS = [
  { id: 'shared1', account: '777777777771', model: 'us.amazon.nova-2-lite-v1:0' },
  { id: 'shared2', account: '777777777772', model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
] as const

/** The hub's setting. */
export const CENTRAL_MODELS = JSON.stringify(TENANTS.map(({ model }) => model))

/** Adds their accounts, which are like those of the sample tenants. */
export const withSharedAccounts = (organization: Organization): Organization =>
  withAccounts(organization, Object.fromEntries(TENANTS.map(({ id, account }) => [account, id])))

export interface SharedTenants {
  readonly shared1: TestbedTenant
  readonly shared2: TestbedTenant
}

/** @param more further settings of both */
export async function deployShared(platform: Platform, more: Readonly<Record<string, string>>): Promise<SharedTenants> {
  for (const { id, account, model } of TENANTS)
    await deployFurther(platform, id, {
      account,
      roleArn: roleArn(account, 'genai-deployer'),
      modelEndpoint: 'hub',
      cidrBlock: undefined,
      availabilityZoneIds: undefined,
      models: { own: model },
      defaultModel: 'own',
      ...more,
    })
  return { shared1: readTenant(platform, 'shared1'), shared2: readTenant(platform, 'shared2') }
}
