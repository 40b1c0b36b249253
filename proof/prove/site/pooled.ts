/** Three tenants of one account, each by its own deployer: two with an endpoint of their own, one at the hub's. */
import type { Account, Organization } from '@genai/local-cloud/organization'
import { readStack } from '../../../cli/pulumi/stacks.ts'
import { pooledDeployer, tenantRoles } from '../../../sample-organization.ts'
import { roleArn } from '../../../shared/naming.ts'
import type { Platform } from '../../harness/platform.ts'
import { readTenant, type SiteTenant } from './tenant.ts'

const ACCOUNT = '777777777773'
const NOVA = 'us.amazon.nova-2-lite-v1:0'
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'

const TENANTS = [
  { id: 'pooled1', model: NOVA, cidrBlock: '10.64.4.0/24', invocationLog: true },
  { id: 'pooled2', model: HAIKU, cidrBlock: '10.64.5.0/24', invocationLog: false },
  { id: 'pooled3', model: HAIKU, cidrBlock: undefined, invocationLog: false },
] as const

/** With their account, in which nobody deploys for two of them. */
export function withPooledAccount(organization: Organization): Organization {
  const pattern = organization.accounts.find(({ id }) => id === '222222222222')
  if (!pattern) throw new Error('The organisation has no sample tenant.')
  const deployers = TENANTS.map(({ id, invocationLog }) => pooledDeployer(ACCOUNT, id, invocationLog))
  const pooled: Account = {
    ...pattern,
    id: ACCOUNT,
    name: 'pooled',
    roles: [...tenantRoles(ACCOUNT), ...deployers],
    outboundIdentity: `${ACCOUNT.slice(-8)}-0000-4000-8000-${ACCOUNT}`,
  }
  return { ...organization, accounts: [...organization.accounts, pooled] }
}

/** A tenant whose deployer is its own. */
export interface PooledTenant extends SiteTenant {
  readonly deployerArn: string
}

export interface PooledTenants {
  readonly pooled1: PooledTenant
  readonly pooled2: PooledTenant
  /** At the shared model endpoint. */
  readonly pooled3: PooledTenant
}

/** @param more settings of all of them */
export async function deployPooled(platform: Platform, more: Readonly<Record<string, string>>): Promise<PooledTenants> {
  const { default: program } = await import('../../../index.ts')
  const { project, config } = readStack('spoke-tenant1')
  for (const { id, model, cidrBlock, invocationLog } of TENANTS) {
    const { [`${project}:cidrBlock`]: _, [`${project}:availabilityZoneIds`]: zones = '', ...others } = config
    const settings = {
      tenantId: id,
      account: ACCOUNT,
      roleArn: deployerOf(id),
      sharedAccount: 'true',
      limits: JSON.stringify({ tenant: { tokensPerMinute: 1_000_000_000 } }),
      models: JSON.stringify({ own: model }),
      defaultModel: 'own',
      modelInvocationLogging: String(invocationLog),
      ...(cidrBlock === undefined ? { modelEndpoint: 'hub' } : { cidrBlock, availabilityZoneIds: zones }),
      ...more,
    }
    const changed = Object.entries(settings).map(([name, value]) => [`${project}:${name}`, value])
    await platform.cloud.deploy(
      { project, stack: `spoke-${id}`, config: { ...others, ...Object.fromEntries(changed) } },
      program,
    )
  }
  const read = (id: string): PooledTenant => ({ ...readTenant(platform, id), deployerArn: deployerOf(id) })
  return { pooled1: read('pooled1'), pooled2: read('pooled2'), pooled3: read('pooled3') }
}

const deployerOf = (id: string) => roleArn(ACCOUNT, `genai-deployer-${id}`)
