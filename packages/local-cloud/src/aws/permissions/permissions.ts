/** What a deployer must be allowed, by resource type: the calls that the AWS provider makes. */
import type { ResourceType } from '../../resource/resource-type.ts'
import { accountPermissions } from './account.ts'
import { instancePermissions } from './ec2-instance.ts'
import { frontDoorPermissions } from './front-door.ts'
import { iamPermissions } from './iam.ts'
import { lambdaPermissions } from './lambda.ts'
import { loadBalancerPermissions } from './load-balancer.ts'
import type { Permissions } from './permission.ts'
import { securityGroupPermissions } from './security-group.ts'
import { storagePermissions } from './storage.ts'
import { transitGatewayPermissions } from './transit-gateway.ts'
import { vpcPermissions } from './vpc.ts'

const table: Readonly<Record<string, Permissions>> = {
  ...accountPermissions,
  ...frontDoorPermissions,
  ...iamPermissions,
  ...instancePermissions,
  ...lambdaPermissions,
  ...loadBalancerPermissions,
  ...securityGroupPermissions,
  ...storagePermissions,
  ...transitGatewayPermissions,
  ...vpcPermissions,
}

/** A row of the registry: what its type's calls need is known. */
export type PermittedType = ResourceType & Required<Pick<ResourceType, 'permissions'>>

/**
 * The row with the permissions that its type needs.
 * @throws Error for a type whose calls are not known: nobody could say whether a deployer may make one
 */
export function withPermissions(row: ResourceType): PermittedType {
  const permissions = table[row.type]
  if (!permissions)
    throw new Error(`The permissions that ${row.type} needs are not known: packages/local-cloud/src/aws/permissions/`)
  return {
    ...row,
    permissions: (operation, situation) =>
      permissions(operation, situation, situation.current ?? row.answer(situation)),
  }
}
