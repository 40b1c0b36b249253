import { type Api, jsonApi } from '../../wire/protocol/api.ts'
import { describeOrganization as DescribeOrganization } from './operations/describe-organization.ts'
import { describePolicy as DescribePolicy } from './operations/describe-policy.ts'
import { listAwsServiceAccess as ListAWSServiceAccessForOrganization } from './operations/list-aws-service-access.ts'
import { listParents as ListParents } from './operations/list-parents.ts'
import { listPoliciesForTarget as ListPoliciesForTarget } from './operations/list-policies-for-target.ts'

export const ORGANIZATIONS: Api<object> = {
  name: 'organizations',
  protocol: jsonApi('AWSOrganizationsV20161128'),
  operations: {
    DescribeOrganization,
    DescribePolicy,
    ListAWSServiceAccessForOrganization,
    ListParents,
    ListPoliciesForTarget,
  },
}
