/** `aws.ec2.getSubnet`. */

import { AwsError } from '../../../errors.ts'
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { text } from '../../../resource/values.ts'

export const getSubnet: InvokeType = {
  token: 'aws:ec2/getSubnet:getSubnet',
  inputs: ['id', 'vpcId', 'cidrBlock'],
  answer(call) {
    const { ledger, account, inputs } = call
    const id = text(inputs, 'id')
    const found = ledger
      .all('aws:ec2/subnet:Subnet')
      .filter((one) => one.account === account)
      .find(
        (one) =>
          one.id === id ||
          (id === undefined && one.outputs.vpcId === inputs.vpcId && one.outputs.cidrBlock === inputs.cidrBlock),
      )
    if (!found) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`)
    return { ...found.outputs, id: found.id }
  },
  permissions: () => calls('ec2:DescribeSubnets'),
}
