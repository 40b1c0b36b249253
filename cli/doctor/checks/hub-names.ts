import {
  auditFunctionName,
  auditLogGroupName,
  loadBalancerName,
  onboardingRoleName,
  permissionsBoundaryName,
  tableName,
} from '../../../shared/naming.ts'
import type { Check } from '../check.ts'
import { type Named, takenNames } from '../names.ts'

export const HUB_NAMES: readonly Named[] = [
  { kind: 'load balancer', name: loadBalancerName },
  { kind: 'table', name: tableName },
  { kind: 'role', name: onboardingRoleName },
  { kind: 'role', name: auditFunctionName },
  { kind: 'policy', name: permissionsBoundaryName },
  { kind: 'policy', name: `${auditFunctionName}-boundary` },
  { kind: 'function', name: auditFunctionName },
  { kind: 'log group', name: auditLogGroupName },
  { kind: 'log group', name: `/aws/lambda/${auditFunctionName}` },
]

export const hubNames: Check = {
  id: 'names',
  of: 'hub',
  question: 'Are the names free that the hub gives to what it makes?',
  ask: (hub) => takenNames(hub, hub, HUB_NAMES),
}
