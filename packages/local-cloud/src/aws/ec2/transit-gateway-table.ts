import { AwsError } from '../../errors.ts'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import { call, calls, lifeCycle, resourceTags } from '../../resource/permission.ts'
import type { Permission, Permissions, Situation } from '../../resource/resource-type.ts'
import { known, requireOwn } from '../../resource/values.ts'
import { ec2Arn } from './calls.ts'
import { GATEWAY_ROUTE_TABLE } from './resources/transit-gateway-route-table.ts'
import { ATTACHMENT, attachmentState, TRANSIT_GATEWAY } from './transit-gateway-state.ts'

export const requireTable = (situation: Situation): Declared => {
  const id = known(situation.inputs, 'transitGatewayRouteTableId')
  const message = `Transit Gateway Route Table ${id} was deleted or does not exist.`
  return requireOwn(situation, GATEWAY_ROUTE_TABLE, id, 'InvalidRouteTableID.NotFound', message)
}

/** Finds an attachment of the route table's own gateway that carries traffic, in whichever account. */
export function requireAttachment(situation: Situation, table: Declared, id: string): Declared {
  const found = situation.ledger.find(ATTACHMENT, id)
  const gateway = found && situation.ledger.find(TRANSIT_GATEWAY, known(found.inputs, 'transitGatewayId'))
  if (!found || gateway?.account !== situation.account)
    throw new AwsError(
      'InvalidTransitGatewayAttachmentID.NotFound',
      `Transit Gateway Attachment ${id} was deleted or does not exist.`,
    )
  if (found.inputs.transitGatewayId !== table.inputs.transitGatewayId)
    throw new AwsError('InvalidParameterValue', `${id} and ${table.id} belong to different Transit Gateways.`)
  if (attachmentState(situation.ledger, found) !== 'available')
    throw new AwsError('IncorrectState', `${id} is in invalid state: pendingAcceptance`)
  return found
}

export const pairId = ({ inputs }: Situation) =>
  `${known(inputs, 'transitGatewayRouteTableId')}_${known(inputs, 'transitGatewayAttachmentId')}`

export const attached = ({ inputs, ledger }: Situation) => ({
  resourceId: ledger.find(ATTACHMENT, known(inputs, 'transitGatewayAttachmentId'))?.inputs.vpcId ?? null,
  resourceType: 'vpc',
})

export const tableOf = (situation: Situation) =>
  ec2Arn(situation, 'transit-gateway-route-table', known(situation.inputs, 'transitGatewayRouteTableId'))

/** Both the attachment and the route table have to be allowed. */
export const inRouteTable = (add: string, remove: string, get: string): Permissions =>
  lifeCycle((situation) => {
    const table = tableOf(situation)
    const onBoth = (action: string): readonly Permission[] => [
      call(action, attachmentArn(situation), attachmentTags(situation)),
      call(action, table),
    ]
    // The provider polls the list of a route table, which IAM knows without a resource.
    return { create: onBoth(add), read: calls(get), delete: [...onBoth(remove), ...calls(get)] }
  })

export const attachmentArn = (situation: Situation) =>
  ec2Arn(situation, 'transit-gateway-attachment', known(situation.inputs, 'transitGatewayAttachmentId'))

/** An attachment has the tags of the account that looks at it: its owner's, or those of who accepted it. */
export function attachmentTags({
  ledger,
  account,
  inputs,
}: Situation): Readonly<Record<string, string | readonly string[]>> {
  const id = known(inputs, 'transitGatewayAttachmentId')
  const seen = ['VpcAttachmentAccepter', 'VpcAttachment'].flatMap((name) => {
    const type = `aws:ec2transitgateway/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`
    return ledger.all(type).filter((one) => one.id === id && one.account === account)
  })
  const outputs: Properties | undefined = seen[0]?.outputs
  return resourceTags(outputs)
}
