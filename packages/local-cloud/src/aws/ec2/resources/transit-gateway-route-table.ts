/** `aws.ec2transitgateway.RouteTable`. */

import { AwsError } from '../../../errors.ts'
import type { Declared } from '../../../ledger/ledger.ts'
import { call, calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, known, others } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { TRANSIT_GATEWAY } from '../transit-gateway-state.ts'

export const GATEWAY_ROUTE_TABLE = 'aws:ec2transitgateway/routeTable:RouteTable'

/** The default quota of route tables of a gateway. */
const ROUTE_TABLE_QUOTA = 20

/** The gateway, if the account owns it: only the owner can make tables, accepters and routes. */
function requireOwnGateway(situation: Situation, id: string): Declared {
  const found = situation.ledger.find(TRANSIT_GATEWAY, id)
  if (found?.account === situation.account && found.region === situation.region) return found
  throw new AwsError('InvalidTransitGatewayID.NotFound', `Transit Gateway ${id} was deleted or does not exist.`)
}

export const transitGatewayRouteTable: ResourceType = {
  type: GATEWAY_ROUTE_TABLE,
  inputs: ['transitGatewayId', 'tags'],
  required: ['transitGatewayId'],
  replaces: ['transitGatewayId'],
  heldCode: 'IncorrectState',
  refuse(situation) {
    const id = known(situation.inputs, 'transitGatewayId')
    requireOwnGateway(situation, id)
    if (
      others(situation, GATEWAY_ROUTE_TABLE).filter(({ inputs }) => inputs.transitGatewayId === id).length >=
      ROUTE_TABLE_QUOTA
    )
      throw new AwsError(
        'TransitGatewayRouteTableLimitExceeded',
        `Transit Gateway ${id} has ${ROUTE_TABLE_QUOTA} route tables.`,
      )
  },
  answer(situation) {
    const id = `tgw-rtb-0${situation.stableToken(16)}`
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `transit-gateway-route-table/${id}`),
        defaultAssociationRouteTable: false,
        defaultPropagationRouteTable: false,
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'transit-gateway-route-table', id)
    const ofGateway = ec2Arn(situation, 'transit-gateway', known(situation.inputs, 'transitGatewayId'))
    return {
      create: [
        call('ec2:CreateTransitGatewayRouteTable', ofGateway),
        ...creation(situation, 'CreateTransitGatewayRouteTable', resource),
      ],
      read: calls('ec2:DescribeTransitGatewayRouteTables'),
      update: ec2Retag(situation, resource),
      delete: [
        onOwn(situation, 'DeleteTransitGatewayRouteTable', resource),
        ...calls('ec2:DescribeTransitGatewayRouteTables'),
      ],
    }
  }),
}
