/** `aws.getAvailabilityZones`. */

import { UnsupportedError } from '../../../errors.ts'
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { text } from '../../../resource/values.ts'
import { zonesOf } from '../zones.ts'

export const getAvailabilityZones: InvokeType = {
  token: 'aws:index/getAvailabilityZones:getAvailabilityZones',
  inputs: ['state'],
  answer({ organization, account, region, inputs }) {
    const state = text(inputs, 'state') ?? 'available'
    if (state !== 'available') throw new UnsupportedError(`state "${state}" of getAvailabilityZones`)
    const zones = zonesOf(organization, account, region)
    return {
      id: region,
      names: zones.map(({ name }) => name),
      zoneIds: zones.map(({ id }) => id),
      groupNames: [region],
    }
  },
  permissions: () => calls('ec2:DescribeAvailabilityZones'),
}
