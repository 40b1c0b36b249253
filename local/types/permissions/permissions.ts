/** What a deployer must be allowed, by resource type: the calls that the AWS provider makes. */
import type { ResourceType } from '../resource-type.ts'
import { ec2Permissions } from './ec2.ts'
import { iamPermissions } from './iam.ts'
import { lambdaPermissions } from './lambda.ts'
import type { Permissions } from './permission.ts'
import { routingPermissions } from './routing.ts'

const table: Readonly<Record<string, Permissions>> = {
  ...ec2Permissions,
  ...iamPermissions,
  ...lambdaPermissions,
  ...routingPermissions,
}

/** The row with the permissions that its type needs, if they are known. */
export function withPermissions(row: ResourceType): ResourceType {
  const permissions = table[row.type]
  if (!permissions) return row
  return {
    ...row,
    permissions: (operation, situation) =>
      permissions(operation, situation, situation.current ?? row.answer(situation)),
  }
}

/** Types whose calls are evaluated. */
export const evaluatedTypes: readonly string[] = Object.keys(table)
