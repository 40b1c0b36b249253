/** A partner without a spoke, whose account is in the hub's list: makes what docs/private-door.md says that a partner makes. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import * as aws from '@pulumi/aws'
import type { HubOutputs } from '../../shared/contract.ts'
import { SPARE_ACCOUNT } from './variants.ts'

export const PARTNER = SPARE_ACCOUNT
const PARTNERS_PROFILE = 'genai-tenant3'
const STACK = 'partner'
const BLOCK = '10.200.0.0/24'

export interface Partner {
  readonly vpcId: string
  /** The subnet in which a host of the partner would be. */
  readonly subnetId: string
  readonly endpointId: string
  /** Of its endpoint. */
  readonly host: string
}

export interface PartnerArgs {
  /**
   * The role that creates the endpoint.
   * @default the partner's
   */
  readonly profile?: string
  /**
   * Whether an operator has accepted the endpoint, so that it answers to the gateway's name.
   * @default false
   */
  readonly accepted?: boolean
}

/**
 * Deploys the partner's side, for the first time or again.
 * @throws Error with AWS's code for an account that the service does not list: `InvalidServiceName`
 */
export async function deployPartner(
  cloud: LocalCloud,
  { region, endpointService }: Pick<HubOutputs, 'region' | 'endpointService'>,
  { profile = PARTNERS_PROFILE, accepted = false }: PartnerArgs = {},
): Promise<Partner> {
  const serviceName = endpointService?.serviceName ?? ''
  const stack = profile === PARTNERS_PROFILE ? STACK : `${STACK}-${profile}`
  const outputs = await cloud.deploy({ project: STACK, stack, config: {} }, async () => {
    const opts = { provider: new aws.Provider('partner', { region, profile }) }
    const vpc = new aws.ec2.Vpc('partner', { cidrBlock: BLOCK, enableDnsHostnames: true, enableDnsSupport: true }, opts)
    const place = { vpcId: vpc.id, availabilityZoneId: 'use1-az1', cidrBlock: BLOCK.replace('/24', '/28') }
    const subnet = new aws.ec2.Subnet('partner', place, opts)
    const group = new aws.ec2.SecurityGroup('partner', { vpcId: vpc.id, description: 'Clients' }, opts)
    const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv4: BLOCK }
    new aws.vpc.SecurityGroupIngressRule('partner', { securityGroupId: group.id, ...https }, opts)
    const endpoint = new aws.ec2.VpcEndpoint(
      'partner',
      {
        vpcId: vpc.id,
        vpcEndpointType: 'Interface',
        serviceName,
        subnetIds: [subnet.id],
        securityGroupIds: [group.id],
      },
      opts,
    )
    if (accepted)
      new aws.vpc.EndpointPrivateDns('partner', { vpcEndpointId: endpoint.id, privateDnsEnabled: true }, opts)
    return {
      vpcId: vpc.id,
      subnetId: subnet.id,
      endpointId: endpoint.id,
      host: endpoint.dnsEntries.apply(([entry]) => entry?.dnsName ?? ''),
    }
  })
  const [vpcId, subnetId] = [String(outputs.vpcId), String(outputs.subnetId)]
  return { vpcId, subnetId, endpointId: String(outputs.endpointId), host: String(outputs.host) }
}

/** Does what an operator of the hub does with `aws ec2 accept-vpc-endpoint-connections`. */
export async function acceptConnection(
  cloud: LocalCloud,
  { region, endpointService }: Pick<HubOutputs, 'region' | 'endpointService'>,
  endpointId: string,
): Promise<void> {
  await cloud.deploy({ project: STACK, stack: 'operator', config: {} }, async () => {
    const opts = { provider: new aws.Provider('operator', { region, profile: 'genai-hub' }) }
    const connection = { vpcEndpointServiceId: endpointService?.serviceId ?? '', vpcEndpointId: endpointId }
    new aws.ec2.VpcEndpointConnectionAccepter('partner', connection, opts)
    return {}
  })
}

/** A security group for hosts in a VPC that may connect to it on port 443. */
export async function deployClients(
  cloud: LocalCloud,
  { region, profile, vpcId }: { readonly region: string; readonly profile: string; readonly vpcId: string },
): Promise<string> {
  const outputs = await cloud.deploy({ project: 'clients', stack: `clients-${profile}`, config: {} }, async () => {
    const opts = { provider: new aws.Provider('clients', { region, profile }) }
    const group = new aws.ec2.SecurityGroup('clients', { vpcId, description: 'Clients of the gateway' }, opts)
    const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv4: '0.0.0.0/0' }
    new aws.vpc.SecurityGroupEgressRule('clients', { securityGroupId: group.id, ...https }, opts)
    return { groupId: group.id }
  })
  return String(outputs.groupId)
}
