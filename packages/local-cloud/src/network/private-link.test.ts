import { beforeEach, describe, expect, test } from 'vitest'
import { networkInterfacesOf } from '../aws/ec2/network-interfaces.ts'
import { ENDPOINT_SERVICE } from '../aws/ec2/private-link.ts'
import { known, objects } from '../resource/values.ts'
import { BALANCER, ENDPOINT, NAME, PrivateDoor } from '../testing/private-door.ts'
import type { Origin, Refusal } from './path.ts'

let door: PrivateDoor
beforeEach(async () => {
  door = await new PrivateDoor().open()
})

const nodes = () => networkInterfacesOf(door.ledger.findBy(BALANCER, 'name', 'door') ?? fail())
const fail = (): never => {
  throw new Error('no door')
}
const byItsOwnName = () => {
  const [first] = objects(door.ledger.find(ENDPOINT, door.id('endpoint'))?.outputs ?? {}, 'dnsEntries')
  return known(first ?? {}, 'dnsName')
}

describe('over PrivateLink', () => {
  test('a client reaches the application load balancer, which sees the address of a node in the same zone', () => {
    const found = door.go()
    if (!found.reachable) throw new Error(found.reason)
    const [node] = nodes()
    expect(found.target).toEqual({ kind: 'loadBalancer', arn: door.id('front'), port: 443, seenAs: node?.privateIp })
    expect(found.hops.map(({ kind }) => kind)).toEqual(
      'subnet dns securityGroup routeTable securityGroup endpoint loadBalancer securityGroup securityGroup loadBalancer'.split(
        ' ',
      ),
    )
    expect(door.go(byItsOwnName())).toMatchObject({ reachable: true, target: { arn: door.id('front') } })
  })

  test.each<[string, string, Refusal['layer']]>([
    ['the owner’s acceptance', 'accepter', 'endpoint'],
    ['the service', 'service', 'dns'],
    ['the proof that the name is the owner’s', 'verification', 'dns'],
    ['private DNS of the endpoint', 'name', 'dns'],
    ['who may come in at the endpoint', 'endpoint-in', 'securityGroup'],
    ['the client’s way out', 'client-out', 'securityGroup'],
    ['the way out of the door', 'door-out', 'securityGroup'],
    ['the way in at the load balancer', 'front-in', 'securityGroup'],
    ['what is registered', 'registered', 'endpoint'],
    ['the door’s listener', 'door-listener', 'endpoint'],
  ])('without %s nothing is reached', async (_, name, layer) => {
    await door.take(name)
    expect(door.go()).toMatchObject({ reachable: false, layer })
  })

  test('the endpoint’s own name leads nowhere either without the acceptance, nor on another port', async () => {
    expect(door.go(byItsOwnName(), undefined, 80)).toMatchObject({ reachable: false })
    await door.take('accepter')
    expect(door.go(byItsOwnName())).toMatchObject({ reachable: false, layer: 'endpoint' })
  })

  test('an account that is not allowed any more keeps the connection that was accepted', async () => {
    await door.take('allowed')
    expect(door.go()).toMatchObject({ reachable: true })
  })

  test('the name means the endpoint in its own VPC only', async () => {
    await door.network('elsewhere', '10.65', { account: '333333333333' })
    const elsewhere: Origin = { kind: 'subnet', subnetId: door.id('elsewhere-0'), securityGroupIds: [] }
    expect(door.go(NAME, elsewhere)).toMatchObject({ reachable: false, layer: 'dns' })
  })

  test('another name of the service is not the consumers’ until it is proven', async () => {
    await door.make(ENDPOINT_SERVICE, 'service', {
      acceptanceRequired: true,
      networkLoadBalancerArns: [door.id('door')],
      privateDnsName: 'other.example.com',
    })
    for (const name of [NAME, 'other.example.com'])
      expect(door.go(name)).toMatchObject({ reachable: false, layer: 'dns' })
  })

  test('rules of the door’s group are asked for a client’s own address once they are enforced', async () => {
    await door.make(BALANCER, 'door', door.balancer({ enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on' }))
    expect(door.go()).toMatchObject({ reachable: false, layer: 'securityGroup' })
    await door.make('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'consumers', {
      securityGroupId: door.id('door-group'),
      cidrIpv4: '10.64.0.0/24',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
    })
    expect(door.go()).toMatchObject({ reachable: true })
  })
})

test('nothing but PrivateLink reaches the door: its group lets nobody in', async () => {
  const [node] = nodes()
  const inHub: Origin = { kind: 'subnet', subnetId: door.id('hub-1'), securityGroupIds: [door.id('door-group')] }
  await door.make('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', 'anywhere', {
    securityGroupId: door.id('door-group'),
    cidrIpv4: '10.0.0.0/8',
    ipProtocol: '-1',
  })
  expect(door.go(node?.privateIp, inHub)).toMatchObject({ reachable: false, layer: 'securityGroup' })
})
