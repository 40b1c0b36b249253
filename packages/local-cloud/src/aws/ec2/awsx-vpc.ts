/**
 * `awsx.ec2.Vpc` is a component that another process makes. This file plans the `aws` resources that it consists of; both engines register them.
 * Only explicit subnet blocks are supported; names, tags and routes are those of awsx 3.
 */

import { overlaps } from '../../cidr.ts'
import { UnsupportedError } from '../../errors.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import { flag, object, objects, text, texts } from '../../resource/values.ts'

export const AWSX_VPC = 'awsx:ec2:Vpc'

/** A value that is another planned resource's output. */
export interface Reference {
  readonly of: string
  readonly output: string
}

export interface PlannedResource {
  /** Unique in the plan; references name it. */
  readonly key: string
  readonly type: string
  readonly name: string
  /** The key of the parent; absent if the parent is the component itself. */
  readonly parent?: string
  readonly inputs: Readonly<Record<string, Value | Reference>>
}

export interface Plan {
  /** In an order in which they can be made. */
  readonly resources: readonly PlannedResource[]
  /** For each output the keys of the resources whose ids it lists; `vpcId` is the id of the network. */
  readonly ids: Readonly<Record<'publicSubnetIds' | 'privateSubnetIds' | 'isolatedSubnetIds', readonly string[]>>
  /** For each output the key of the resource that it returns, or a list of keys. */
  readonly references: Readonly<Record<string, string | readonly string[]>>
}

/** The outputs that list every resource of a type. */
const LISTS = {
  subnets: 'aws:ec2/subnet:Subnet',
  routeTables: 'aws:ec2/routeTable:RouteTable',
  routeTableAssociations: 'aws:ec2/routeTableAssociation:RouteTableAssociation',
  routes: 'aws:ec2/route:Route',
  natGateways: 'aws:ec2/natGateway:NatGateway',
  eips: 'aws:ec2/eip:Eip',
} as const

export const AWSX_VPC_INPUTS: readonly string[] = [
  'cidrBlock',
  'availabilityZoneNames',
  'subnetStrategy',
  'subnetSpecs.type',
  'subnetSpecs.name',
  'subnetSpecs.cidrBlocks',
  'subnetSpecs.cidrMask',
  'subnetSpecs.tags',
  'natGateways.strategy',
  'enableDnsHostnames',
  'enableDnsSupport',
  'tags',
]

interface Subnet {
  readonly key: string
  readonly name: string
  readonly type: 'Public' | 'Private' | 'Isolated'
  readonly cidrBlock: string
  readonly zone: string
  readonly zoneIndex: number
  readonly tags: Properties
}

const ORDER = ['Public', 'Private', 'Isolated'] as const

/** @throws Error as awsx refuses inputs; UnsupportedError for inputs that this plan does not support. */
export function planVpc(name: string, inputs: Properties): Plan {
  const tags = object(inputs, 'tags') ?? {}
  const shared = { Name: name, ...tags }
  const subnets = planSubnets(name, inputs)
  const strategy = natStrategy(inputs, subnets)
  const cidrBlock = text(inputs, 'cidrBlock') ?? '10.0.0.0/16'
  const network: PlannedResource = {
    key: 'vpc',
    type: 'aws:ec2/vpc:Vpc',
    name,
    inputs: {
      cidrBlock,
      enableDnsHostnames: flag(inputs, 'enableDnsHostnames') ?? null,
      enableDnsSupport: flag(inputs, 'enableDnsSupport') ?? null,
      tags: shared,
    },
  }
  const gateway: PlannedResource = {
    key: 'internetGateway',
    type: 'aws:ec2/internetGateway:InternetGateway',
    name,
    parent: 'vpc',
    inputs: { vpcId: { of: 'vpc', output: 'id' }, tags: shared },
  }
  const keysOf = (type: Subnet['type']) => subnets.filter((subnet) => subnet.type === type).map(({ key }) => key)
  const resources = [
    network,
    gateway,
    ...subnets.flatMap((subnet) => around(subnet, name, { shared, tags }, strategy, subnets)),
  ]
  const ofType = (type: string) => resources.flatMap((one) => (one.type === type ? [one.key] : []))
  return {
    resources,
    ids: {
      publicSubnetIds: keysOf('Public'),
      privateSubnetIds: keysOf('Private'),
      isolatedSubnetIds: keysOf('Isolated'),
    },
    references: {
      vpc: network.key,
      internetGateway: gateway.key,
      publicSubnets: keysOf('Public'),
      privateSubnets: keysOf('Private'),
      isolatedSubnets: keysOf('Isolated'),
      vpcEndpoints: [],
      ...Object.fromEntries(Object.entries(LISTS).map(([output, type]) => [output, ofType(type)])),
    },
  }
}

/** The outputs of the component that are references to planned resources. */
export function handedOut(
  { references }: Pick<Plan, 'references'>,
  referenceTo: (key: string) => Value,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(references).map(([output, keys]): [string, Value] => [
    output,
    typeof keys === 'string' ? referenceTo(keys) : keys.map(referenceTo),
  ])
  return Object.fromEntries(entries)
}

type NatStrategy = 'None' | 'Single' | 'OnePerAz'

function natStrategy(inputs: Properties, subnets: readonly Subnet[]): NatStrategy {
  const given = text(object(inputs, 'natGateways') ?? {}, 'strategy') ?? 'OnePerAz'
  if (given !== 'None' && given !== 'Single' && given !== 'OnePerAz')
    throw new Error(`Unknown NatGatewayStrategy '${given}'`)
  const has = (type: Subnet['type']) => subnets.some((subnet) => subnet.type === type)
  if (given !== 'None' && !(has('Public') && has('Private')))
    throw new Error(`With the NAT gateway strategy '${given}' there must be both public and private subnets.`)
  return given
}

