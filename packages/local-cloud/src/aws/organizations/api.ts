import { type Api, jsonApi } from '../../wire/protocol/api.ts'
import { describeOrganization as DescribeOrganization } from './operations/describe-organization.ts'
import { listAwsServiceAccess as ListAWSServiceAccessForOrganization } from './operations/list-aws-service-access.ts'

export const ORGANIZATIONS: Api<object> = {
  name: 'organizations',
  protocol: jsonApi('AWSOrganizationsV20161128'),
  operations: { DescribeOrganization, ListAWSServiceAccessForOrganization },
}
