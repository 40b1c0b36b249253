/** Two further tenants, at the model endpoint that the hub's tenants share: a pair of them beside the two that have their own. */
import type { Account, Organization } from '@genai/local-cloud/organization'
import { readStack } from '../../../cli/pulumi/stacks.ts'
import { tenantRoles } from '../../../sample-organization.ts'
import type { Platform } from '../../harness/platform.ts'
import { readTenant, type SiteTenant } from './tenant.ts'

/** Each with a model of its own; the hub lists both. */
const TENANTS = [
  { id: 'shared1', account: '777777777771', model: 'us.amazon.nova-2-lite-v1:0' },
  { id: 'shared2', account: '777777777772', model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
] as const

/** Of the hub. */
export const CENTRAL_MODELS = JSON.stringify(TENANTS.map(({ model }) => model))

/** With their accounts, which are as the sample tenants' are. */
export function withSharedAccounts(organization: Organization): Organization {
  const pattern = organization.accounts.find(({ id }) => id === '222222222222')
  if (!pattern) throw new Error('The organisation has no sample tenant.')
  const added = TENANTS.map(
    ({ id, account }): Account => ({
      ...pattern,
      id: account,
      name: id,
      roles: tenantRoles(account),
      outboundIdentity: `${account.slice(-8)}-0000-4000-8000-${account}`,
    }),
  )
  return { ...organization, accounts: [...organization.accounts, ...added] }
}

export interface SharedTenants {
  readonly shared1: SiteTenant
  readonly shared2: SiteTenant
}

/** @param more settings of both */
export async function deployShared(platform: Platform, more: Readonly<Record<string, string>>): Promise<SharedTenants> {
  const { default: program } = await import('../../../index.ts')
  const { project, config } = readStack('spoke-tenant1')
  for (const { id, account, model } of TENANTS) {
    const { [`${project}:cidrBlock`]: _, [`${project}:availabilityZoneIds`]: __, ...others } = config
    const settings = {
      tenantId: id,
      account,
      roleArn: `arn:aws:iam::${account}:role/genai-deployer`,
      modelEndpoint: 'hub',
      models: JSON.stringify({ own: model }),
      defaultModel: 'own',
      ...more,
    }
    const changed = Object.entries(settings).map(([name, value]) => [`${project}:${name}`, value])
    const stack = { project, stack: `spoke-${id}`, config: { ...others, ...Object.fromEntries(changed) } }
    await platform.cloud.deploy(stack, program)
  }
  return { shared1: readTenant(platform, 'shared1'), shared2: readTenant(platform, 'shared2') }
}
