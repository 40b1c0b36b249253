/** The control plane's IAM: whoever deploys is the principal of each call, and may be refused. */
import type { Session } from '../authorize.ts'
import { AwsError } from '../errors.ts'
import type { Permission, ResourceType, Situation } from '../types/resource-type.ts'
import type { ProviderCloud } from './cloud.ts'

type Operation = Parameters<NonNullable<ResourceType['permissions']>>[0]

/** @throws AwsError for the first call that the principal may not make. */
export async function requirePermissions(
  cloud: ProviderCloud,
  row: ResourceType,
  operation: Operation,
  situation: Situation,
  session: Session,
): Promise<void> {
  await requireAll(cloud, row.permissions?.(operation, situation) ?? [], situation, session)
}

export async function requireAll(
  { authorize, observe }: ProviderCloud,
  permissions: readonly Permission[],
  { account, region }: Pick<Situation, 'account' | 'region'>,
  session: Session,
): Promise<void> {
  if (!authorize) return
  for (const { action, resource, context = {} } of permissions) {
    const decision = await authorize({ action, resource, resourceAccount: account, region, session, context })
    observe?.({ kind: 'permission', roleArn: session.roleArn, action, resource, allowed: decision.allowed })
    if (!decision.allowed) throw new AwsError('AccessDenied', decision.message, 403)
  }
}
