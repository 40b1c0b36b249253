/** `aws.ec2transitgateway.Route`. */

import { parseCidr } from '../../../cidr.ts'
import { AwsError } from '../../../errors.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { flag, known, others, text } from '../../../resource/values.ts'
import { attachmentArn, attachmentTags, requireAttachment, requireTable, tableOf } from '../transit-gateway-table.ts'

export const GATEWAY_ROUTE = 'aws:ec2transitgateway/route:Route'

export const transitGatewayRoute: ResourceType = {
  type: GATEWAY_ROUTE,
  inputs: ['destinationCidrBlock', 'transitGatewayRouteTableId', 'transitGatewayAttachmentId', 'blackhole'],
  required: ['destinationCidrBlock', 'transitGatewayRouteTableId'],
  replaces: ['destinationCidrBlock', 'transitGatewayRouteTableId', 'transitGatewayAttachmentId', 'blackhole'],
  defaults: { blackhole: false },
  // Deleting a table deletes its static routes. A route without its attachment becomes a blackhole.
  releases: 'all',
  refuse(situation) {
    const destination = known(situation.inputs, 'destinationCidrBlock')
    const table = requireTable(situation)
    try {
      parseCidr(destination)
    } catch {
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${destination}) for parameter DestinationCidrBlock is invalid.`,
      )
    }
    const attachmentId = text(situation.inputs, 'transitGatewayAttachmentId')
    const blackhole = flag(situation.inputs, 'blackhole') ?? false
    if (blackhole === (attachmentId !== undefined))
      throw new AwsError(
        'InvalidParameterCombination',
        'Exactly one of blackhole and transitGatewayAttachmentId must be specified.',
      )
    if (attachmentId !== undefined) requireAttachment(situation, table, attachmentId)
    const same = others(situation, GATEWAY_ROUTE, ['destinationCidrBlock', destination]).some(
      ({ inputs }) => inputs.transitGatewayRouteTableId === table.id,
    )
    if (same)
      throw new AwsError(
        'RouteAlreadyExists',
        `Route ${destination} already exists in Transit Gateway Route Table ${table.id}.`,
      )
  },
  answer: ({ inputs }) => ({
    id: `${known(inputs, 'transitGatewayRouteTableId')}_${known(inputs, 'destinationCidrBlock')}`,
    outputs: { blackhole: flag(inputs, 'blackhole') ?? false },
  }),
  permissions: lifeCycle((situation) => {
    const table = tableOf(situation)
    return {
      create: [
        call('ec2:CreateTransitGatewayRoute', table),
        ...(text(situation.inputs, 'transitGatewayAttachmentId') === undefined
          ? []
          : [call('ec2:CreateTransitGatewayRoute', attachmentArn(situation), attachmentTags(situation))]),
      ],
      read: [call('ec2:SearchTransitGatewayRoutes', table)],
      delete: [call('ec2:DeleteTransitGatewayRoute', table), call('ec2:SearchTransitGatewayRoutes', table)],
    }
  }),
}
