/** Transit Gateways and their route tables. */
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { type SceneSource, tagOf } from './declared.ts'
import type { Router, RouterTable } from './messages.ts'

const GATEWAY = 'aws:ec2transitgateway/transitGateway:TransitGateway'
const TABLE = 'aws:ec2transitgateway/routeTable:RouteTable'
const ROUTE = 'aws:ec2transitgateway/route:Route'
const PROPAGATION = 'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation'
const ATTACHMENT = 'aws:ec2transitgateway/vpcAttachment:VpcAttachment'
const VPC = 'aws:ec2/vpc:Vpc'

export function routersOf(source: SceneSource): readonly Router[] {
  const { ledger } = source
  return ledger.all(GATEWAY).map((gateway) => ({
    id: `transitGateway:${gateway.id}`,
    kind: 'transitGateway',
    label: 'Transit Gateway',
    note: gateway.id,
    urn: gateway.urn,
    account: gateway.account,
    tables: ledger.where(TABLE, 'transitGatewayId', gateway.id).map((table) => tableOf(source, table)),
  }))
}

function tableOf({ ledger }: SceneSource, table: Declared): RouterTable {
  const attached = (id: unknown) => {
    const attachment = typeof id === 'string' ? ledger.find(ATTACHMENT, id) : undefined
    const vpc = attachment && ledger.find(VPC, String(attachment.outputs.vpcId))
    return {
      name: (attachment && tagOf(attachment, 'Name')) ?? String(id),
      cidr: String(vpc?.outputs.cidrBlock ?? '?'),
    }
  }
  const declared = ledger.where(ROUTE, 'transitGatewayRouteTableId', table.id).map(({ outputs }) => {
    const to = outputs.blackhole === true ? 'blackhole' : attached(outputs.transitGatewayAttachmentId).name
    return `${outputs.destinationCidrBlock} → ${to}`
  })
  const propagated = ledger.where(PROPAGATION, 'transitGatewayRouteTableId', table.id).map(({ outputs }) => {
    const { name, cidr } = attached(outputs.transitGatewayAttachmentId)
    return `${cidr} → ${name}`
  })
  const name = tagOf(table, 'Name') ?? table.id
  return {
    id: `table:${table.id}`,
    kind: 'table',
    label: name.replace(/^genai-/, ''),
    note: 'route table',
    urn: table.urn,
    small: true,
    routes: [...declared, ...propagated],
  }
}
