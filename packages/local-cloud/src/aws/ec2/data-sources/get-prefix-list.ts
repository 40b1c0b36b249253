/** `aws.ec2.getPrefixList`. */

import { AwsError } from '../../../errors.ts'
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { text } from '../../../resource/values.ts'
import { prefixLists } from '../prefix-lists.ts'

export const getPrefixList: InvokeType = {
  token: 'aws:ec2/getPrefixList:getPrefixList',
  inputs: ['name', 'prefixListId'],
  answer({ region, inputs }) {
    const name = text(inputs, 'name')
    const id = text(inputs, 'prefixListId')
    const found = prefixLists(region).find((list) => list.name === name || list.id === id)
    if (!found) throw new AwsError('InvalidPrefixListId.NotFound', `The prefix list '${id ?? name}' does not exist`)
    return { id: found.id, name: found.name, cidrBlocks: found.cidrBlocks }
  },
  permissions: () => calls('ec2:DescribePrefixLists'),
}
