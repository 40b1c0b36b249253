import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, structure } from '../../../wire/protocol/shape.ts'
import { chosen } from '../../described.ts'
import { zonesOf } from '../zones.ts'
import { COMMON, REFUSALS, TEXTS } from './input.ts'

const INPUT = structure({ ...COMMON, ZoneName: TEXTS, ZoneId: TEXTS })

export const describeAvailabilityZones: ApiOperation<XmlValue> = async (call) => {
  const { Filter: filters = [], ZoneName: names = [], ZoneId: ids = [] } = read(INPUT, call.input, REFUSALS)
  const { organization, account, region } = call
  await call.permit('ec2:DescribeAvailabilityZones')
  const zones = zonesOf(organization, account, region).filter(({ id }) => ids.length === 0 || ids.includes(id))
  const rows = zones.map(({ name, id }) => ({
    id: name,
    filters: { state: ['available'], 'zone-id': [id], 'zone-type': ['availability-zone'] },
    answer: {
      zoneName: name,
      zoneId: id,
      zoneState: 'available',
      regionName: region,
      groupName: region,
      zoneType: 'availability-zone',
      optInStatus: 'opt-in-not-required',
    },
  }))
  return {
    availabilityZoneInfo: chosen(rows, names, filters, 'DescribeAvailabilityZones').map(({ answer }) => answer),
  }
}
