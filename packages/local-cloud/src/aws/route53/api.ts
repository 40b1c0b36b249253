import type { Api } from '../../wire/protocol/api.ts'
import type { XmlValue } from '../../wire/protocol/query.ts'
import { restXml } from '../../wire/protocol/rest.ts'
import { getHostedZone as GetHostedZone } from './operations/get-hosted-zone.ts'
import { listResourceRecordSets as ListResourceRecordSets } from './operations/list-resource-record-sets.ts'

/** Like IAM, Route 53 is global. */
export const ROUTE53: Api<XmlValue> = {
  name: 'route53.amazonaws.com',
  signingName: 'route53',
  protocol: restXml(
    {
      GetHostedZone: 'GET /2013-04-01/hostedzone/{Id}',
      ListResourceRecordSets: 'GET /2013-04-01/hostedzone/{HostedZoneId}/rrset',
    },
    'https://route53.amazonaws.com/doc/2013-04-01/',
  ),
  operations: { GetHostedZone, ListResourceRecordSets },
}
