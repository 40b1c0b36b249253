import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared } from '../../../ledger/ledger.ts'
import { Declarer } from '../../../testing/declarer.ts'

const VPC = 'aws:ec2/vpc:Vpc'

const GROUP = 'aws:ec2/securityGroup:SecurityGroup'

const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'

let cloud: Declarer

let vpc: Declared

beforeEach(async () => {
  cloud = new Declarer()
  vpc = await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16' })
})

describe('security groups', () => {
  it('have a name of their own in a VPC, and descriptions without apostrophes', async () => {
    const group = await cloud.make(GROUP, 'web', { vpcId: vpc.id, name: 'web' })
    expect(group.outputs).toMatchObject({ egress: [], description: 'Managed by Pulumi' })
    expect(await cloud.refusal(GROUP, 'web2', { vpcId: vpc.id, name: 'web' })).toContain('InvalidGroup.Duplicate')
    const rule = { securityGroupId: group.id, ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv4: '10.0.0.0/8' }
    expect(await cloud.refusal(INGRESS, 'rule', { ...rule, description: "the hub's" })).toContain(
      'Invalid rule description',
    )
    await cloud.make(INGRESS, 'rule', { ...rule, description: 'HTTPS' })
    expect(await cloud.refusal(INGRESS, 'same', rule)).toBe(
      'InvalidPermission.Duplicate: the specified rule "peer: 10.0.0.0/8, TCP, from port: 443, to port: 443, ALLOW" already exists',
    )
  })

  it('refuse rules without ports, without a peer, and with a group that is not there', async () => {
    const group = await cloud.make(GROUP, 'web', { vpcId: vpc.id })
    const rule = { securityGroupId: group.id, ipProtocol: 'tcp', fromPort: 443, toPort: 443 }
    const refusal = (inputs: Record<string, string | number>) => cloud.refusal(INGRESS, 'rule', { ...rule, ...inputs })
    expect(await refusal({})).toContain('one of cidrIpv4, prefixListId, referencedSecurityGroupId must be specified')
    expect(await refusal({ cidrIpv4: '10.0.0.1/24' })).toContain('CIDR block 10.0.0.1/24 is malformed')
    expect(await refusal({ referencedSecurityGroupId: 'sg-0' })).toContain('InvalidGroup.NotFound')
    expect(await refusal({ prefixListId: 'pl-0' })).toContain('InvalidPrefixListID.NotFound')
    expect(await refusal({ cidrIpv4: '10.0.0.0/8', ipProtocol: '-1' })).toContain('InvalidParameterCombination')
    expect(await refusal({ cidrIpv4: '10.0.0.0/8', fromPort: 80, toPort: 70 })).toContain('for portRange')
  })

  it('are held by the rules of others, not by their own', async () => {
    const group = await cloud.make(GROUP, 'web', { vpcId: vpc.id })
    const other = await cloud.make(GROUP, 'other', { vpcId: vpc.id })
    await cloud.make(INGRESS, 'own', { securityGroupId: group.id, ipProtocol: '-1', cidrIpv4: '10.0.0.0/8' })
    expect(cloud.holders(group)).toEqual([])
    const rule = { securityGroupId: other.id, ipProtocol: '-1', referencedSecurityGroupId: group.id }
    await cloud.make(INGRESS, 'theirs', rule)
    expect(cloud.holders(group)).toEqual([INGRESS])
  })
})
