/** Rules over networks: who can connect to what, and which way leads out. */
import { asList, asMap, asTexts, ofType, type Resource, type Rule, refersTo, tagsOf, violation } from '../resource.ts'

const isOfTenant = (resource: Resource) => typeof tagsOf(resource).tenant === 'string'

const WAYS_OUT: Readonly<Record<string, string>> = {
  'aws:ec2/internetGateway:InternetGateway': 'an internet gateway',
  'aws:ec2/internetGatewayAttachment:InternetGatewayAttachment': 'an internet gateway',
  'aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway': 'an egress-only internet gateway',
  'aws:ec2/natGateway:NatGateway': 'a NAT gateway',
  'aws:ec2/eip:Eip': 'a public address',
  'aws:ec2/vpcPeeringConnection:VpcPeeringConnection': 'a peering',
}

/** Through these a route leaves the VPC for somewhere that is not the hub. */
const ROUTE_TARGETS = [
  'gatewayId',
  'natGatewayId',
  'egressOnlyGatewayId',
  'vpcPeeringConnectionId',
  'carrierGatewayId',
  'networkInterfaceId',
]

/** A stack with a VPC that carries a tenant's tag is a spoke: nothing in it may lead anywhere but to the hub. */
const spokeWithoutInternet: Rule = {
  name: 'spoke-without-internet',
  says: "A tenant's VPC has no way to the internet: no gateway, no public address, no route but to the hub.",
  check: (resources) => {
    if (!ofType(resources, 'aws:ec2/vpc:Vpc').some(isOfTenant)) return []
    const gateways = resources
      .filter(({ type }) => Object.hasOwn(WAYS_OUT, type))
      .map((resource) => violation(resource, `A spoke has ${WAYS_OUT[resource.type]}.`))
    const addresses = ofType(resources, 'aws:ec2/subnet:Subnet')
      .filter(({ inputs }) => inputs.mapPublicIpOnLaunch === true)
      .map((subnet) => violation(subnet, 'A subnet of a spoke gives out public addresses.'))
    const routes = ofType(resources, 'aws:ec2/route:Route').flatMap((route) => leavesBy(route, [route.inputs]))
    const inline = ofType(
      resources,
      'aws:ec2/routeTable:RouteTable',
      'aws:ec2/defaultRouteTable:DefaultRouteTable',
    ).flatMap((table) => leavesBy(table, asList(table.inputs.routes).map(asMap)))
    return [...gateways, ...addresses, ...routes, ...inline]
  },
}

function leavesBy(owner: Resource, routes: readonly Readonly<Record<string, unknown>>[]) {
  return routes.flatMap((route) => {
    const target = ROUTE_TARGETS.find(
      (key) => route[key] !== undefined || (owner.inputs === route && owner.unknown.includes(key)),
    )
    if (target) return [violation(owner, `A route of a spoke leads through ${target}.`)]
    const destination =
      route.destinationCidrBlock ?? route.cidrBlock ?? route.destinationIpv6CidrBlock ?? route.ipv6CidrBlock
    return typeof destination === 'string' && !isPrivate(destination)
      ? [violation(owner, `A route of a spoke leads to ${destination}: only private addresses are the hub's.`)]
      : []
  })
}

/** A range that lies in private or shared (RFC 6598) space as a whole. */
export function isPrivate(cidr: string): boolean {
  const [, a = '', b = '', length = ''] = /^(\d+)\.(\d+)\.\d+\.\d+\/(\d+)$/.exec(cidr) ?? []
  if (length === '') return false
  const [first, second, bits] = [Number(a), Number(b), Number(length)]
  return (
    (first === 10 && bits >= 8) ||
    (first === 172 && second >= 16 && second < 32 && bits >= 12) ||
    (first === 192 && second === 168 && bits >= 16) ||
    (first === 100 && second >= 64 && second < 128 && bits >= 10)
  )
}

interface Opening {
  readonly owner: Resource
  readonly group: (other: Resource) => boolean
  readonly cidr: string
  readonly ports: Readonly<Record<string, unknown>>
}

