/** Every member account may call it. */
import { AwsError } from '../../../errors.ts'
import { isMember } from '../../../organization.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, structure, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { managementAccount } from '../management-account.ts'

export const describeOrganization: ApiOperation<object> = async (call) => {
  read(structure({}), call.input, VALIDATION_EXCEPTIONS)
  await call.permit('organizations:DescribeOrganization')
  const { organization, account } = call
  if (!isMember(organization, account))
    throw new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.')
  const management = managementAccount(organization)
  return {
    Organization: {
      Id: organization.id,
      Arn: organization.arn,
      FeatureSet: 'ALL',
      MasterAccountArn: `arn:aws:organizations::${management}:account/${organization.id}/${management}`,
      MasterAccountId: management,
    },
  }
}
