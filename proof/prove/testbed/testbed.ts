/** Where attempts are made: the platform with a hub and two tenants, what is known of them, and the switches. */

import type { Declared } from '@genai/local-cloud/ledger/ledger'
import type { Image, Organization } from '@genai/local-cloud/organization'
import { deployPartner, PARTNER, type Partner } from '../../../cli/demo/partner.ts'
import { LOCAL_FARGATE, localImages } from '../../../cli/local/gateway-image.ts'
import { organization as sample } from '../../../sample-organization.ts'
import type { HubOutputs } from '../../../shared/contract.ts'
import { type Platform, startPlatform } from '../../harness/platform.ts'
import type { Compute } from '../compute.ts'
import { beside } from '../switches/overlay.ts'
import { UNLISTED_MODELS } from '../switches/switches.ts'
import { type AwsCalls, createAwsCalls } from './aws-calls.ts'
import { createForge, type Forge } from './forge.ts'
import { createGatewayCalls, type GatewayCalls } from './gateway-calls.ts'
import { createGateways, type Gateways } from './gateways.ts'
import { createIam, type Iam } from './iam.ts'
import { createMachineClients, DOMAIN } from './machine-clients.ts'
import { createMachines, type Machines, machinesOf, WEBSITES } from './machines.ts'
import { createPoolUsers, type PoolUsers } from './pool-users.ts'
import { deployPooled, type PooledTenants, withPooledAccount } from './pooled.ts'
import {
  deployProviderPeople,
  IDENTITY,
  PROVIDER,
  type ProviderPeople,
  withProviderAccount,
} from './provider-people.ts'
import { CENTRAL_MODELS, deployShared, type SharedTenants, withSharedAccounts } from './shared-endpoint.ts'
import { openStatusItems, type StatusItems, type Suspended, suspendTenant } from './suspended.ts'
import { readTenant, type TestbedTenant } from './tenant.ts'
import { createUserPoolCalls, throughWire, type UserPoolCalls } from './user-pool.ts'

export interface Clock {
  /** Seconds by which the local cloud's clock is ahead of the real time. */
  ahead: number
}

export interface Testbed extends GatewayCalls, AwsCalls, Gateways, SharedTenants, PooledTenants {
  readonly compute: Compute
  /** The images in the hub's repository, to which other versions of the code are added. */
  readonly images: Image[]
  readonly platform: Platform
  readonly hub: HubOutputs
  readonly iam: Iam
  readonly clock: Clock
  readonly forge: Forge
  readonly machines: Machines
  /** A tenant whose people sign in at an external provider. */
  readonly provider: ProviderPeople
  /** Calls of the user pool from the internet. */
  readonly pool: UserPoolCalls
  readonly people: PoolUsers
  readonly status: StatusItems
  /** A third tenant, and one of its users. */
  readonly suspended: Suspended
  /** The partner: an account without a spoke, which is not connected. */
  readonly partner: Partner
  /** The tenant that attacks. */
  readonly tenant1: TestbedTenant
  /** The tenant that must not be reached. */
  readonly tenant2: TestbedTenant
  close(): Promise<void>
}

export interface TestbedOptions {
  /** Folder for the platform's files. */
  readonly directory?: string
  /** @default the sample organisation, whose accounts have access to more models than the tenants may use */
  readonly organization?: Organization
  /**
   * Where the tenants' gateways run.
   * @default 'lambda'
   */
  readonly compute?: Compute
}

/** A guardrail about a word that no attempt sends, because the attempts are about whether a call names it. */
const GUARDRAIL = { words: ['nightingale'] }

/** Providers of the two tenants' people, while other people sign in at the user pool. */
const FEDERATED = {
  federatedProviders: Object.fromEntries(
    Object.entries({ acme: 'tenant1', globex: 'tenant2' }).map(([name, tenant]) => [
      name,
      { type: 'oidc', tenant, issuer: `https://login.${name}.example`, clientId: 'genai' },
    ]),
  ),
  federatedSecrets: { acme: 'hush', globex: 'hush' },
}
const FEDERATED_NO_MORE = { federatedProviders: {}, federatedSecrets: {} }

const ON_FARGATE = { compute: 'fargate' } as const

