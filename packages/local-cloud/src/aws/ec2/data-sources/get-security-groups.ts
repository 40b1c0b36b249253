/** `aws.ec2.getSecurityGroups`, as `DescribeSecurityGroups` finds them. */
import { UnsupportedError } from '../../../errors.ts'
import type { Declared } from '../../../ledger/ledger.ts'
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { known, object, objects, text, texts } from '../../../resource/values.ts'
import { SECURITY_GROUP } from '../resources/security-group.ts'

const tagsOf = ({ outputs }: Declared) => object(outputs, 'tags') ?? {}

const FILTERS: Readonly<Record<string, (group: Declared) => readonly string[]>> = {
  'vpc-id': ({ outputs }) => [text(outputs, 'vpcId') ?? ''],
  'group-name': ({ outputs }) => [text(outputs, 'name') ?? ''],
  'tag-key': (group) => Object.keys(tagsOf(group)),
}

const TAG = /^tag:(.+)$/

function filterOf(name: string): (group: Declared) => readonly string[] {
  const [, key] = TAG.exec(name) ?? []
  if (key !== undefined) return (group) => [text(tagsOf(group), key) ?? ''].filter((value) => value !== '')
  const filter = FILTERS[name]
  if (!filter) throw new UnsupportedError(`the filter "${name}" of ${getSecurityGroups.token}`)
  return filter
}

export const getSecurityGroups: InvokeType = {
  token: 'aws:ec2/getSecurityGroups:getSecurityGroups',
  inputs: ['filters', 'filters.name', 'filters.values', 'tags'],
  answer({ ledger, account, region, inputs }) {
    const filters = objects(inputs, 'filters').map((filter) => ({
      of: filterOf(known(filter, 'name')),
      values: texts(filter, 'values'),
    }))
    const tags = Object.entries(object(inputs, 'tags') ?? {})
    const found = ledger
      .all(SECURITY_GROUP)
      .filter((one) => one.account === account && one.region === region)
      .filter((one) => tags.every(([key, value]) => tagsOf(one)[key] === value))
      .filter((one) => filters.every(({ of, values }) => of(one).some((value) => values.includes(value))))
    return {
      id: region,
      ids: found.map(({ id }) => id),
      arns: found.map(({ outputs }) => known(outputs, 'arn')),
      vpcIds: found.map(({ outputs }) => known(outputs, 'vpcId')),
    }
  },
  permissions: () => calls('ec2:DescribeSecurityGroups'),
}
