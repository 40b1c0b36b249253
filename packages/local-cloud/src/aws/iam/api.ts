import { type Api, queryApi } from '../../wire/protocol/api.ts'
import type { XmlValue } from '../../wire/protocol/query.ts'
import { getPolicy as GetPolicy } from './operations/get-policy.ts'
import { getRole as GetRole } from './operations/get-role.ts'

/** IAM is global: it has one host name, and its signatures name us-east-1. */
export const IAM: Api<XmlValue> = {
  name: 'iam.amazonaws.com',
  signingName: 'iam',
  protocol: queryApi('2010-05-08', 'https://iam.amazonaws.com/doc/2010-05-08/'),
  operations: { GetPolicy, GetRole },
}
