/**
 * A packet's way across a Transit Gateway: in through one VPC's attachment, through the route tables, and out through another VPC's attachment.
 */

import { GATEWAY_ROUTE } from '../aws/ec2/resources/transit-gateway-route.ts'
import { GATEWAY_ROUTE_TABLE } from '../aws/ec2/resources/transit-gateway-route-table.ts'
import { GATEWAY_ASSOCIATION } from '../aws/ec2/resources/transit-gateway-route-table-association.ts'
import { GATEWAY_PROPAGATION } from '../aws/ec2/resources/transit-gateway-route-table-propagation.ts'
import { VPC } from '../aws/ec2/resources/vpc.ts'
import { ATTACHMENT, attachmentOf, attachmentState } from '../aws/ec2/transit-gateway-state.ts'
import { formatAddress, parseCidr } from '../cidr.ts'
import type { Declared, LedgerView } from '../ledger/ledger.ts'
import { known, text, texts } from '../resource/values.ts'
import { Stopped, type Trace } from './stopped.ts'
import { label, longest, type Topology } from './topology.ts'

interface GatewayRoute {
  readonly destination: string
  readonly kind: 'static' | 'propagated'
  /** `undefined` for a blackhole. */
  readonly attachmentId: string | undefined
}

/**
 * @param subnetId the subnet from which the packet comes
 * @returns the subnet in the other VPC in which the packet arrives
 * @throws Stopped `transitGateway`
 */
export function cross(
  topology: Topology,
  gatewayId: string,
  subnetId: string,
  address: string,
  trace: Trace,
): { readonly subnetId: string } {
  const { ledger } = topology
  const subnet = topology.subnet(subnetId)
  const zone = known(subnet.outputs, 'availabilityZoneId')
  const into = attachmentOf(ledger, gatewayId, known(subnet.outputs, 'vpcId'))
  if (!into) throw new Stopped('transitGateway', `${subnet.outputs.vpcId} has no attachment to ${gatewayId}`)
  requireAvailable(topology, into)
  if (!subnetIn(topology, into, zone))
    throw new Stopped(
      'transitGateway',
      `${label(into)} has no subnet in ${zone}, the zone of ${label(subnet)}: a zone without one cannot reach the gateway`,
    )
  const table = tableOf(topology, into)
  const route = longest(routesTo(topology, table.id, address), address)
  if (!route) throw new Stopped('transitGateway', `${label(table)} has no route to ${address}`)
  if (route.attachmentId === undefined)
    throw new Stopped(
      'transitGateway',
      `${label(table)} has a blackhole for ${route.destination}, which holds ${address}`,
    )
  const out = ledger.find(ATTACHMENT, route.attachmentId)
  if (!out)
    throw new Stopped(
      'transitGateway',
      `${label(table)} routes ${route.destination} to ${route.attachmentId}, which is gone`,
    )
  requireAvailable(topology, out)
  trace.push({
    kind: 'transitGateway',
    id: gatewayId,
    tableId: table.id,
    detail: `${gatewayId}, table ${label(table)}: ${route.destination} (${route.kind}) → ${label(out)}`,
  })
  // The gateway keeps a packet in its zone if the other VPC has an attachment subnet there.
  const exit = subnetIn(topology, out, zone) ?? texts(out.outputs, 'subnetIds')[0]
  if (exit === undefined) throw new Stopped('transitGateway', `${label(out)} has no subnets`)
  trace.push({
    kind: 'attachment',
    id: out.id,
    detail: `${label(out)} into ${label(topology.vpc(known(out.outputs, 'vpcId')))} of account ${out.account}`,
  })
  return { subnetId: exit }
}

function requireAvailable({ ledger }: Topology, attachment: Declared): void {
  if (attachmentState(ledger, attachment) !== 'available')
    throw new Stopped(
      'transitGateway',
      `${label(attachment)} of account ${attachment.account} is pendingAcceptance: the gateway's account has to accept it`,
    )
}

const subnetIn = (topology: Topology, attachment: Declared, zone: string): string | undefined =>
  texts(attachment.outputs, 'subnetIds').find((id) => topology.subnet(id).outputs.availabilityZoneId === zone)

function tableOf({ ledger }: Topology, attachment: Declared): Declared {
  const association = ledger.findBy(GATEWAY_ASSOCIATION, 'transitGatewayAttachmentId', attachment.id)
  const tableId = association && text(association.outputs, 'transitGatewayRouteTableId')
  const table = tableId === undefined ? undefined : ledger.find(GATEWAY_ROUTE_TABLE, tableId)
  if (!table) throw new Stopped('transitGateway', `${label(attachment)} is associated with no route table`)
  return table
}

/** The routes for an address. Static routes come first, because of two equally specific routes the static one is used. */
function routesTo({ ledger }: Topology, tableId: string, address: string): readonly GatewayRoute[] {
  const declared = ledger
    .where(GATEWAY_ROUTE, 'transitGatewayRouteTableId', tableId)
    .map(({ outputs }): GatewayRoute => {
      const attachmentId = outputs.blackhole === true ? undefined : text(outputs, 'transitGatewayAttachmentId')
      return { destination: known(outputs, 'destinationCidrBlock'), kind: 'static', attachmentId }
    })
  const propagated = vpcsAround(ledger, address).flatMap(({ id, outputs }) =>
    ledger
      .where(ATTACHMENT, 'vpcId', id)
      .filter((attachment) => propagatesInto(ledger, attachment, tableId))
      .map((attachment): GatewayRoute => {
        return { destination: known(outputs, 'cidrBlock'), kind: 'propagated', attachmentId: attachment.id }
      }),
  )
  return [...declared, ...propagated]
}

const propagatesInto = (ledger: LedgerView, attachment: Declared, tableId: string): boolean =>
  attachmentState(ledger, attachment) === 'available' &&
  ledger
    .where(GATEWAY_PROPAGATION, 'transitGatewayAttachmentId', attachment.id)
    .some(({ outputs }) => outputs.transitGatewayRouteTableId === tableId)

/** The prefixes of the largest and the smallest VPC. */
const [LARGEST, SMALLEST] = [16, 28]

/** The VPCs whose block contains an address. For each size only one block does, so the blocks of other VPCs need not be read. */
function vpcsAround(ledger: LedgerView, address: string): readonly Declared[] {
  const found: Declared[] = []
  const value = parseCidr(`${address}/32`).first
  for (let prefix = LARGEST; prefix <= SMALLEST; prefix += 1) {
    const size = 2 ** (32 - prefix)
    const block = `${formatAddress(value - (value % size))}/${prefix}`
    found.push(...ledger.where(VPC, 'cidrBlock', block))
  }
  return found
}
