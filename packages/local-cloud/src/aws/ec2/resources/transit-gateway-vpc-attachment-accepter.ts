/** `aws.ec2transitgateway.VpcAttachmentAccepter`. */

import { AwsError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { call, calls, later, lifeCycle, newTags } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, others } from '../../../resource/values.ts'
import { ec2Retag, onOwn } from '../calls.ts'
import { ACCEPTER, ATTACHMENT, attachmentState, TRANSIT_GATEWAY } from '../transit-gateway-state.ts'
import { attachmentArn } from '../transit-gateway-table.ts'
import { DEFAULT_TABLES, defaultTables } from './transit-gateway-vpc-attachment.ts'

export const transitGatewayVpcAttachmentAccepter: ResourceType = {
  type: ACCEPTER,
  inputs: ['transitGatewayAttachmentId', ...DEFAULT_TABLES, 'tags'],
  required: ['transitGatewayAttachmentId'],
  replaces: ['transitGatewayAttachmentId'],
  defaults: { transitGatewayDefaultRouteTableAssociation: true, transitGatewayDefaultRouteTablePropagation: true },
  releases: ['transitGatewayAttachmentId'],
  heldCode: 'IncorrectState',
  refuse(situation) {
    const id = known(situation.inputs, 'transitGatewayAttachmentId')
    const found = situation.ledger.find(ATTACHMENT, id)
    const gatewayHere = found && situation.ledger.find(TRANSIT_GATEWAY, known(found.inputs, 'transitGatewayId'))
    if (!found || gatewayHere?.account !== situation.account)
      throw new AwsError(
        'InvalidTransitGatewayAttachmentID.NotFound',
        `Transit Gateway Attachment ${id} was deleted or does not exist.`,
      )
    const taken = others(situation, ACCEPTER, ['transitGatewayAttachmentId', id]).length > 0
    const waiting = situation.current !== undefined || attachmentState(situation.ledger, found) === 'pendingAcceptance'
    if (taken || !waiting) throw new AwsError('IncorrectState', `${id} is in invalid state: available`)
  },
  answer(situation) {
    const id = known(situation.inputs, 'transitGatewayAttachmentId')
    const outputs: Properties = situation.ledger.find(ATTACHMENT, id)?.outputs ?? {}
    const adopted = [
      'transitGatewayId',
      'vpcId',
      'vpcOwnerId',
      'subnetIds',
      'dnsSupport',
      'ipv6Support',
      'applianceModeSupport',
    ]
    return {
      id,
      outputs: {
        ...Object.fromEntries(adopted.map((name) => [name, outputs[name] ?? null])),
        ...defaultTables(situation),
      },
    }
  },
  permissions: lifeCycle((situation) => {
    const resource = attachmentArn(situation)
    return {
      create: [
        ...calls('ec2:DescribeTransitGatewayVpcAttachments', 'ec2:DescribeTransitGateways'),
        // The tags of the attachment's owner are not visible in this account, so it has none here.
        call('ec2:AcceptTransitGatewayVpcAttachment', resource),
        ...later(['tags'], call('ec2:CreateTags', resource, newTags(situation))),
      ],
      read: calls('ec2:DescribeTransitGatewayVpcAttachments', 'ec2:DescribeTransitGateways'),
      update: ec2Retag(situation, resource),
      delete: [
        onOwn(situation, 'DeleteTransitGatewayVpcAttachment', resource),
        ...calls('ec2:DescribeTransitGatewayVpcAttachments'),
      ],
    }
  }),
}
