/** A VPC with its subnets by their purpose, and the resources in each. */
import { isObject } from '@genai/local-cloud/ledger/is-object'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { list, type SceneSource, tagOf, tenantOf } from './declared.ts'
import type { Network, NodeKind, SceneNode, Tier } from './messages.ts'

/** A node, with its resource and its network. */
export interface Placed {
  readonly node: SceneNode
  readonly resource: Declared
  readonly network: { readonly id: string; readonly gateway?: SceneNode }
}

const SUBNET = 'aws:ec2/subnet:Subnet'

const KINDS: Readonly<Record<string, NodeKind>> = {
  'aws:lb/loadBalancer:LoadBalancer': 'loadBalancer',
  'aws:lambda/function:Function': 'function',
  'aws:ecs/service:Service': 'tasks',
  'aws:ec2/instance:Instance': 'instance',
  'aws:ec2/vpcEndpoint:VpcEndpoint': 'endpoint',
  'aws:ec2/natGateway:NatGateway': 'natGateway',
  'aws:ec2transitgateway/vpcAttachment:VpcAttachment': 'attachment',
}

const ORDER: readonly NodeKind[] = [
  'loadBalancer',
  'function',
  'tasks',
  'natGateway',
  'endpoint',
  'instance',
  'attachment',
]

export function networkOf(source: SceneSource, vpc: Declared, isHub: boolean, placed: Placed[]): Network {
  const { ledger } = source
  const name = tagOf(vpc, 'Name') ?? vpc.id
  const internet = ledger.findBy('aws:ec2/internetGateway:InternetGateway', 'vpcId', vpc.id)
  const gateway: SceneNode | undefined = internet && {
    id: `internetGateway:${internet.id}`,
    kind: 'internetGateway',
    label: 'Internet gateway',
    note: internet.id,
    urn: internet.urn,
    small: true,
  }
  const groups = new Map<string, Declared[]>()
  for (const subnet of ledger.where(SUBNET, 'vpcId', vpc.id)) {
    const purpose = purposeOf(subnet, name)
    groups.set(purpose, [...(groups.get(purpose) ?? []), subnet])
  }
  const network = { id: vpc.id, ...(gateway && { gateway }) }
  const tiers = [...groups].map(([label, subnets]): Tier => {
    const ids = new Set(subnets.map(({ id }) => id))
    const inside = Object.keys(KINDS)
      .flatMap((type) => ledger.all(type))
      .filter((resource) => sitsIn(source, resource, ids))
    const nodes = inside.map((resource) => ({ node: nodeOf(resource), resource, network }))
    placed.push(...nodes)
    const kinds = new Set(nodes.map(({ node }) => node.kind))
    return {
      id: `${vpc.id}:${label}`,
      label,
      purpose: kinds.has('attachment') ? 'transit' : leadsOut(source, subnets) ? 'public' : 'private',
      subnets: subnets.map(({ urn, outputs }) => ({
        urn,
        cidr: String(outputs.cidrBlock),
        zone: String(outputs.availabilityZoneId ?? outputs.availabilityZone),
      })),
      nodes: nodes.map(({ node }) => node).sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)),
    }
  })
  const order = isHub ? ['public', 'private', 'transit'] : ['transit', 'private', 'public']
  tiers.sort((a, b) => order.indexOf(a.purpose) - order.indexOf(b.purpose))
  return {
    id: vpc.id,
    urn: vpc.urn,
    label: name,
    cidr: String(vpc.outputs.cidrBlock),
    ...(gateway && { gateway }),
    tiers,
  }
}

/**
 * The purpose in a subnet's name: `network-public-1` in the VPC `network` is `public`, `genai-tenant1-endpoint-use1-az1` in `genai-tenant1` is
 * `endpoint`.
 */
function purposeOf(subnet: Declared, vpcName: string): string {
  const given = tagOf(subnet, 'Name') ?? subnet.id
  const bare = given.startsWith(`${vpcName}-`) ? given.slice(vpcName.length + 1) : given
  return bare.replace(/-?([a-z]{2,5}\d-az\d+|[a-z]{2}-[a-z]+-\d[a-z]|\d+)$/, '').replaceAll('-', ' ') || bare
}

function sitsIn({ ledger }: SceneSource, { outputs }: Declared, subnets: ReadonlySet<string>): boolean {
  const [first] = list(outputs, 'elasticNetworkInterfaces')
  if (first !== undefined) return isObject(first) && subnets.has(String(first.subnetId))
  // A service whose tasks have not started yet.
  const configuration = outputs.networkConfiguration
  if (isObject(configuration)) return subnets.has(String(list(configuration, 'subnets')[0]))
  // A gateway endpoint has no address: it is drawn where its route tables are.
  const tables = list(outputs, 'routeTableIds')
  return [...subnets].some((id) => {
    const association = ledger.findBy('aws:ec2/routeTableAssociation:RouteTableAssociation', 'subnetId', id)
    return association !== undefined && tables.includes(association.outputs.routeTableId ?? null)
  })
}

/** Whether a route leads to an internet gateway. */
const leadsOut = ({ ledger }: SceneSource, subnets: readonly Declared[]) =>
  subnets.some(({ id }) => {
    const association = ledger.findBy('aws:ec2/routeTableAssociation:RouteTableAssociation', 'subnetId', id)
    const table = association?.outputs.routeTableId
    return (
      typeof table === 'string' &&
      ledger
        .where('aws:ec2/route:Route', 'routeTableId', table)
        .some(({ outputs }) => String(outputs.gatewayId).startsWith('igw-'))
    )
  })

function nodeOf(resource: Declared): SceneNode {
  const { id, type, urn, outputs } = resource
  const kind = KINDS[type] ?? 'api'
  const tenant = tenantOf(resource)
  const common = { id: `${kind}:${id}`, kind, urn, ...(tenant !== undefined && { tenant }) }
  const name = String(outputs.name ?? tagOf(resource, 'Name') ?? id)
  switch (kind) {
    case 'loadBalancer':
      return {
        ...common,
        label: outputs.loadBalancerType === 'network' ? 'Network load balancer' : 'Load balancer',
        note: name,
      }
    case 'function':
      return { ...common, label: tenant ?? name, note: tenant === undefined ? 'Lambda function' : 'gateway, on Lambda' }
    case 'tasks': {
      const count = list(outputs, 'elasticNetworkInterfaces').length
      const tasks = count === 1 ? '1 task' : `${count} tasks`
      return { ...common, label: tenant ?? name, note: tenant === undefined ? tasks : `gateway, ${tasks}` }
    }
    case 'instance':
      return { ...common, label: name.replace(/^genai-(hub-)?/, ''), note: 'instance', small: true }
    case 'natGateway':
      return { ...common, label: 'NAT gateway', note: id, small: true }
    case 'endpoint': {
      const service = String(outputs.serviceName).replace(/^com\.amazonaws\.(vpce\.)?[a-z0-9-]+\./, '')
      const models = service === 'bedrock-runtime'
      return {
        ...common,
        label: models ? 'Model endpoint' : service,
        note: service,
        ...(!models && { small: true as const }),
      }
    }
    default:
      return { ...common, label: 'Attachment', note: id.slice(0, 'tgw-attach-'.length + 4), small: true }
  }
}
