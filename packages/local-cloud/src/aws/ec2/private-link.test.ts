import { beforeEach, describe, expect, it } from 'vitest'
import { TENANT2 } from '../../testing/declarer.ts'
import {
  ATTACHMENT,
  BALANCER,
  consumer,
  ENDPOINT,
  LISTENER,
  PrivateDoor,
  TARGET_GROUP,
} from '../../testing/private-door.ts'
import { rowOf } from '../registry.ts'
import {
  ALLOWED_PRINCIPAL,
  CONNECTION_ACCEPTER,
  DNS_VERIFICATION,
  ENDPOINT_PRIVATE_DNS,
  ENDPOINT_SERVICE,
} from './private-link.ts'

let door: PrivateDoor
beforeEach(async () => {
  door = new PrivateDoor()
})

const refusedDeletion = (name: string) => {
  const resource = door.there[name]
  if (!resource) throw new Error(`no ${name}`)
  return () => rowOf(resource.type).refuseDelete?.(resource, door.ledger, { images: [] })
}

describe('a network load balancer', () => {
  beforeEach(() => door.front())

  it('has a name and an ARN of its kind, one zone is enough, and no group needs be asked', async () => {
    const made = await door.put(BALANCER, 'door', door.balancer({ subnets: [door.id('hub-0')] }))
    expect(made.outputs.arn).toMatch(/:loadbalancer\/net\/door\/[0-9a-f]{16}$/)
    expect(made.outputs.dnsName).toMatch(/^door-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/)
  })

  it('refuses what AWS refuses', async () => {
    const refusal = (inputs: object) => door.refusal(BALANCER, 'door', { ...door.balancer(), ...inputs })
    expect(await refusal({ subnets: [] })).toContain('At least one subnet')
    expect(await refusal({ enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'no' })).toContain('one of on, off')
    expect(await refusal({ securityGroups: [] })).toContain('with security groups')
    await expect(door.make(BALANCER, 'gateway', door.balancer({ loadBalancerType: 'gateway' }))).rejects.toThrow(
      'loadBalancerType "gateway"',
    )
    await expect(
      door.make(BALANCER, 'front', {
        internal: true,
        subnets: [door.id('hub-0'), door.id('hub-1')],
        enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
      }),
    ).rejects.toThrow('application load balancer')
  })

  it.each([
    ['a subnet more', { subnets: ['a', 'b'] }, { subnets: ['a', 'b', 'c'] }, []],
    ['a subnet fewer', { subnets: ['a', 'b'] }, { subnets: ['a'] }, ['subnets']],
    ['another subnet', { subnets: ['a', 'b'] }, { subnets: ['a', 'c'] }, ['subnets']],
    ['the same in another order', { subnets: ['a', 'b'] }, { subnets: ['b', 'a'] }, []],
    ['first groups', { securityGroups: [] }, { securityGroups: ['a'] }, ['securityGroups']],
    ['other groups', { securityGroups: ['b'] }, { securityGroups: ['a'] }, []],
  ])('is replaced as the provider does it: %s', (_, before, after, replaced) => {
    const network = { loadBalancerType: 'network' }
    expect(rowOf(BALANCER).replacesWhen?.({ ...network, ...before }, { ...network, ...after })).toEqual(replaced)
    expect(rowOf(BALANCER).replacesWhen?.(before, after)).toEqual([])
  })

  it('listens by TCP, and forwards to a group of its own layer', async () => {
    const balancer = await door.put(BALANCER, 'door', door.balancer())
    const group = await door.put(TARGET_GROUP, 'group', door.group())
    const web = await door.put(TARGET_GROUP, 'web', {
      ...door.group({ name: 'web', targetType: 'ip', protocol: 'HTTP' }),
      healthCheck: { path: '/' },
    })
    const forward = (targetGroupArn: string) => [{ type: 'forward', targetGroupArn }]
    const inputs = { loadBalancerArn: balancer.id, port: 443, protocol: 'TCP', defaultActions: forward(group.id) }
    const refusal = (more: object) => door.refusal(LISTENER, 'l', { ...inputs, ...more })
    expect(await refusal({ protocol: 'HTTPS' })).toContain('must be one of TCP')
    expect(await refusal({ defaultActions: forward(web.id) })).toContain('IncompatibleProtocols')
    expect(await refusal({ routingHttpResponseServerEnabled: false })).toContain('not supported on TCP listeners')
    expect(
      await door.refusal(LISTENER, 'f', { ...inputs, loadBalancerArn: door.id('front'), port: 80, protocol: 'TCP' }),
    ).toContain('must be one of HTTP, HTTPS')
    const made = await door.put(LISTENER, 'door-listener', inputs)
    const rule = { listenerArn: made.id, conditions: [], actions: forward(group.id) }
    expect(await door.refusal('aws:lb/listenerRule:ListenerRule', 'r', rule)).toContain(
      'not supported on TCP listeners',
    )
    const association = { resourceArn: balancer.id, webAclArn: 'arn' }
    expect(await door.refusal('aws:wafv2/webAclAssociation:WebAclAssociation', 'w', association)).toContain(
      'is no Application Load Balancer',
    )
  })

  it('has one application load balancer behind a group, which listens on its port', async () => {
    const refusal = (inputs: object) => door.refusal(TARGET_GROUP, 'g', { ...door.group(), ...inputs })
    expect(await refusal({ protocol: 'HTTP' })).toContain("target type 'alb': use TCP")
    expect(await refusal({ loadBalancingAlgorithmType: 'round_robin' })).toContain('is not supported')
    expect(await refusal({ healthCheck: { protocol: 'TCP' } })).toContain("Health check protocol 'TCP'")
    expect(await refusal({ healthCheck: { protocol: 'HTTPS', matcher: '600' } })).toContain("'200-599'")
    const group = await door.put(TARGET_GROUP, 'group', door.group())
    const other = await door.put(TARGET_GROUP, 'other', door.group({ name: 'other', port: 8443 }))
    const attach = (targetGroupArn: string, targetId: string, port: number) => ({ targetGroupArn, targetId, port })
    expect(await door.refusal(ATTACHMENT, 'a', attach(group.id, door.id('hub'), 443))).toContain('InvalidTarget')
    expect(await door.refusal(ATTACHMENT, 'a', attach(other.id, door.id('front'), 8443))).toContain(
      'no listener on port 8443',
    )
    await door.put(ATTACHMENT, 'a', attach(group.id, door.id('front'), 443))
    expect(await door.refusal(ATTACHMENT, 'b', attach(group.id, door.id('front'), 443))).toContain('TooManyTargets')
    for (const name of ['two', 'three']) await door.put(TARGET_GROUP, name, door.group({ name }))
    await door.put(ATTACHMENT, 'c', attach(door.id('two'), door.id('front'), 443))
    expect(await door.refusal(ATTACHMENT, 'd', attach(door.id('three'), door.id('front'), 443))).toContain(
      'TooManyUnique',
    )
  })
})

