/** `aws.ec2.getVpcs`. */

import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { object } from '../../../resource/values.ts'
import { VPC } from '../resources/vpc.ts'

export const getVpcs: InvokeType = {
  token: 'aws:ec2/getVpcs:getVpcs',
  inputs: ['tags'],
  answer({ ledger, account, region, inputs }) {
    const tags = Object.entries(object(inputs, 'tags') ?? {})
    const found = ledger
      .all(VPC)
      .filter((one) => one.account === account && one.region === region)
      .filter(({ outputs }) => tags.every(([key, value]) => object(outputs, 'tags')?.[key] === value))
    return { id: region, ids: found.map(({ id }) => id) }
  },
  permissions: () => calls('ec2:DescribeVpcs'),
}
