/** All rules, in the order of the documentation. */
import type { Resource, Rule, Violation } from './resource.ts'
import { ACCESS_RULES } from './rules/access.ts'
import { DATA_RULES } from './rules/data.ts'
import { DOCUMENT_RULES } from './rules/documents.ts'
import { FRONT_DOOR_RULES } from './rules/front-door.ts'
import { PRIVATE_DOOR_RULES } from './rules/private-door.ts'
import { NETWORK_RULES } from './rules/security-groups.ts'
import { SITE_RULES } from './rules/site.ts'
import { SPOKE_RULES } from './rules/spoke.ts'
import { TASK_RULES } from './rules/tasks.ts'
import { TRUST_RULES } from './rules/trust.ts'

export const RULES: readonly Rule[] = [
  ...DOCUMENT_RULES,
  ...TRUST_RULES,
  ...SPOKE_RULES,
  ...NETWORK_RULES,
  ...FRONT_DOOR_RULES,
  ...PRIVATE_DOOR_RULES,
  ...DATA_RULES,
  ...ACCESS_RULES,
  ...TASK_RULES,
  ...SITE_RULES,
]

/** All violations of all rules, each with its rule. */
export function violationsOf(resources: readonly Resource[]): readonly (Violation & { readonly rule: string })[] {
  return RULES.flatMap((rule) => rule.check(resources).map((violation) => ({ ...violation, rule: rule.name })))
}
