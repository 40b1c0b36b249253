/** `aws.route53.getZone`, by the zone's id: the provider looks it up directly, and lists its tags. */
import { AwsError } from '../../../errors.ts'
import { call } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { hostedZone, zoneArn } from '../zones.ts'

export const getZone: InvokeType = {
  token: 'aws:route53/getZone:getZone',
  inputs: ['zoneId'],
  answer({ organization, account, inputs }) {
    const zoneId = known(inputs, 'zoneId')
    const found = hostedZone(organization, account, zoneId)
    if (!found) throw new AwsError('NoSuchHostedZone', "couldn't find resource", 404)
    return { id: zoneId, zoneId, arn: zoneArn(zoneId), name: found.name, privateZone: found.isPrivate, tags: {} }
  },
  permissions: ({ inputs }) =>
    ['route53:GetHostedZone', 'route53:ListTagsForResource'].map((action) =>
      call(action, zoneArn(known(inputs, 'zoneId'))),
    ),
}