describe('an endpoint service', () => {
  it('answers its name, its zones, and what proves its own name', async () => {
    const { id, outputs } = await door.service()
    expect(outputs).toMatchObject({
      serviceName: `com.amazonaws.vpce.us-east-1.${id}`,
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      privateDnsNameConfigurations: [
        { type: 'TXT', name: expect.stringMatching(/^_/), value: expect.stringMatching(/^vpce:/) },
      ],
    })
  })

  it('refuses a load balancer of another kind, a name that is none, and principals that are none', async () => {
    await door.service()
    const inputs = { acceptanceRequired: true, networkLoadBalancerArns: [door.id('door')] }
    const refusal = (more: object) => door.refusal(ENDPOINT_SERVICE, 's', { ...inputs, ...more })
    expect(await refusal({ networkLoadBalancerArns: [door.id('front')] })).toContain('no Network Load Balancer')
    expect(await refusal({ networkLoadBalancerArns: [] })).toContain('needs a Network Load Balancer')
    expect(await refusal({ privateDnsName: 'x' })).toContain('not a valid domain name')
    expect(await refusal({ allowedPrincipals: ['222222222222'] })).toContain('InvalidPrincipal')
    const allowed = { vpcEndpointServiceId: door.id('service'), principalArn: 'arn:aws:iam::222222222222:root' }
    expect(await door.refusal(ALLOWED_PRINCIPAL, 'p', { ...allowed, principalArn: 'everybody' })).toContain(
      'InvalidPrincipal',
    )
    expect(await door.refusal(ALLOWED_PRINCIPAL, 'p', allowed, consumer)).toContain(
      'InvalidVpcEndpointServiceId.NotFound',
    )
    await expect(
      door.make(ALLOWED_PRINCIPAL, 'p', { ...allowed, principalArn: 'arn:aws:iam::222222222222:role/one' }),
    ).rejects.toThrow('use arn:aws:iam::ACCOUNT:root')
  })

  it('is not verified without the record, nor without a name', async () => {
    await door.service()
    await door.take('proof', 'verification')
    expect(await door.refusal(DNS_VERIFICATION, 'v', { serviceId: door.id('service') })).toContain('is not verified')
    await door.make(ENDPOINT_SERVICE, 'service', {
      acceptanceRequired: true,
      networkLoadBalancerArns: [door.id('door')],
    })
    expect(await door.refusal(DNS_VERIFICATION, 'v', { serviceId: door.id('service') })).toContain(
      'does not have a private DNS name',
    )
  })

  it('stays, with its load balancer, while somebody is connected', async () => {
    await door.open()
    expect(refusedDeletion('service')).toThrow('Service has existing active VPC Endpoint connections!')
    expect(refusedDeletion('door')).toThrow('currently associated with another service')
    const second = await door.put(BALANCER, 'second', door.balancer({ name: 'second' }))
    const other = { acceptanceRequired: true, networkLoadBalancerArns: [second.id] }
    expect(await door.refusal(ENDPOINT_SERVICE, 'service', other)).toContain('ExistingVpcEndpointConnections')
    await door.take('name', 'accepter', 'endpoint')
    expect(refusedDeletion('service')).not.toThrow()
  })
})

