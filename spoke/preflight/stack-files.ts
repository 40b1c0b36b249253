/** Compares a tenant with the other stack files of the project. */
import type { HubLimits } from '../../shared/hub-limits.ts'
import type { SettingsOrigin } from '../../shared/settings/read.ts'
import type { StackFile } from '../../shared/stack-files.ts'
import { checkTenancies, supernetMistakes, type Tenancy, tenanciesOf } from '../../shared/tenants-together.ts'

/** The tenant that is deployed, with its settings. Its file may be elsewhere, or differ. */
export interface Own {
  readonly tenancy: Tenancy
  readonly hub: { readonly spokesCidrBlock: string; readonly cidrBlock: string }
}

/**
 * Compares the tenants in the stack files with each other before one of them is deployed.
 * @param own replaces its stack's file
 * @throws Error that names the stacks in conflict, and says what to do
 */
export function checkStackFiles(
  stackFiles: readonly StackFile[],
  origin: Pick<SettingsOrigin, 'organization' | 'project'>,
  limits: HubLimits,
  { tenancy, hub }: Own,
): void {
  const files = tenanciesOf(stackFiles, origin)
  const all = [...files.filter((one) => one.stack !== tenancy.stack), tenancy]
  const { stack, hubStack, cidrBlock } = tenancy
  const blocks = files.flatMap((one) => (one.stack === stack || one.hubStack !== hubStack ? [] : (one.cidrBlock ?? [])))
  const full = cidrBlock === undefined ? [] : supernetMistakes({ name: stack, cidrBlock }, blocks, hub)
  if (full.length > 0) throw new Error(full.join('\n'))
  checkTenancies(all, limits)
}
