/** Where attempts are made: the platform with a hub and two tenants, what is known of them, and the switches. */
import { organization as sample } from '../../local/default-organization.ts'
import type { Declared } from '../../local/ledger.ts'
import type { Organization } from '../../local/organization.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { executionRoleName, functionName, roleArn } from '../../shared/naming.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { type AwsCalls, createAwsCalls } from './aws-calls.ts'
import { createForge, type Forge } from './forge.ts'
import { createGatewayCalls, type GatewayCalls } from './gateway-calls.ts'
import { createIam, type Iam } from './iam.ts'
import { beside } from './overlay.ts'
import { UNLISTED_MODELS } from './switches.ts'

export interface SiteTenant {
  readonly id: string
  readonly account: string
  /** Role in the tenant's account, and the external id that it asks for. */
  readonly roleArn: string
  readonly externalId: string
  /** Host name of the tenant's model endpoint. */
  readonly endpoint: string
  /** Bedrock's id of the tenant's default model. */
  readonly modelId: string
  /** In the hub's account. */
  readonly executionRoleArn: string
  readonly functionName: string
  readonly functionArn: string
  /** A subnet of the tenant's VPC: where a host in the tenant's account would be. */
  readonly subnetId: string
}

export interface Clock {
  /** Seconds that the local cloud is ahead of the real time. */
  ahead: number
}

export interface Site extends GatewayCalls, AwsCalls {
  readonly platform: Platform
  readonly hub: HubOutputs
  readonly iam: Iam
  readonly clock: Clock
  readonly forge: Forge
  /** Who attacks. */
  readonly tenant1: SiteTenant
  /** Who must not be reached. */
  readonly tenant2: SiteTenant
  close(): Promise<void>
}

export interface SiteOptions {
  /** Where the platform keeps its files. */
  readonly directory?: string
}

export async function startSite({ directory }: SiteOptions = {}): Promise<Site> {
  const iam = createIam()
  const clock: Clock = { ahead: 0 }
  const now = () => Date.now() / 1000 + clock.ahead
  const platform = await startPlatform({
    organization: withMoreModels(sample),
    // Thousands of attempts come from one address, and the firewall's rate rule must not be what stops them.
    settings: { hub: { wafRateLimit: '1000000' } },
    now,
    createAuthorize: iam.createAuthorize,
    ...(directory !== undefined && { directory }),
  })
  try {
    const { hub } = platform
    for (const resource of attackersGroup(hub)) await platform.cloud.ledger.put(resource)
    const [tenant1, tenant2] = [readTenant(platform, 'tenant1'), readTenant(platform, 'tenant2')]
    return {
      ...{ platform, hub, iam, clock, tenant1, tenant2 },
      forge: await createForge(platform),
      ...createGatewayCalls(platform, iam),
      ...createAwsCalls(platform, iam, now),
      close: () => platform.close(),
    }
  } catch (error) {
    await platform.close()
    throw error
  }
}

/** The group of hosts that an attacker puts into a subnet: it lets everything out, as its owner can always make it. */
export const ATTACKERS_GROUP = 'sg-attacker'

function attackersGroup(hub: HubOutputs): readonly Declared[] {
  const rule = { securityGroupId: ATTACKERS_GROUP, ipProtocol: '-1', cidrIpv4: '0.0.0.0/0' }
  return [
    beside(hub, 'aws:ec2/securityGroup:SecurityGroup', ATTACKERS_GROUP, { vpcId: hub.vpcId, name: 'attacker' }),
    beside(hub, 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', `${ATTACKERS_GROUP}-out`, rule),
  ]
}

/** Access of the accounts to more models than the tenants may use, so that it is not what stops the attempts at those. */
const withMoreModels = (organization: Organization): Organization => ({
  ...organization,
  accounts: organization.accounts.map((account) => ({
    ...account,
    models: [...account.models, ...Object.values(UNLISTED_MODELS)],
  })),
})

function readTenant({ cloud: { ledger }, hub }: Platform, id: string): SiteTenant {
  const item = ledger
    .all('aws:dynamodb/tableItem:TableItem')
    .map(({ outputs }) => JSON.parse(String(outputs.item)))
    .find((attributes) => attributes.tenantId?.S === id && attributes.item?.S === 'configuration')
  if (!item) throw new Error(`The table has no item of ${id}: its stack was not deployed.`)
  const account: string = item.account.S
  const endpoint = ledger.all('aws:ec2/vpcEndpoint:VpcEndpoint').find((one) => one.account === account)
  const deployed = ledger.findBy('aws:lambda/function:Function', 'name', functionName(id))
  const subnetIds = endpoint?.outputs.subnetIds
  if (!deployed || !Array.isArray(subnetIds)) throw new Error(`${id} has no function or no model endpoint.`)
  return {
    ...{ id, account, functionName: functionName(id), functionArn: String(deployed.outputs.arn) },
    roleArn: item.roleArn.S,
    externalId: item.externalId.S,
    endpoint: item.endpoint.S,
    modelId: item.models.M[item.defaultModel.S].S,
    executionRoleArn: roleArn(hub.account, executionRoleName(id)),
    subnetId: String(subnetIds[0]),
  }
}
