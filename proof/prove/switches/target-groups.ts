/** The target groups to which tenants' rules forward requests. */
import type { Declared } from '@genai/local-cloud/ledger/ledger'

const RULE = 'aws:lb/listenerRule:ListenerRule'

/** A rule that matches no request has an address in its conditions, besides the path. */
export const rulesOf = (declared: readonly Declared[], tenantId: string): readonly Declared[] =>
  declared.filter(({ type, outputs }) => {
    const conditions = JSON.stringify(outputs.conditions ?? [])
    return type === RULE && conditions.includes(`"/${tenantId}/*"`) && !conditions.includes('sourceIp')
  })

export const targetGroupsOf = (declared: readonly Declared[], tenantId: string): readonly string[] =>
  rulesOf(declared, tenantId).flatMap(
    ({ outputs }) => /"(arn:[^"]+:targetgroup\/[^"]+)"/.exec(JSON.stringify(outputs.actions))?.[1] ?? [],
  )
