import {
  executionRoleName,
  functionLogGroupName,
  functionName,
  targetGroupName,
  taskExecutionRoleName,
  taskRoleName,
  tasksTargetGroupName,
  tenantRoleName,
} from '../../../shared/naming.ts'
import type { SpokeSettings } from '../../../shared/settings.ts'
import type { Check } from '../check.ts'
import { type Named, takenNames } from '../names.ts'

/** Names in the hub's account, which depend on where the gateway runs. */
const ingressNames = ({ tenantId, compute }: SpokeSettings): readonly Named[] => [
  { kind: 'log group', name: functionLogGroupName(tenantId) },
  ...(compute.kind === 'fargate'
    ? ([
        { kind: 'role', name: taskRoleName(tenantId) },
        { kind: 'role', name: taskExecutionRoleName(tenantId) },
        { kind: 'target group', name: tasksTargetGroupName(tenantId) },
      ] as const)
    : ([
        { kind: 'role', name: executionRoleName(tenantId) },
        { kind: 'function', name: functionName(tenantId) },
        { kind: 'target group', name: targetGroupName(tenantId) },
      ] as const)),
]

/** Names in the tenant's account. */
const accountNames = (tenantId: string): readonly Named[] => [{ kind: 'role', name: tenantRoleName(tenantId) }]

export const tenantNames: Check = {
  id: 'names',
  of: 'tenant',
  question: "Are the names free that the tenant's stack gives, in its account and in the hub's?",
  async ask(tenant, { hub }) {
    const { settings } = tenant
    return [
      ...(await takenNames(tenant, tenant, accountNames(settings.tenantId))),
      ...(hub ? await takenNames(hub, tenant, ingressNames(settings)) : []),
    ]
  },
}
