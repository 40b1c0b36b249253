/** The network without one of its layers: what would be declared after an operator's worst mistake in that layer. */
import type { Declared, Properties } from '@genai/local-cloud/ledger/ledger'
import { beside, type Overlay, ofType } from './overlay.ts'

const ROUTE_TABLE = 'aws:ec2/routeTable:RouteTable'
const ROUTE = 'aws:ec2/route:Route'
const SUBNET = 'aws:ec2/subnet:Subnet'
const INTERNET_GATEWAY = 'aws:ec2/internetGateway:InternetGateway'
const ATTACHMENT = 'aws:ec2transitgateway/vpcAttachment:VpcAttachment'
const GATEWAY_ROUTE = 'aws:ec2transitgateway/route:Route'
const GATEWAY_TABLE = 'aws:ec2transitgateway/routeTable:RouteTable'
const PROPAGATION = 'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation'
const SECURITY_GROUP = 'aws:ec2/securityGroup:SecurityGroup'

/** Private addresses of every VPC are routed to the Transit Gateway, everything else to an internet gateway that is added to each VPC. */
export function openVpcRoutes(declared: readonly Declared[]): Overlay {
  const overlay = new Map<string, Declared>()
  const add = (resource: Declared) => overlay.set(resource.urn, resource)
  const gatewayId = declared.find(ofType('aws:ec2transitgateway/transitGateway:TransitGateway'))?.id
  if (gatewayId === undefined) throw new Error('There is no Transit Gateway.')
  const internet = new Map(declared.filter(ofType(INTERNET_GATEWAY)).map(({ id, outputs }) => [outputs.vpcId, id]))
  for (const attachment of declared.filter(ofType(ATTACHMENT))) {
    const vpcId = attachment.outputs.vpcId
    if (internet.has(vpcId)) continue
    const gateway = beside(attachment, INTERNET_GATEWAY, `igw-opened-${vpcId}`, { vpcId: vpcId ?? null })
    add(gateway)
    internet.set(vpcId, gateway.id)
  }
  for (const table of declared.filter(ofType(ROUTE_TABLE))) {
    const route = (destinationCidrBlock: string, target: Properties) =>
      add(
        beside(table, ROUTE, `r-opened-${table.id}-${destinationCidrBlock}`, {
          routeTableId: table.id,
          destinationCidrBlock,
          ...target,
        }),
      )
    route('10.0.0.0/8', { transitGatewayId: gatewayId })
    const existing = declared.some(
      ({ type, outputs }) =>
        type === ROUTE && outputs.routeTableId === table.id && outputs.destinationCidrBlock === '0.0.0.0/0',
    )
    const internetGatewayId = internet.get(table.outputs.vpcId)
    if (!existing && internetGatewayId !== undefined) route('0.0.0.0/0', { gatewayId: internetGatewayId })
  }
  for (const subnet of declared.filter(ofType(SUBNET)))
    add({ ...subnet, outputs: { ...subnet.outputs, mapPublicIpOnLaunch: true } })
  return overlay
}

/** Every attachment is propagated into every route table, and no packet is dropped, which is AWS's default. */
export function openTransitGateway(declared: readonly Declared[]): Overlay {
  const overlay = new Map<string, Declared | undefined>(
    declared.filter(ofType(GATEWAY_ROUTE)).map(({ urn }) => [urn, undefined]),
  )
  for (const table of declared.filter(ofType(GATEWAY_TABLE)))
    for (const attachment of declared.filter(ofType(ATTACHMENT))) {
      const propagation = beside(table, PROPAGATION, `opened-${table.id}-${attachment.id}`, {
        transitGatewayRouteTableId: table.id,
        transitGatewayAttachmentId: attachment.id,
      })
      overlay.set(propagation.urn, propagation)
    }
  return overlay
}

/** Every security group allows everything in and out. */
export function openSecurityGroups(declared: readonly Declared[]): Overlay {
  const rules = declared.filter(ofType(SECURITY_GROUP)).flatMap((group) =>
    (['Ingress', 'Egress'] as const).map((direction) =>
      beside(
        group,
        `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`,
        `sgr-opened-${direction}-${group.id}`,
        {
          securityGroupId: group.id,
          ipProtocol: '-1',
          cidrIpv4: '0.0.0.0/0',
        },
      ),
    ),
  )
  return new Map(rules.map((rule) => [rule.urn, rule]))
}
