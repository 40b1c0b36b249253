import { describe, expect, test } from 'vitest'
import type { Declared } from '../ledger/ledger.ts'
import { declared, HUB_ACCOUNT } from '../testing/ledger-builder.ts'
import { go, host } from '../testing/look-up.ts'
import { group, network, rule } from '../testing/network-fixture.ts'

describe('security groups', () => {
  const inSubnet = (...rules: readonly Declared[]) => [
    ...network(),
    group('sg-new', HUB_ACCOUNT, 'vpc-hub'),
    rule('sts-new', HUB_ACCOUNT, 'in', 'sg-endpoints', { referencedSecurityGroupId: 'sg-new' }),
    ...rules,
  ]
  const toSts = (resources: readonly Declared[], ...groups: string[]) =>
    go(host('subnet-public0', ...groups), '10.0.16.9', resources)
  const out = (peer: Declared['outputs'], port?: number) => rule('new-out', HUB_ACCOUNT, 'out', 'sg-new', peer, port)
  test.each<[string, Declared, boolean]>([
    ['a block', out({ cidrIpv4: '10.0.16.9/32' }), true],
    ['another block', out({ cidrIpv4: '10.0.17.0/24' }), false],
    ['the other end’s group', out({ referencedSecurityGroupId: 'sg-endpoints' }), true],
    ['another group', out({ referencedSecurityGroupId: 'sg-lb' }), false],
    [
      'every protocol',
      declared('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', 'r', {
        securityGroupId: 'sg-new',
        ipProtocol: '-1',
        cidrIpv4: '0.0.0.0/0',
      }),
      true,
    ],
    ['UDP', out({ cidrIpv4: '0.0.0.0/0', ipProtocol: 'udp' }), false],
    ['another port', out({ cidrIpv4: '0.0.0.0/0' }, 8443), false],
    ['a range of ports', out({ cidrIpv4: '0.0.0.0/0', fromPort: 1, toPort: 1024 }), true],
  ])('out to %s', (_, egress, reachable) => {
    expect(toSts(inSubnet(egress), 'sg-new')).toMatchObject({ reachable })
  })
  test('a group named by a rule lets in those that carry it, and nobody else', () => {
    expect(toSts(inSubnet(out({ cidrIpv4: '0.0.0.0/0' })), 'sg-new')).toMatchObject({ reachable: true })
    expect(toSts(inSubnet(), 'sg-client')).toMatchObject({
      layer: 'securityGroup',
      reason: expect.stringContaining('in from 10.0.0.4'),
    })
  })
  test('inline rules', () => {
    const inline = {
      name: 'sg-inline',
      vpcId: 'vpc-hub',
      ingress: [],
      egress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrBlocks: ['0.0.0.0/0'] }],
    }
    const resources = inSubnet(declared('aws:ec2/securityGroup:SecurityGroup', 'sg-inline', inline))
    expect(toSts(resources, 'sg-inline', 'sg-new')).toMatchObject({ reachable: true })
    expect(toSts(resources, 'sg-new')).toMatchObject({ layer: 'securityGroup' })
  })
  test('a VPC’s default group lets out until it is adopted', () => {
    const lets = rule('sts-default', HUB_ACCOUNT, 'in', 'sg-endpoints', {
      referencedSecurityGroupId: 'sg-default-vpc-hub',
    })
    expect(toSts(inSubnet(lets), 'sg-default-vpc-hub')).toMatchObject({ reachable: true })
    const adopted = declared('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup', 'sg-default-vpc-hub', {
      vpcId: 'vpc-hub',
      ingress: [],
      egress: [],
    })
    expect(toSts(inSubnet(lets, adopted), 'sg-default-vpc-hub')).toMatchObject({ layer: 'securityGroup' })
  })
  test('no group, no connection', () => {
    expect(toSts(network())).toMatchObject({ layer: 'securityGroup', reason: expect.stringContaining('no group') })
  })
})
