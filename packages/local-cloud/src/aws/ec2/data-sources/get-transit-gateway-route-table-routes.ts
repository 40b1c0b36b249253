/** `aws.ec2transitgateway.getRouteTableRoutes`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call } from '../../../resource/permission.ts'
import type { Call, InvokeType } from '../../../resource/resource-type.ts'
import { arn, known, objects, requireOwn, text, texts } from '../../../resource/values.ts'
import { GATEWAY_ROUTE } from '../resources/transit-gateway-route.ts'
import { GATEWAY_ROUTE_TABLE } from '../resources/transit-gateway-route-table.ts'
import { GATEWAY_PROPAGATION } from '../resources/transit-gateway-route-table-propagation.ts'
import { VPC } from '../resources/vpc.ts'
import { ATTACHMENT, attachmentState } from '../transit-gateway-state.ts'

/** The call returns one page only. */
const MOST_ROUTES = 1_000

interface Route {
  readonly destinationCidrBlock: string
  readonly type: 'static' | 'propagated'
  readonly state: 'active' | 'blackhole'
  /** Absent for a blackhole. */
  readonly attachmentId?: string
  readonly resourceId?: string
}

const FILTERS: Readonly<Record<string, (route: Route) => string | undefined>> = {
  type: ({ type }) => type,
  state: ({ state }) => state,
  'attachment.transit-gateway-attachment-id': ({ attachmentId }) => attachmentId,
  'attachment.resource-id': ({ resourceId }) => resourceId,
  'attachment.resource-type': ({ resourceId }) => resourceId && 'vpc',
}

export const getTransitGatewayRouteTableRoutes: InvokeType = {
  token: 'aws:ec2transitgateway/getRouteTableRoutes:getRouteTableRoutes',
  inputs: ['transitGatewayRouteTableId', 'filters', 'filters.name', 'filters.values'],
  answer(call) {
    const id = known(call.inputs, 'transitGatewayRouteTableId')
    requireOwn(
      call,
      GATEWAY_ROUTE_TABLE,
      id,
      'InvalidRouteTableID.NotFound',
      `Transit Gateway Route Table ${id} was deleted or does not exist.`,
    )
    const filters = objects(call.inputs, 'filters').map((filter) => ({
      values: texts(filter, 'values'),
      of: filterOf(known(filter, 'name')),
    }))
    if (filters.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter Filters')
    const routes = [...statics(call, id), ...propagated(call, id)]
      .filter((route) => filters.every(({ of, values }) => values.includes(of(route) ?? '')))
      .slice(0, MOST_ROUTES)
    return {
      id,
      routes: routes.map(({ destinationCidrBlock, type, state }) => ({
        destinationCidrBlock,
        type,
        state,
        prefixListId: '',
        transitGatewayRouteTableAnnouncementId: '',
      })),
    }
  },
  permissions: (asked) => [
    call(
      'ec2:SearchTransitGatewayRoutes',
      arn(asked, 'ec2', `transit-gateway-route-table/${text(asked.inputs, 'transitGatewayRouteTableId') ?? '*'}`),
    ),
  ],
}

function filterOf(name: string): (route: Route) => string | undefined {
  const filter = FILTERS[name]
  if (!filter) throw new UnsupportedError(`the filter "${name}" of ${getTransitGatewayRouteTableRoutes.token}`)
  return filter
}

const statics = ({ ledger }: Call, tableId: string): readonly Route[] =>
  ledger.where(GATEWAY_ROUTE, 'transitGatewayRouteTableId', tableId).map(({ outputs }) => {
    const attachmentId = text(outputs, 'transitGatewayAttachmentId')
    const vpcId = attachmentId && ledger.find(ATTACHMENT, attachmentId)?.inputs.vpcId
    return {
      destinationCidrBlock: known(outputs, 'destinationCidrBlock'),
      type: 'static',
      // A route whose attachment was deleted is a blackhole.
      state: vpcId ? 'active' : 'blackhole',
      ...(attachmentId && { attachmentId }),
      ...(typeof vpcId === 'string' && { resourceId: vpcId }),
    }
  })

/** If two VPCs have the same block, only the first one is in the table. */
function propagated({ ledger }: Call, tableId: string): readonly Route[] {
  const routes = new Map<string, Route>()
  for (const { outputs } of ledger.where(GATEWAY_PROPAGATION, 'transitGatewayRouteTableId', tableId)) {
    const attachment = ledger.find(ATTACHMENT, known(outputs, 'transitGatewayAttachmentId'))
    if (!attachment || attachmentState(ledger, attachment) !== 'available') continue
    const resourceId = known(attachment.inputs, 'vpcId')
    const destinationCidrBlock = text(ledger.find(VPC, resourceId)?.outputs ?? {}, 'cidrBlock')
    if (destinationCidrBlock === undefined || routes.has(destinationCidrBlock)) continue
    const { id: attachmentId } = attachment
    routes.set(destinationCidrBlock, {
      destinationCidrBlock,
      type: 'propagated',
      state: 'active',
      attachmentId,
      resourceId,
    })
  }
  return [...routes.values()]
}
