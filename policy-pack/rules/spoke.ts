/** The rule that a tenant's network leads only to the hub. */
import {
  asList,
  asMap,
  isUnknown,
  ofType,
  type Resource,
  type Rule,
  shown,
  tagsOf,
  type Violation,
  violation,
} from '../resource.ts'
import { foreignServices } from './private-door.ts'
import { isPrivate } from './ranges.ts'

const VPC = 'aws:ec2/vpc:Vpc'
const ATTACHMENT = 'aws:ec2transitgateway/vpcAttachment:VpcAttachment'

/**
 * All types that a spoke's network may consist of. Any other type is refused, so that a way out that AWS introduces later is refused too.
 * Today's gateways, public addresses, peerings, tunnels and service networks are recognised by their kind.
 */
const PARTS = [
  VPC,
  ATTACHMENT,
  'aws:ec2/subnet:Subnet',
  'aws:ec2/routeTable:RouteTable',
  'aws:ec2/routeTableAssociation:RouteTableAssociation',
  'aws:ec2/defaultRouteTable:DefaultRouteTable',
  'aws:ec2/route:Route',
  'aws:ec2/securityGroup:SecurityGroup',
  'aws:ec2/securityGroupRule:SecurityGroupRule',
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
  'aws:ec2/vpcEndpoint:VpcEndpoint',
  'aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy',
  'aws:ec2/flowLog:FlowLog',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
  'aws:vpc/endpointPrivateDns:EndpointPrivateDns',
  // The ingress's part of the network, in the hub's account.
  'aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter',
  'aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple',
  'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter',
  'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation',
  'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation',
]

/** Modules whose resources make networks or connect them. */
const NETWORKING =
  /^aws:(ec2|ec2transitgateway|ec2clientvpn|vpc|vpclattice|networkmanager|networkfirewall|directconnect|globalaccelerator|outposts|verifiedaccess|lb|alb|elb|appmesh|lightsail)\//

/** What an ingress has in the hub's account besides its network. */
const INGRESS = /^aws:lb\/(targetGroup|targetGroupAttachment|listenerRule):/

/** Networks, and ways out of a network, which may be declared in a stack without one. */
const LEADS = /^aws:ec2\/((default)?vpc|\w*(gateway|peering|vpn)\w*|(default)?route(table)?|eip(association)?):/i

/** A stack that declares the Transit Gateway is the hub's. Every other stack with a network counts as a spoke, whatever its tags say. */
const isSpoke = (resources: readonly Resource[]) => {
  const networks = resources.filter(({ type }) => LEADS.test(type))
  const isHub = ofType(resources, 'aws:ec2transitgateway/transitGateway:TransitGateway').length > 0
  return networks.length > 0 && (!isHub || networks.some((network) => tagsOf(network).tenant !== undefined))
}

const spokeWithoutInternet: Rule = {
  name: 'spoke-without-internet',
  says: "A tenant's VPC has no way to the internet or anywhere else: no gateway, no public address, no route but to the hub.",
  remedy: 'Leave it out: the tenant is reached, and reaches, through the hub.',
  scope: 'stack',
  check: (resources) => {
    if (!isSpoke(resources)) return []
    const foreign = resources
      .filter(({ type }) => NETWORKING.test(type) && !INGRESS.test(type) && !PARTS.includes(type))
      .map((resource) => violation(resource, `A spoke has ${resource.type}: it may lead out.`))
    const services = foreignServices(resources).map((endpoint) =>
      violation(endpoint, "An endpoint of a spoke leads to a service that is neither AWS's nor the hub's."),
    )
    const second = ofType(resources, ATTACHMENT)
      .slice(ofType(resources, VPC).length)
      .map((attachment) =>
        violation(attachment, 'A VPC of a spoke has a second attachment: it leads to another gateway.'),
      )
    const addresses = ofType(resources, 'aws:ec2/subnet:Subnet')
      .filter(({ inputs }) => inputs.mapPublicIpOnLaunch === true)
      .map((subnet) => violation(subnet, 'A subnet of a spoke gives out public addresses.'))
    const routes = ofType(resources, 'aws:ec2/route:Route').flatMap((route) => leavesBy(route, [route.inputs]))
    const inline = ofType(
      resources,
      'aws:ec2/routeTable:RouteTable',
      'aws:ec2/defaultRouteTable:DefaultRouteTable',
    ).flatMap((table) => leavesBy(table, asList(table.inputs.routes).map(asMap)))
    return [...foreign, ...services, ...second, ...addresses, ...routes, ...inline]
  },
}

const DESTINATIONS = ['destinationCidrBlock', 'cidrBlock', 'destinationIpv6CidrBlock', 'ipv6CidrBlock']
/** Inputs of a route that do not say where it leads. */
const NEUTRAL = [...DESTINATIONS, 'routeTableId', 'transitGatewayId', 'region']

const isSet = (value: unknown) => value !== undefined && value !== null && value !== ''

function leavesBy(owner: Resource, routes: readonly Readonly<Record<string, unknown>>[]): readonly Violation[] {
  return routes.flatMap((route) => {
    const own = owner.inputs === route
    const keys = [...Object.keys(route).filter((key) => isSet(route[key])), ...(own ? owner.unknown : [])]
    // The route for the VPC's own addresses.
    const target = keys.find((key) => !NEUTRAL.includes(key) && route[key] !== 'local')
    if (target === 'destinationPrefixListId')
      return [violation(owner, 'A route of a spoke leads to a prefix list: what is in it cannot be seen.')]
    if (target) return [violation(owner, `A route of a spoke leads through ${target}.`)]
    if (own && DESTINATIONS.some((key) => isUnknown(owner, key))) return []
    return DESTINATIONS.map((key) => route[key])
      .filter(isSet)
      .filter((destination) => !isPrivate(String(destination)))
      .map((destination) =>
        violation(owner, `A route of a spoke leads to ${shown(destination)}: only private addresses are the hub's.`),
      )
  })
}

export const SPOKE_RULES: readonly Rule[] = [spokeWithoutInternet]