export async function startTestbed({
  directory,
  organization = sample,
  compute = 'lambda',
}: TestbedOptions = {}): Promise<Testbed> {
  const images = compute === 'fargate' ? [...(await localImages())] : []
  const tenants = compute === 'fargate' ? ON_FARGATE : {}
  const iam = createIam()
  const clock: Clock = { ahead: 0 }
  const now = () => Date.now() / 1000 + clock.ahead
  const hubsSettings = {
    // Thousands of attempts come from one address, so the firewall's rate rule is raised to let them through.
    wafRateLimit: '1000000',
    keySetVia: 'table',
    userPoolDomain: DOMAIN,
    ...FEDERATED,
    centralModels: CENTRAL_MODELS,
    endpointService: true,
    endpointServiceAccounts: [PARTNER],
    // The hub has room for nine tenants.
    ...(compute === 'fargate' && { ...LOCAL_FARGATE, fargateVcpuLimit: '20' }),
  }
  const platform = await startPlatform({
    organization: withProviderAccount(withPooledAccount(withSharedAccounts(withMoreModels(organization)))),
    settings: { hub: hubsSettings },
    stacks: ['hub'],
    websites: { ...WEBSITES, ...PROVIDER },
    images,
    now,
    createAuthorize: iam.createAuthorize,
    ...(directory !== undefined && { directory }),
  })
  try {
    const { hub } = platform
    // The app clients' ids are in the tenants' settings.
    const clients = await createMachineClients(platform)
    const [machines1, machines2] = [machinesOf('tenant1', clients), machinesOf('tenant2', clients)]
    await platform.deploy('spoke-tenant1', {
      machineIssuers: machines1,
      guardrail: GUARDRAIL,
      gatewayEndpoint: true,
      ...tenants,
    })
    await platform.deploy('spoke-tenant2', { machineIssuers: machines2, ...tenants })
    for (const resource of attackersGroup(hub)) await platform.cloud.ledger.put(resource)
    const pool = createUserPoolCalls(hub, throughWire(platform))
    // Done first, because a tenant whose id is used again has no users yet.
    const people = await createPoolUsers(platform, pool)
    const status = openStatusItems(platform)
    const suspended = await suspendTenant(platform, status, tenants)
    const pair = await deployShared(platform, tenants)
    const neighbours = await deployPooled(platform, tenants)
    // Tenants deployed before keep the user pool until their own next deployment.
    await platform.deploy('hub', { ...hubsSettings, ...FEDERATED_NO_MORE, identity: IDENTITY })
    const provider = await deployProviderPeople(platform, tenants)
    const [tenant1, tenant2] = [readTenant(platform, 'tenant1'), readTenant(platform, 'tenant2')]
    return {
      compute,
      images,
      platform,
      hub,
      iam,
      clock,
      pool,
      people,
      status,
      suspended,
      partner: await deployPartner(platform.cloud, hub),
      tenant1,
      tenant2,
      ...pair,
      ...neighbours,
      forge: await createForge(platform),
      provider,
      machines: await createMachines(platform, clients),
      ...createGatewayCalls(platform, iam),
      ...createAwsCalls(platform, iam, now),
      ...createGateways(platform),
      async close() {
        people.close()
        status.close()
        await platform.close()
      },
    }
  } catch (error) {
    await platform.close()
    throw error
  }
}

/** The security group of hosts that an attacker puts into a subnet. It lets everything out, because the group's owner can always do that. */
export const ATTACKERS_GROUP = 'sg-attacker'

function attackersGroup(hub: HubOutputs): readonly Declared[] {
  const rule = { securityGroupId: ATTACKERS_GROUP, ipProtocol: '-1', cidrIpv4: '0.0.0.0/0' }
  return [
    beside(hub, 'aws:ec2/securityGroup:SecurityGroup', ATTACKERS_GROUP, { vpcId: hub.vpcId, name: 'attacker' }),
    beside(hub, 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', `${ATTACKERS_GROUP}-out`, rule),
  ]
}

/** Gives the accounts access to more models than the tenants may use, so that missing access is not what stops those attempts. */
const withMoreModels = (organization: Organization): Organization => ({
  ...organization,
  accounts: organization.accounts.map((account) => ({
    ...account,
    models: [...account.models, ...Object.values(UNLISTED_MODELS)],
  })),
})
