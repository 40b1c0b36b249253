/** Checks, before anything is made, that the permissions boundary of a tenant's roles exists in an account that tenants share. */
import * as aws from '@pulumi/aws'
import { isAboutSignIn } from '../../shared/aws-sign-in.ts'
import { policyArn, tenantBoundaryName } from '../../shared/naming.ts'
import type { SpokeSettings } from '../../shared/settings.ts'

/**
 * @param provider of the tenant's account
 * @throws Error that says who makes the boundary
 */
export async function requireBoundary(
  { tenantId, account, sharedAccount }: Pick<SpokeSettings, 'tenantId' | 'account' | 'sharedAccount'>,
  provider: aws.Provider,
): Promise<void> {
  if (!sharedAccount) return
  const name = tenantBoundaryName(tenantId)
  try {
    await aws.iam.getPolicy({ arn: policyArn(account, name) }, { provider })
  } catch (error) {
    if (isAboutSignIn(error)) throw error
    const words = error instanceof Error ? error.message : String(error)
    throw new Error(
      `${tenantId} shares account ${account}, and the managed policy ${name}, which bounds what its roles may do there, was not found. An ` +
        `administrator of the account makes it, and the role genai-deployer-${tenantId} that cannot change it: docs/deployers.md has both. AWS ` +
        `said: ${words.split('\n')[0]}`,
    )
  }
}
