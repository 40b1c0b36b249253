/** Refuses calls that only the management account may make. */
import { AwsError } from '../../errors.ts'
import type { ApiCall } from '../../wire/protocol/api.ts'
import { managementAccount } from './management-account.ts'

/** @throws AwsError for every other account, whatever its own policies allow */
export function requireManagement({ account, organization }: Pick<ApiCall, 'account' | 'organization'>): void {
  if (account !== managementAccount(organization))
    throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.")
}
