/** `aws.ec2transitgateway.RouteTablePropagation`. */

import { AwsError } from '../../../errors.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, others } from '../../../resource/values.ts'
import { attached, inRouteTable, pairId, requireAttachment, requireTable } from '../transit-gateway-table.ts'

export const GATEWAY_PROPAGATION = 'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation'

export const transitGatewayRouteTablePropagation: ResourceType = {
  type: GATEWAY_PROPAGATION,
  inputs: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId'],
  required: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId'],
  replaces: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId'],
  refuse(situation) {
    const attachmentId = known(situation.inputs, 'transitGatewayAttachmentId')
    const table = requireTable(situation)
    requireAttachment(situation, table, attachmentId)
    const same = others(situation, GATEWAY_PROPAGATION, ['transitGatewayAttachmentId', attachmentId]).some(
      ({ inputs }) => inputs.transitGatewayRouteTableId === table.id,
    )
    if (same)
      throw new AwsError(
        'TransitGatewayRouteTablePropagation.Duplicate',
        `Propagation for ${attachmentId} is already enabled in ${table.id}.`,
      )
  },
  answer: (situation) => ({ id: pairId(situation), outputs: attached(situation) }),
  permissions: inRouteTable(
    'ec2:EnableTransitGatewayRouteTablePropagation',
    'ec2:DisableTransitGatewayRouteTablePropagation',
    'ec2:GetTransitGatewayRouteTablePropagations',
  ),
}
