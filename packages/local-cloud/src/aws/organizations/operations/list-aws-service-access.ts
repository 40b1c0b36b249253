/** The services that may act in the whole organisation. Only the management account may call it. */
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, structure, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { requireManagement } from '../require-management.ts'

export const listAwsServiceAccess: ApiOperation<object> = async (call) => {
  read(structure({}), call.input, VALIDATION_EXCEPTIONS)
  await call.permit('organizations:ListAWSServiceAccessForOrganization')
  requireManagement(call)
  return {
    EnabledServicePrincipals: call.organization.ramSharing ? [{ ServicePrincipal: 'ram.amazonaws.com' }] : [],
  }
}
