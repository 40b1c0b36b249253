import { UnsupportedError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, structure, text } from '../../../wire/protocol/shape.ts'
import { chosen } from '../../described.ts'
import { INSTANCE_TYPES, ZONES_WITHOUT_INSTANCES } from '../images.ts'
import { zonesOf } from '../zones.ts'
import { COMMON, REFUSALS } from './input.ts'

const INPUT = structure({ ...COMMON, LocationType: text() })

export const describeInstanceTypeOfferings: ApiOperation<XmlValue> = async (call) => {
  const { Filter: filters = [], LocationType: location } = read(INPUT, call.input, REFUSALS)
  await call.permit('ec2:DescribeInstanceTypeOfferings')
  if (location !== 'availability-zone')
    throw new UnsupportedError('DescribeInstanceTypeOfferings but by availability-zone')
  const zones = zonesOf(call.organization, call.account, call.region)
  const rows = zones
    .filter(({ id }) => !ZONES_WITHOUT_INSTANCES.includes(id))
    .flatMap(({ name }) =>
      Object.keys(INSTANCE_TYPES).map((instanceType) => ({
        id: `${instanceType} ${name}`,
        filters: { 'instance-type': [instanceType], location: [name] },
        answer: { instanceType, locationType: location, location: name },
      })),
    )
  const found = chosen(rows, [], filters, 'DescribeInstanceTypeOfferings')
  return { instanceTypeOfferingSet: found.map(({ answer }) => answer) }
}
