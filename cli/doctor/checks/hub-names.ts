import {
  auditFunctionName,
  auditLogGroupName,
  keySetsFunctionName,
  keySetsTableName,
  loadBalancerName,
  onboardingRoleName,
  permissionsBoundaryName,
  privateDoorName,
  tableName,
  taskBoundaryName,
  usageTableName,
} from '../../../shared/naming.ts'
import type { Check } from '../check.ts'
import { type Named, takenNames } from '../names.ts'

const HUB_NAMES: readonly Named[] = [
  { kind: 'load balancer', name: loadBalancerName },
  { kind: 'table', name: tableName },
  { kind: 'table', name: usageTableName },
  { kind: 'role', name: onboardingRoleName },
  { kind: 'role', name: auditFunctionName },
  { kind: 'policy', name: permissionsBoundaryName },
  { kind: 'policy', name: `${auditFunctionName}-boundary` },
  { kind: 'function', name: auditFunctionName },
  { kind: 'log group', name: auditLogGroupName },
  { kind: 'log group', name: `/aws/lambda/${auditFunctionName}` },
]

/** Names that are needed with `keySetVia: table`. */
const KEY_SETS: readonly Named[] = [
  { kind: 'table', name: keySetsTableName },
  { kind: 'role', name: keySetsFunctionName },
  { kind: 'policy', name: `${keySetsFunctionName}-boundary` },
  { kind: 'function', name: keySetsFunctionName },
  { kind: 'log group', name: `/aws/lambda/${keySetsFunctionName}` },
]

/** Names that are needed with `endpointService`. */
const PRIVATE_DOOR: readonly Named[] = [
  { kind: 'load balancer', name: privateDoorName },
  { kind: 'target group', name: privateDoorName },
]

export const hubNames: Check = {
  id: 'names',
  of: 'hub',
  question: 'Are the names free that the hub gives to what it makes?',
  ask: (hub) =>
    takenNames(hub, hub, [
      ...HUB_NAMES,
      ...(hub.settings.keySetVia === 'table' ? KEY_SETS : []),
      ...(hub.settings.fargate ? [{ kind: 'policy', name: taskBoundaryName } as const] : []),
      ...(hub.settings.endpointService ? PRIVATE_DOOR : []),
    ]),
}
