import {
  executionRoleName,
  functionLogGroupName,
  functionName,
  targetGroupName,
  tenantRoleName,
} from '../../../shared/naming.ts'
import type { Check } from '../check.ts'
import { type Named, takenNames } from '../names.ts'

/** In the hub's account. */
const ingressNames = (tenantId: string): readonly Named[] => [
  { kind: 'role', name: executionRoleName(tenantId) },
  { kind: 'function', name: functionName(tenantId) },
  { kind: 'log group', name: functionLogGroupName(tenantId) },
  { kind: 'target group', name: targetGroupName(tenantId) },
]

/** In the tenant's own. */
const accountNames = (tenantId: string): readonly Named[] => [{ kind: 'role', name: tenantRoleName(tenantId) }]

export const tenantNames: Check = {
  id: 'names',
  of: 'tenant',
  question: "Are the names free that the tenant's stack gives, in its account and in the hub's?",
  async ask(tenant, { hub }) {
    const { tenantId } = tenant.settings
    return [
      ...(await takenNames(tenant, tenant, accountNames(tenantId))),
      ...(hub ? await takenNames(hub, tenant, ingressNames(tenantId)) : []),
    ]
  },
}
