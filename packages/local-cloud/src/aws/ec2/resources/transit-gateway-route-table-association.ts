/** `aws.ec2transitgateway.RouteTableAssociation`. */

import { AwsError } from '../../../errors.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { flag, known } from '../../../resource/values.ts'
import { attached, inRouteTable, pairId, requireAttachment, requireTable } from '../transit-gateway-table.ts'

export const GATEWAY_ASSOCIATION = 'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation'

export const transitGatewayRouteTableAssociation: ResourceType = {
  type: GATEWAY_ASSOCIATION,
  inputs: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId', 'replaceExistingAssociation'],
  required: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId'],
  replaces: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId', 'replaceExistingAssociation'],
  defaults: { replaceExistingAssociation: false },
  refuse(situation) {
    const attachmentId = known(situation.inputs, 'transitGatewayAttachmentId')
    requireAttachment(situation, requireTable(situation), attachmentId)
    const associated = situation.ledger
      .all(GATEWAY_ASSOCIATION)
      .some(({ urn, inputs }) => urn !== situation.urn && inputs.transitGatewayAttachmentId === attachmentId)
    if (associated && flag(situation.inputs, 'replaceExistingAssociation') !== true)
      throw new AwsError(
        'Resource.AlreadyAssociated',
        `Transit Gateway Attachment ${attachmentId} is already associated to a route table.`,
      )
  },
  answer: (situation) => ({ id: pairId(situation), outputs: attached(situation) }),
  permissions: inRouteTable(
    'ec2:AssociateTransitGatewayRouteTable',
    'ec2:DisassociateTransitGatewayRouteTable',
    'ec2:GetTransitGatewayRouteTableAssociations',
  ),
}
