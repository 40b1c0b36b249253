/** Three tenants in one account, each with its own deployer: two with their own endpoint, one at the hub's. */
import type { Organization } from '@genai/local-cloud/organization'
import { pooledDeployer, tenantBoundaries } from '../../../sample-organization.ts'
import { roleArn } from '../../../shared/naming.ts'
import type { Platform } from '../../harness/platform.ts'
import { deployFurther, withAccounts } from './further-tenants.ts'
import { readTenant, type TestbedTenant } from './tenant.ts'

const ACCOUNT = '777777777773'
const NOVA = 'us.amazon.nova-2-lite-v1:0'
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'

const TENANTS = [
  { id: 'pooled1', model: NOVA, cidrBlock: '10.64.4.0/24', invocationLog: true },
  { id: 'pooled2', model: HAIKU, cidrBlock: '10.64.5.0/24', invocationLog: false },
  { id: 'pooled3', model: HAIKU, cidrBlock: undefined, invocationLog: false },
] as const

/** Adds their account, in which nobody deploys for two of them. */
export function withPooledAccount(organization: Organization): Organization {
  const deployers = TENANTS.map(({ id, invocationLog }) => pooledDeployer(ACCOUNT, id, invocationLog))
  const policies = tenantBoundaries(
    ACCOUNT,
    TENANTS.map(({ id }) => id),
  )
  const { accounts, ...others } = withAccounts(organization, { [ACCOUNT]: 'pooled' })
  return {
    ...others,
    accounts: accounts.map((one) =>
      one.id === ACCOUNT ? { ...one, roles: [...one.roles, ...deployers], policies } : one,
    ),
  }
}

/** A tenant whose deployer is its own. */
export interface PooledTenant extends TestbedTenant {
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
  for (const { id, model, cidrBlock, invocationLog } of TENANTS)
    await deployFurther(platform, id, {
      account: ACCOUNT,
      roleArn: deployerOf(id),
      sharedAccount: true,
      limits: { tenant: { tokensPerMinute: 1_000_000_000 } },
      models: { own: model },
      defaultModel: 'own',
      modelInvocationLogging: invocationLog,
      cidrBlock,
      ...(cidrBlock === undefined && { modelEndpoint: 'hub', availabilityZoneIds: undefined }),
      ...more,
    })
  const read = (id: string): PooledTenant => ({ ...readTenant(platform, id), deployerArn: deployerOf(id) })
  return { pooled1: read('pooled1'), pooled2: read('pooled2'), pooled3: read('pooled3') }
}

const deployerOf = (id: string) => roleArn(ACCOUNT, `genai-deployer-${id}`)
