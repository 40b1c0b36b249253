/** `aws.ec2.InternetGateway`. */

import { AwsError } from '../../../errors.ts'
import type { Declared, LedgerView } from '../../../ledger/ledger.ts'
import { call, calls, changed, later, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, others, text } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { networkInterfacesOf, SUBNET } from '../network-interfaces.ts'
import { requireVpc } from './vpc.ts'

export const INTERNET_GATEWAY = 'aws:ec2/internetGateway:InternetGateway'

function refuseAttachment(situation: Situation): void {
  const vpcId = text(situation.inputs, 'vpcId')
  if (vpcId === undefined) return
  requireVpc(situation, vpcId)
  if (others(situation, INTERNET_GATEWAY).some((other) => other.inputs.vpcId === vpcId))
    throw new AwsError('InvalidParameterValue', `Network ${vpcId} already has an internet gateway attached`)
}

/** Refuses to detach the gateway while an address is reached through it. */
function refuseDetachment({ inputs }: Declared, ledger: LedgerView): void {
  const vpcId = text(inputs, 'vpcId')
  if (vpcId === undefined) return
  const subnets = new Set(ledger.where(SUBNET, 'vpcId', vpcId).map(({ id }) => id))
  const associated = new Set(ledger.all('aws:ec2/eipAssociation:EipAssociation').map((one) => one.inputs.instanceId))
  const mapped = ledger
    .all()
    .some((one) =>
      networkInterfacesOf(one).some(
        ({ subnetId, publicIp }) => subnets.has(subnetId) && (publicIp !== undefined || associated.has(one.id)),
      ),
    )
  if (mapped)
    throw new AwsError(
      'DependencyViolation',
      `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    )
}

export const internetGateway: ResourceType = {
  type: INTERNET_GATEWAY,
  inputs: ['vpcId', 'tags'],
  replaces: [],
  afterwards: [{ inputs: ['vpcId'], refuse: refuseAttachment }],
  // A resource with a public address may be about to be deleted. Nothing tells the engine that it depends on the gateway, so the deletion is
  // repeated for a while.
  patient: true,
  refuseDelete: refuseDetachment,
  answer(situation) {
    const id = `igw-0${situation.stableToken(16)}`
    return { id, outputs: { arn: arn(situation, 'ec2', `internet-gateway/${id}`), ownerId: situation.account } }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'internet-gateway', id)
    const vpcId = text(situation.inputs, 'vpcId')
    const onBoth = (action: string) =>
      vpcId === undefined ? [] : [call(action, resource), call(action, ec2Arn(situation, 'vpc', vpcId))]
    const attach = onBoth('ec2:AttachInternetGateway')
    const detach = onBoth('ec2:DetachInternetGateway')
    return {
      create: [...creation(situation, 'CreateInternetGateway', resource), ...later(['vpcId'], ...attach)],
      read: calls('ec2:DescribeInternetGateways'),
      update: [...when(changed(situation, 'vpcId'), ...detach, ...attach), ...ec2Retag(situation, resource)],
      delete: [
        ...detach,
        onOwn(situation, 'DeleteInternetGateway', resource),
        ...calls('ec2:DescribeInternetGateways'),
      ],
    }
  }),
}
