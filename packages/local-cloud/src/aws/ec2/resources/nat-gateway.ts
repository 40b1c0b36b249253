/** `aws.ec2.NatGateway`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, others, own, requireOwn, text } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { placeInterfaces } from '../network-interfaces.ts'
import { INTERNET_GATEWAY } from './internet-gateway.ts'
import { requireSubnet } from './subnet.ts'

export const NAT_GATEWAY = 'aws:ec2/natGateway:NatGateway'

const EIP = 'aws:ec2/eip:Eip'

export const natGateway: ResourceType = {
  type: NAT_GATEWAY,
  inputs: ['subnetId', 'allocationId', 'connectivityType', 'tags'],
  required: ['subnetId'],
  replaces: ['subnetId', 'allocationId', 'connectivityType'],
  defaults: { connectivityType: 'public' },
  refuse(situation) {
    const { inputs } = situation
    const kind = text(inputs, 'connectivityType') ?? 'public'
    if (kind !== 'public') throw new UnsupportedError(`connectivityType "${kind}" of ${NAT_GATEWAY}`)
    const subnet = requireSubnet(situation, known(inputs, 'subnetId'))
    const allocationId = known(inputs, 'allocationId')
    requireOwn(
      situation,
      EIP,
      allocationId,
      'InvalidAllocationID.NotFound',
      `The allocation ID '${allocationId}' does not exist`,
    )
    const taken = [...others(situation, NAT_GATEWAY), ...others(situation, 'aws:ec2/eipAssociation:EipAssociation')]
    if (taken.some((other) => other.inputs.allocationId === allocationId))
      throw new AwsError('Resource.AlreadyAssociated', `resource ${allocationId} is already associated`)
    if (!others(situation, INTERNET_GATEWAY).some((gateway) => gateway.inputs.vpcId === subnet.outputs.vpcId))
      throw new AwsError('Gateway.NotAttached', `Network ${subnet.outputs.vpcId} has no Internet gateway attached`)
  },
  answer(situation) {
    const id = `nat-0${situation.stableToken(16)}`
    const allocation = own(situation, EIP, known(situation.inputs, 'allocationId'))
    const publicIp = allocation?.outputs.publicIp ?? null
    const interfaces = placeInterfaces(situation, [known(situation.inputs, 'subnetId')], [])
    const placed = interfaces.map((one) => (typeof publicIp === 'string' ? { ...one, publicIp } : one))
    return {
      id,
      outputs: {
        connectivityType: 'public',
        publicIp,
        privateIp: placed[0]?.privateIp ?? null,
        networkInterfaceId: placed[0]?.id ?? null,
        associationId: `eipassoc-0${situation.stableToken(16, 'association')}`,
        elasticNetworkInterfaces: placed,
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'natgateway', id)
    const allocation = text(situation.inputs, 'allocationId')
    return {
      create: [
        call('ec2:CreateNatGateway', ec2Arn(situation, 'subnet', known(situation.inputs, 'subnetId'))),
        ...(allocation === undefined
          ? []
          : [call('ec2:CreateNatGateway', ec2Arn(situation, 'elastic-ip', allocation))]),
        ...creation(situation, 'CreateNatGateway', resource),
      ],
      read: calls('ec2:DescribeNatGateways'),
      update: ec2Retag(situation, resource),
      delete: [onOwn(situation, 'DeleteNatGateway', resource), ...calls('ec2:DescribeNatGateways')],
    }
  }),
}
