/** What the management account alone is told. */
import { AwsError } from '../../errors.ts'
import type { ApiCall } from '../../wire/protocol/api.ts'
import { managementAccount } from './management-account.ts'

/** @throws AwsError to every other account, whatever its own policies say */
export function requireManagement({ account, organization }: Pick<ApiCall, 'account' | 'organization'>): void {
  if (account !== managementAccount(organization))
    throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.")
}
