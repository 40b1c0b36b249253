import { type Api, queryApi } from '../../wire/protocol/api.ts'
import type { XmlValue } from '../../wire/protocol/query.ts'
import { described } from './operations/describe-resources.ts'

export const ELASTIC_LOAD_BALANCING: Api<XmlValue> = {
  name: 'elasticloadbalancing',
  protocol: queryApi('2015-12-01', 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/'),
  operations: described,
}
