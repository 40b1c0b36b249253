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

/** An attachment of any account to the route table's gateway, if it carries traffic. */
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

/** The caller needs the permission on the attachment and on the route table. */
export const inRouteTable = (add: string, remove: string, get: string): Permissions =>
  lifeCycle((situation) => {
    const table = tableOf(situation)
    const onBoth = (action: string): readonly Permission[] => [
      call(action, attachmentArn(situation), attachmentTags(situation)),
      call(action, table),
    ]
    // The provider polls the route table's list, for which IAM has no resource.
    return { create: onBoth(add), read: calls(get), delete: [...onBoth(remove), ...calls(get)] }
  })

export const attachmentArn = (situation: Situation) =>
  ec2Arn(situation, 'transit-gateway-attachment', known(situation.inputs, 'transitGatewayAttachmentId'))

/** An attachment has other tags in each account: its owner's tags, and those of the account that accepted it. */
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
