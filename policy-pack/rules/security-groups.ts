/** Rules about security groups: who can connect to what. */
import { contains } from '../../shared/cidr.ts'
import { asList, asMap, asTexts, ofType, type Resource, type Rule, refersTo, shown, violation } from '../resource.ts'
import { isEverywhere, isIpv4, isPrivate } from './ranges.ts'

export const GROUP = 'aws:ec2/securityGroup:SecurityGroup'
const DEFAULT_GROUP = 'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup'
const LOAD_BALANCERS = ['aws:lb/loadBalancer:LoadBalancer', 'aws:alb/loadBalancer:LoadBalancer']
/** The types that run a gateway. */
const GATEWAYS = ['aws:lambda/function:Function', 'aws:ecs/service:Service']

interface Opening {
  readonly owner: Resource
  readonly ofGroup: (other: Resource) => boolean
  /** A CIDR block, or the id of a prefix list. */
  readonly range: string
  readonly isList: boolean
  readonly ports: Readonly<Record<string, unknown>>
}

/** All rules of a group: in resources of their own (of the newer or the older type), or in the group itself. */
export function entriesOf(
  resources: readonly Resource[],
  direction: 'ingress' | 'egress',
): readonly (Pick<Opening, 'owner' | 'ofGroup'> & { readonly entry: Opening['ports'] })[] {
  const kind = direction === 'ingress' ? 'Ingress' : 'Egress'
  const separate = [
    ...ofType(resources, `aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`),
    ...ofType(resources, 'aws:ec2/securityGroupRule:SecurityGroupRule').filter(
      ({ inputs }) => inputs.type === direction,
    ),
  ].map((owner) => ({
    owner,
    entry: owner.inputs,
    ofGroup: (other: Resource) => refersTo(owner, 'securityGroupId', other),
  }))
  const inline = ofType(resources, GROUP, DEFAULT_GROUP).flatMap((owner) =>
    asList(owner.inputs[direction]).map((entry) => ({
      owner,
      entry: asMap(entry),
      ofGroup: (other: Resource) => other === owner,
    })),
  )
  return [...separate, ...inline]
}

/** All ranges to which a group is open. */
const openings = (resources: readonly Resource[], direction: 'ingress' | 'egress'): readonly Opening[] =>
  entriesOf(resources, direction).flatMap(({ owner, entry, ofGroup }) => {
    const blocks = [entry.cidrIpv4, entry.cidrIpv6, entry.cidrBlocks, entry.ipv6CidrBlocks].flatMap(asTexts)
    const lists = [entry.prefixListId, entry.prefixListIds].flatMap(asTexts)
    const opening = (isList: boolean) => (range: string) => ({ owner, ofGroup, range, isList, ports: entry })
    return [...blocks.map(opening(false)), ...lists.map(opening(true))]
  })

/**
 * All resources that have the group (not its rules, and not policies that name it). If a load balancer shares a group with another resource,
 * opening the one opens the other.
 */
const holdersOf = (resources: readonly Resource[], group: Resource) =>
  resources.filter(
    (other) =>
      !/^aws:(iam\/|(ec2|vpc)\/(securityGroup|defaultSecurityGroup))/.test(other.type) &&
      Object.keys(other.references).some((property) => refersTo(other, property, group)),
  )

/** Groups that only resources of these types have. */
const groupsOf = (resources: readonly Resource[], ...types: readonly string[]) =>
  ofType(resources, GROUP).filter((group) => {
    const holders = holdersOf(resources, group)
    return holders.length > 0 && holders.every(({ type }) => types.includes(type))
  })

const closedToTheWorld: Rule = {
  name: 'no-ingress-from-public-addresses',
  says: "No security group lets public addresses in but the load balancer's, and that on its listeners' ports.",
  remedy: 'Let private ranges or another security group in.',
  scope: 'stack',
  check: (resources) => {
    const allowed = groupsOf(resources, ...LOAD_BALANCERS)
    return openings(resources, 'ingress')
      .filter(({ range, isList }) => isList || !isPrivate(range))
      .flatMap(({ owner, ofGroup, range, isList, ports }) => {
        const what = isList ? 'a prefix list, which may hold any address' : shown(range)
        if (!allowed.some(ofGroup))
          return [violation(owner, `It lets in ${what}, and is not the load balancer's alone.`)]
        return isPort(ports, 443) || isPort(ports, 80)
          ? []
          : [violation(owner, `It lets in ${what} on other ports than 80 and 443.`)]
      })
  },
}

