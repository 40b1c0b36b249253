/** A partner without a spoke, whose account the hub's endpoint service lists and whose connection nobody has accepted. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import * as aws from '@pulumi/aws'
import type { HubOutputs } from '../../../shared/contract.ts'

export const PARTNER = '444444444444'
const PROFILE = 'genai-tenant3'
const BLOCK = '10.200.0.0/24'

export interface Partner {
  /** Where a host of the partner's would be. */
  readonly subnetId: string
  /** Of its endpoint. */
  readonly host: string
}

/** What docs/private-door.md has a partner make. */
export async function deployPartner(cloud: LocalCloud, { region, endpointService }: HubOutputs): Promise<Partner> {
  const serviceName = endpointService?.serviceName ?? ''
  const outputs = await cloud.deploy({ project: 'partner', stack: 'partner', config: {} }, async () => {
    const opts = { provider: new aws.Provider('partner', { region, profile: PROFILE }) }
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
    return { subnetId: subnet.id, host: endpoint.dnsEntries.apply(([entry]) => entry?.dnsName ?? '') }
  })
  return { subnetId: String(outputs.subnetId), host: String(outputs.host) }
}
