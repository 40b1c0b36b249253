/** `aws.ec2.Eip`. */

import { AwsError } from '../../../errors.ts'
import { calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, others, requireOwn, text } from '../../../resource/values.ts'
import { quotaOf } from '../../service-quotas/quotas.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { publicAddress } from '../network-interfaces.ts'
import { INSTANCE } from './instance.ts'

export const EIP = 'aws:ec2/eip:Eip'

export const eip: ResourceType = {
  type: EIP,
  inputs: ['domain', 'instance', 'tags'],
  replaces: ['domain'],
  heldCode: 'InvalidIPAddress.InUse',
  refuse(situation) {
    const domain = text(situation.inputs, 'domain') ?? 'vpc'
    if (domain !== 'vpc') throw new AwsError('InvalidParameterValue', `Invalid value '${domain}' for domain.`)
    if (others(situation, EIP).length >= quotaOf(situation.organization, situation.account, 'L-0263D0A3'))
      throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.')
  },
  // The address is associated after it was allocated.
  afterwards: [
    {
      inputs: ['instance'],
      refuse(situation) {
        const instanceId = text(situation.inputs, 'instance')
        if (instanceId !== undefined) requireInstance(situation, instanceId)
      },
    },
  ],
  answer(situation) {
    const id = `eipalloc-0${situation.stableToken(16)}`
    const publicIp = publicAddress(situation)
    return {
      id,
      outputs: {
        allocationId: id,
        arn: arn(situation, 'ec2', `elastic-ip/${id}`),
        domain: 'vpc',
        publicIp,
        publicDns: `ec2-${publicIp.replaceAll('.', '-')}.compute-1.amazonaws.com`,
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'elastic-ip', id)
    return {
      create: creation(situation, 'AllocateAddress', resource),
      read: calls('ec2:DescribeAddresses', 'ec2:DescribeAddressesAttribute'),
      update: ec2Retag(situation, resource),
      delete: [onOwn(situation, 'ReleaseAddress', resource)],
    }
  }),
}

export const requireInstance = (situation: Situation, id: string) =>
  requireOwn(situation, INSTANCE, id, 'InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