const isPort = (rule: Readonly<Record<string, unknown>>, port: number) =>
  (rule.ipProtocol ?? rule.protocol) === 'tcp' && rule.fromPort === port && rule.toPort === port

/**
 * What may connect to the internet, on 443 only: the load balancer (for key sets), an instance (the hub's client, which calls like a client
 * elsewhere), and, with `keySetVia: nat`, functions to ranges without the networks' addresses.
 */
const EXITS = [...LOAD_BALANCERS, 'aws:ec2/instance:Instance']

const fewWaysOut: Rule = {
  name: 'no-egress-to-the-world',
  says: 'No security group lets anything out to everywhere but the documented ones, on 443 (80 for the demo client).',
  remedy: 'Name the range, the prefix list or the security group that it has to reach.',
  scope: 'stack',
  check: (resources) => {
    const all = openings(resources, 'egress')
    const exits = groupsOf(resources, ...EXITS)
    const functions = groupsOf(resources, ...GATEWAYS)
    const networks = ofType(resources, 'aws:ec2/vpc:Vpc').flatMap(({ inputs }) => asTexts(inputs.cidrBlock))
    const together = (ofGroup: Opening['ofGroup']) => {
      const group = functions.find(ofGroup)
      return group ? all.filter((opening) => opening.ofGroup(group)).map(({ range }) => range) : []
    }
    return all
      .filter(({ range, isList }) => !isList && !isPrivate(range))
      .flatMap(({ owner, ofGroup, range, ports }) => {
        const isExit = exits.some(ofGroup)
        const isFunction = functions.some(ofGroup)
        if (!isExit && !isFunction)
          return [violation(owner, `It lets out to ${shown(range)}, and is not one of the documented ways out.`)]
        if (isFunction && !isExit && (!isIpv4(range) || isEverywhere(together(ofGroup)) || takesIn(range, networks)))
          return [violation(owner, `It lets a function out to ${shown(range)}, with the networks' own addresses.`)]
        const web = isPort(ports, 443) || (isPort(ports, 80) && isExit)
        return web ? [] : [violation(owner, `It lets out to ${shown(range)} on other ports than 443.`)]
      })
  },
}

const takesIn = (range: string, networks: readonly string[]) =>
  networks.some((network) => isIpv4(network) && contains(range, network))

const openPrefixLists: Rule = {
  name: 'prefix-lists-are-private',
  says: 'A prefix list of our own holds private ranges only: rules that name it say nothing of what is in it.',
  remedy: 'Write public ranges into the rule itself.',
  scope: 'resource',
  check: (resources) => [
    ...ofType(resources, 'aws:ec2/managedPrefixList:ManagedPrefixList').flatMap((list) =>
      asList(list.inputs.entries)
        .map((entry) => asMap(entry).cidr)
        .filter((cidr) => typeof cidr === 'string' && !isPrivate(cidr))
        .map((cidr) => violation(list, `It holds ${shown(cidr)}.`)),
    ),
    ...ofType(resources, 'aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry')
      .filter(({ inputs: { cidr } }) => typeof cidr === 'string' && !isPrivate(cidr))
      .map((entry) => violation(entry, `It adds ${shown(entry.inputs.cidr)}.`)),
  ],
}

const noJoinedTenants: Rule = {
  name: 'transit-gateway-joins-nobody-by-default',
  says: 'A Transit Gateway associates, propagates and accepts nothing by itself: defaults would let spokes reach each other.',
  remedy: 'Set it to "disable".',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, 'aws:ec2transitgateway/transitGateway:TransitGateway').flatMap((gateway) =>
      ['defaultRouteTableAssociation', 'defaultRouteTablePropagation', 'autoAcceptSharedAttachments']
        .filter((property) => !gateway.unknown.includes(property))
        .filter((property) =>
          // By default AWS associates and propagates, and does not accept.
          property.startsWith('auto') ? gateway.inputs[property] === 'enable' : gateway.inputs[property] !== 'disable',
        )
        .map((property) => violation(gateway, `${property} is not "disable".`)),
    ),
}

export const NETWORK_RULES: readonly Rule[] = [closedToTheWorld, fewWaysOut, openPrefixLists, noJoinedTenants]