function openings(resources: readonly Resource[], direction: 'ingress' | 'egress'): readonly Opening[] {
  const kind = direction === 'ingress' ? 'Ingress' : 'Egress'
  const separate = ofType(resources, `aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`).map((owner) => ({
    owner,
    entry: owner.inputs,
    group: (other: Resource) => refersTo(owner, 'securityGroupId', other),
  }))
  const old = ofType(resources, 'aws:ec2/securityGroupRule:SecurityGroupRule')
    .filter(({ inputs }) => inputs.type === direction)
    .map((owner) => ({
      owner,
      entry: owner.inputs,
      group: (other: Resource) => refersTo(owner, 'securityGroupId', other),
    }))
  const inline = ofType(
    resources,
    'aws:ec2/securityGroup:SecurityGroup',
    'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
  ).flatMap((owner) =>
    asList(owner.inputs[direction]).map((entry) => ({
      owner,
      entry: asMap(entry),
      group: (other: Resource) => other === owner,
    })),
  )
  return [...separate, ...old, ...inline].flatMap(({ owner, entry, group }) =>
    [entry.cidrIpv4, entry.cidrIpv6, entry.cidrBlocks, entry.ipv6CidrBlocks]
      .flatMap(asTexts)
      .map((cidr) => ({ owner, group, cidr, ports: entry })),
  )
}

/** Security groups of the resources of a type. */
const groupsOf = (resources: readonly Resource[], type: string, ...properties: readonly string[]) => {
  const users = ofType(resources, type)
  return ofType(resources, 'aws:ec2/securityGroup:SecurityGroup').filter((group) =>
    users.some((user) => properties.some((property) => refersTo(user, property, group))),
  )
}

const LOAD_BALANCER = 'aws:lb/loadBalancer:LoadBalancer'

const closedToTheWorld: Rule = {
  name: 'no-ingress-from-public-addresses',
  says: "No security group lets public addresses in but the load balancer's, and that on its listeners' ports.",
  check: (resources) => {
    const allowed = groupsOf(resources, LOAD_BALANCER, 'securityGroups')
    return openings(resources, 'ingress')
      .filter(({ cidr }) => !isPrivate(cidr))
      .flatMap(({ owner, group, cidr, ports }) => {
        if (!allowed.some(group)) return [violation(owner, `It lets in ${cidr}, and is no load balancer's.`)]
        return isPort(ports, 443) || isPort(ports, 80)
          ? []
          : [violation(owner, `It lets in ${cidr} on other ports than 80 and 443.`)]
      })
  },
}

const isPort = (rule: Readonly<Record<string, unknown>>, port: number) =>
  (rule.ipProtocol ?? rule.protocol) === 'tcp' && rule.fromPort === port && rule.toPort === port

/**
 * Out to the internet on 443, and only: the load balancer (key set of the user pool), an instance (the hub's client, which
 * calls as a client elsewhere would), and, with `keySetVia: nat`, functions in ranges that leave private addresses out.
 */
const EXITS: readonly (readonly [type: string, property: string])[] = [
  [LOAD_BALANCER, 'securityGroups'],
  ['aws:ec2/instance:Instance', 'vpcSecurityGroupIds'],
]

const fewWaysOut: Rule = {
  name: 'no-egress-to-the-world',
  says: 'No security group lets anything out to everywhere but the documented ones, on 443 (80 for the demo client).',
  check: (resources) => {
    const allowed = EXITS.flatMap(([type, property]) => groupsOf(resources, type, property))
    const functions = groupsOf(resources, 'aws:lambda/function:Function', 'vpcConfig')
    return openings(resources, 'egress')
      .filter(({ cidr }) => !isPrivate(cidr))
      .flatMap(({ owner, group, cidr, ports }) => {
        const everywhere = /\/0$/.test(cidr)
        const exit = allowed.some(group) || (!everywhere && functions.some(group))
        if (!exit) return [violation(owner, `It lets out to ${cidr}, and is not one of the documented ways out.`)]
        const web = isPort(ports, 443) || (isPort(ports, 80) && allowed.some(group))
        return web ? [] : [violation(owner, `It lets out to ${cidr} on other ports than 443.`)]
      })
  },
}

const noJoinedTenants: Rule = {
  name: 'transit-gateway-joins-nobody-by-default',
  says: 'A Transit Gateway associates, propagates and accepts nothing by itself: defaults would let spokes reach each other.',
  check: (resources) =>
    ofType(resources, 'aws:ec2transitgateway/transitGateway:TransitGateway').flatMap((gateway) =>
      ['defaultRouteTableAssociation', 'defaultRouteTablePropagation', 'autoAcceptSharedAttachments']
        .filter((property) =>
          // AWS's default is to associate and propagate, and not to accept.
          property.startsWith('auto') ? gateway.inputs[property] === 'enable' : gateway.inputs[property] !== 'disable',
        )
        .map((property) => violation(gateway, `${property} is not "disable".`)),
    ),
}

export const NETWORK_RULES: readonly Rule[] = [spokeWithoutInternet, closedToTheWorld, fewWaysOut, noJoinedTenants]
