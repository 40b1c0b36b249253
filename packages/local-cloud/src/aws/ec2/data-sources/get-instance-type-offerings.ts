/** `aws.ec2.getInstanceTypeOfferings`. */

import { UnsupportedError } from '../../../errors.ts'
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { objects, text, texts } from '../../../resource/values.ts'
import { INSTANCE_TYPES, ZONES_WITHOUT_INSTANCES } from '../images.ts'
import { zonesOf } from '../zones.ts'

export const getInstanceTypeOfferings: InvokeType = {
  token: 'aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings',
  inputs: ['locationType', 'filters.name', 'filters.values'],
  answer({ organization, account, region, inputs }) {
    if (text(inputs, 'locationType') !== 'availability-zone')
      throw new UnsupportedError('getInstanceTypeOfferings but by availability-zone')
    const filters = objects(inputs, 'filters')
    const other = filters.find((filter) => text(filter, 'name') !== 'instance-type')
    if (other) throw new UnsupportedError(`the filter ${text(other, 'name')} of getInstanceTypeOfferings`)
    const wanted = filters.flatMap((filter) => texts(filter, 'values'))
    const offered = Object.keys(INSTANCE_TYPES).filter((type) => filters.length === 0 || wanted.includes(type))
    const zones = zonesOf(organization, account, region).filter(({ id }) => !ZONES_WITHOUT_INSTANCES.includes(id))
    const found = zones.flatMap(({ name }) => offered.map((type) => [type, name] as const))
    return {
      id: region,
      instanceTypes: found.map(([type]) => type),
      locationTypes: found.map(() => 'availability-zone'),
      locations: found.map(([, zone]) => zone),
    }
  },
  permissions: () => calls('ec2:DescribeInstanceTypeOfferings'),
}
