/** `aws.vpc.getSecurityGroupRules`, as `DescribeSecurityGroupRules` finds them. */
import { UnsupportedError } from '../../../errors.ts'
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { known, object, objects, texts } from '../../../resource/values.ts'
import { EGRESS_RULE } from '../resources/security-group-egress-rule.ts'
import { INGRESS_RULE } from '../resources/security-group-ingress-rule.ts'

export const getSecurityGroupRules: InvokeType = {
  token: 'aws:vpc/getSecurityGroupRules:getSecurityGroupRules',
  inputs: ['filters', 'filters.name', 'filters.values', 'tags'],
  answer({ ledger, account, region, inputs }) {
    const groups = objects(inputs, 'filters').map((filter) => {
      const name = known(filter, 'name')
      if (name !== 'group-id') throw new UnsupportedError(`the filter "${name}" of ${getSecurityGroupRules.token}`)
      return texts(filter, 'values')
    })
    const tags = Object.entries(object(inputs, 'tags') ?? {})
    const found = [...ledger.all(INGRESS_RULE), ...ledger.all(EGRESS_RULE)]
      .filter((one) => one.account === account && one.region === region)
      .filter(({ inputs: given }) => groups.every((ids) => ids.includes(known(given, 'securityGroupId'))))
      .filter(({ inputs: given }) => tags.every(([key, value]) => object(given, 'tags')?.[key] === value))
    return { id: region, ids: found.map(({ id }) => id) }
  },
  permissions: () => calls('ec2:DescribeSecurityGroupRules'),
}