describe('an endpoint for somebody’s own service', () => {
  beforeEach(() => door.service())

  it('cannot be made by an account that is not allowed', async () => {
    const inputs = await door.endpoint()
    expect(await door.refusal(ENDPOINT, 'e', inputs, consumer)).toMatch(/^InvalidServiceName: .*does not exist$/)
    await door.allow(TENANT2)
    expect(await door.refusal(ENDPOINT, 'e', inputs, consumer)).toContain('InvalidServiceName')
    await door.allow()
    const made = await door.make(ENDPOINT, 'e', inputs, consumer)
    expect(made.outputs).toMatchObject({ state: 'pendingAcceptance', privateDnsEnabled: false })
    expect(made.outputs.dnsEntries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          dnsName: expect.stringMatching(
            new RegExp(`^${made.id}-[0-9a-f]{8}\\.${door.id('service')}\\.us-east-1\\.vpce`),
          ),
        }),
      ]),
    )
  })

  it('takes no policy, and is in zones of the service only', async () => {
    await door.allow()
    const inputs = await door.endpoint()
    expect(await door.refusal(ENDPOINT, 'e', { ...inputs, policy: '{"Statement":[]}' }, consumer)).toContain(
      'does not support endpoint policies',
    )
    const third = await door.put(
      'aws:ec2/subnet:Subnet',
      'third',
      { vpcId: door.id('consumer'), cidrBlock: '10.64.9.0/24', availabilityZoneId: 'use1-az4' },
      consumer,
    )
    expect(await door.refusal(ENDPOINT, 'e', { ...inputs, subnetIds: [third.id] }, consumer)).toContain(
      'does not support the availability zone',
    )
  })

  it('has the service’s own name only when it is accepted, and one endpoint of a VPC has it', async () => {
    await door.allow()
    const inputs = await door.endpoint()
    expect(await door.refusal(ENDPOINT, 'e', { ...inputs, privateDnsEnabled: true }, consumer)).toContain(
      'Private DNS can only be enabled after the endpoint connection is accepted',
    )
    await door.put(ENDPOINT, 'endpoint', inputs, consumer)
    const name = (vpcEndpointId: string) => ({ vpcEndpointId, privateDnsEnabled: true })
    expect(await door.refusal(ENDPOINT_PRIVATE_DNS, 'n', name(door.id('endpoint')), consumer)).toContain('is accepted')
    await door.accept()
    await door.takeName()
    const second = await door.put(ENDPOINT, 'second', inputs, consumer)
    await door.make(CONNECTION_ACCEPTER, 'second', {
      vpcEndpointServiceId: door.id('service'),
      vpcEndpointId: second.id,
    })
    expect(await door.refusal(ENDPOINT_PRIVATE_DNS, 'n', name(second.id), consumer)).toContain('conflicting DNS domain')
    await door.take('verification', 'name')
    expect(await door.refusal(ENDPOINT_PRIVATE_DNS, 'n', name(second.id), consumer)).toContain(
      'does not provide a private DNS name',
    )
  })

  it('is accepted by the owner, and only if it asks', async () => {
    const accept = (vpcEndpointId: string) => ({ vpcEndpointServiceId: door.id('service'), vpcEndpointId })
    expect(await door.refusal(CONNECTION_ACCEPTER, 'a', accept('vpce-0'))).toContain('InvalidVpcEndpointId.NotFound')
    await door.allow()
    await door.connect()
    expect(await door.refusal(CONNECTION_ACCEPTER, 'a', accept(door.id('endpoint')), consumer)).toContain(
      'InvalidVpcEndpointServiceId.NotFound',
    )
  })
})