function planSubnets(name: string, inputs: Properties): readonly Subnet[] {
  const zones = texts(inputs, 'availabilityZoneNames')
  if (zones.length === 0) throw new UnsupportedError(`${AWSX_VPC} without availabilityZoneNames`)
  const strategy = text(inputs, 'subnetStrategy') ?? 'Legacy'
  if (strategy !== 'Auto') throw new UnsupportedError(`subnetStrategy "${strategy}" of ${AWSX_VPC}`)
  const specs = objects(inputs, 'subnetSpecs')
  const subnets = zones.flatMap((zone, zoneIndex) => {
    const ofZone = specs.map((spec, specIndex): Subnet => {
      const type = ORDER.find((one) => one === spec.type)
      if (!type) throw new UnsupportedError(`the subnet type "${String(spec.type)}" of ${AWSX_VPC}`)
      const blocks = texts(spec, 'cidrBlocks')
      if (blocks.length === 0) throw new UnsupportedError(`${AWSX_VPC} with a subnet spec without cidrBlocks`)
      const cidrBlock = blocks[zoneIndex]
      if (cidrBlock === undefined || blocks.length !== zones.length)
        throw new Error(
          `The number of CIDR blocks in subnetSpecs[${specIndex}] must match the number of availability zones (${zones.length}).`,
        )
      const subnetName = `${name}-${text(spec, 'name') ?? type.toLowerCase()}-${zoneIndex + 1}`
      return { key: subnetName, name: subnetName, type, cidrBlock, zone, zoneIndex, tags: object(spec, 'tags') ?? {} }
    })
    return ofZone.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
  })
  for (const [index, one] of subnets.entries())
    for (const other of subnets.slice(index + 1))
      if (overlaps(one.cidrBlock, other.cidrBlock))
        throw new Error(`The subnets ${one.name} (${one.cidrBlock}) and ${other.name} (${other.cidrBlock}) overlap.`)
  return subnets
}

/** A subnet with its route table and default route. */
function around(
  subnet: Subnet,
  vpcName: string,
  { shared, tags }: { readonly shared: Properties; readonly tags: Properties },
  strategy: NatStrategy,
  subnets: readonly Subnet[],
): readonly PlannedResource[] {
  const { key, name, type } = subnet
  const vpcId: Reference = { of: 'vpc', output: 'id' }
  const subnetId: Reference = { of: key, output: 'id' }
  const routeTableId: Reference = { of: `${key} routes`, output: 'id' }
  const natName = (zoneIndex: number) => `${vpcName}-${zoneIndex + 1}`
  const natTags = { ...tags, Name: natName(subnet.zoneIndex) }
  const firstPublic = subnets.find((other) => other.type === 'Public' && other.zoneIndex === subnet.zoneIndex)
  const makesNat =
    type === 'Public' &&
    firstPublic === subnet &&
    (strategy === 'OnePerAz' || (strategy === 'Single' && subnet.zoneIndex === 0))
  const way: Readonly<Record<string, Reference>> | undefined =
    type === 'Public'
      ? { gatewayId: { of: 'internetGateway', output: 'id' } }
      : type === 'Private' && strategy !== 'None'
        ? { natGatewayId: { of: `${natName(strategy === 'Single' ? 0 : subnet.zoneIndex)} nat`, output: 'id' } }
        : undefined
  return [
    {
      key,
      type: 'aws:ec2/subnet:Subnet',
      name,
      parent: 'vpc',
      inputs: {
        vpcId,
        availabilityZone: subnet.zone,
        mapPublicIpOnLaunch: type === 'Public',
        cidrBlock: subnet.cidrBlock,
        tags: { ...shared, ...subnet.tags, Name: name, SubnetType: type },
      },
    },
    {
      key: `${key} routes`,
      type: 'aws:ec2/routeTable:RouteTable',
      name,
      parent: key,
      inputs: { vpcId, tags: { ...shared, Name: name, SubnetType: type } },
    },
    {
      key: `${key} association`,
      type: 'aws:ec2/routeTableAssociation:RouteTableAssociation',
      name,
      parent: `${key} routes`,
      inputs: { routeTableId, subnetId },
    },
    ...(makesNat ? natGateway(natName(subnet.zoneIndex), key, subnetId, natTags) : []),
    ...(way
      ? [
          {
            key: `${key} route`,
            type: 'aws:ec2/route:Route',
            name,
            parent: `${key} routes`,
            inputs: { routeTableId, ...way, destinationCidrBlock: '0.0.0.0/0' },
          },
        ]
      : []),
  ]
}

function natGateway(name: string, parent: string, subnetId: Reference, tags: Properties): readonly PlannedResource[] {
  return [
    { key: `${name} eip`, type: 'aws:ec2/eip:Eip', name, parent, inputs: { tags } },
    {
      key: `${name} nat`,
      type: 'aws:ec2/natGateway:NatGateway',
      name,
      parent,
      inputs: { subnetId, allocationId: { of: `${name} eip`, output: 'allocationId' }, tags },
    },
  ]
}

/** The inputs, with references replaced by values. */
export function resolved(inputs: PlannedResource['inputs'], outputOf: (reference: Reference) => Value): Properties {
  const entries = Object.entries(inputs).flatMap(([name, value]): [string, Value][] => {
    if (value === null) return []
    return [[name, isReference(value) ? outputOf(value) : value]]
  })
  return Object.fromEntries(entries)
}

const isReference = (value: Value | Reference): value is Reference =>
  typeof value === 'object' && value !== null && 'of' in value && 'output' in value
