/** Lists records from a name on, sorted by name, in one page. */
import { known, number, objects, texts } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import {
  integerText,
  read,
  required,
  structure,
  text as textShape,
  VALIDATION_EXCEPTIONS,
} from '../../../wire/protocol/shape.ts'
import { RECORD } from '../resources/record.ts'
import { requireZone, zoneArn } from '../zones.ts'

const INPUT = structure({
  HostedZoneId: required(textShape({ max: 32 })),
  name: textShape({ max: 1024 }),
  maxitems: integerText({ min: 1, max: 300 }),
})

export const listResourceRecordSets: ApiOperation<XmlValue> = async (call) => {
  const { HostedZoneId: zoneId, name = '', maxitems: most = 300 } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  await call.permit('route53:ListResourceRecordSets', zoneArn(zoneId))
  requireZone(call, zoneId)
  const from = reversed(name)
  const records = call.ledger
    .where(RECORD, 'zoneId', zoneId)
    .map(({ outputs }) => ({ outputs, name: `${known(outputs, 'fqdn').replace(/\.$/, '')}.` }))
    .filter((record) => reversed(record.name) >= from)
    .sort((a, b) => (reversed(a.name) < reversed(b.name) ? -1 : 1))
  return {
    ResourceRecordSets: {
      ResourceRecordSet: records.slice(0, most).map(({ outputs, name: fqdn }) => ({
        Name: fqdn,
        Type: known(outputs, 'type'),
        TTL: number(outputs, 'ttl'),
        AliasTarget: objects(outputs, 'aliases').map((alias) => ({
          HostedZoneId: known(alias, 'zoneId'),
          DNSName: `${known(alias, 'name')}.`,
          EvaluateTargetHealth: alias.evaluateTargetHealth === true,
        }))[0],
        ResourceRecords: { ResourceRecord: texts(outputs, 'records').map((Value) => ({ Value })) },
      })),
    },
    IsTruncated: records.length > most,
    MaxItems: most,
  }
}

/** Route 53 sorts names by their labels, beginning with the last one. */
const reversed = (name: string) => name.toLowerCase().replace(/\.$/, '').split('.').reverse().join('.')
