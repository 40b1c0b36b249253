/** Services that may act in the whole organisation; the management account alone is told. */
import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, structure, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { managementAccount } from '../management-account.ts'

export const listAwsServiceAccess: ApiOperation<object> = async (call) => {
  read(structure({}), call.input, VALIDATION_EXCEPTIONS)
  await call.permit('organizations:ListAWSServiceAccessForOrganization')
  if (call.account !== managementAccount(call.organization))
    throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.")
  return {
    EnabledServicePrincipals: call.organization.ramSharing ? [{ ServicePrincipal: 'ram.amazonaws.com' }] : [],
  }
}
