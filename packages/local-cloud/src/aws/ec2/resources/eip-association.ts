/** `aws.ec2.EipAssociation`. */

import { AwsError } from '../../../errors.ts'
import { call, calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, others, requireOwn, text } from '../../../resource/values.ts'
import { ec2Arn } from '../calls.ts'
import { EIP, requireInstance } from './eip.ts'
import { INSTANCE } from './instance.ts'
import { requireSubnet } from './subnet.ts'

export const EIP_ASSOCIATION = 'aws:ec2/eipAssociation:EipAssociation'

const NAT_GATEWAY = 'aws:ec2/natGateway:NatGateway'

export const eipAssociation: ResourceType = {
  type: EIP_ASSOCIATION,
  inputs: ['allocationId', 'instanceId'],
  required: ['allocationId', 'instanceId'],
  replaces: ['allocationId', 'instanceId'],
  refuse(situation) {
    const { inputs } = situation
    const allocationId = known(inputs, 'allocationId')
    const message = `The allocation ID '${allocationId}' does not exist`
    requireOwn(situation, EIP, allocationId, 'InvalidAllocationID.NotFound', message)
    const { outputs } = requireInstance(situation, known(inputs, 'instanceId'))
    const { vpcId } = requireSubnet(situation, known(outputs, 'subnetId')).outputs
    const gateways = others(situation, 'aws:ec2/internetGateway:InternetGateway')
    if (!gateways.some((gateway) => gateway.inputs.vpcId === vpcId))
      throw new AwsError('Gateway.NotAttached', `Network ${vpcId} is not attached to any internet gateway`)
    // An instance can get another address while it has one; a NAT gateway cannot.
    if (others(situation, NAT_GATEWAY).some((gateway) => gateway.inputs.allocationId === allocationId))
      throw new AwsError('Resource.AlreadyAssociated', `resource ${allocationId} is already associated`)
  },
  answer(situation) {
    const { inputs } = situation
    const address = situation.ledger.find(EIP, known(inputs, 'allocationId'))?.outputs
    const host = situation.ledger.find(INSTANCE, known(inputs, 'instanceId'))?.outputs
    return {
      id: `eipassoc-0${situation.stableToken(16)}`,
      outputs: {
        publicIp: address?.publicIp ?? null,
        privateIpAddress: host?.privateIp ?? null,
        networkInterfaceId: host?.primaryNetworkInterfaceId ?? null,
      },
    }
  },
  permissions: lifeCycle((situation) => {
    const { inputs } = situation
    const allocation = ec2Arn(situation, 'elastic-ip', known(inputs, 'allocationId'))
    const instance = text(inputs, 'instanceId')
    return {
      create: [
        call('ec2:AssociateAddress', allocation),
        ...(instance === undefined ? [] : [call('ec2:AssociateAddress', ec2Arn(situation, 'instance', instance))]),
      ],
      read: calls('ec2:DescribeAddresses'),
      delete: [call('ec2:DisassociateAddress', allocation)],
    }
  }),
}
