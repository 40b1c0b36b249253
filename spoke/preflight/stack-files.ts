/** What the stack files beside a tenant's say against it: they are where the stacks of one project meet. */
import type { HubLimits } from '../../shared/hub-limits.ts'
import type { SettingsOrigin } from '../../shared/settings/read.ts'
import type { StackFile } from '../../shared/stack-files.ts'
import { checkTenancies, supernetMistakes, type Tenancy, tenanciesOf } from '../../shared/tenants-together.ts'

/** The tenant that is deployed, as its settings are: its file may be elsewhere, or say something else. */
export interface Own {
  readonly tenancy: Tenancy
  readonly hub: { readonly spokesCidrBlock: string; readonly cidrBlock: string }
}

/**
 * Checks the tenants of the stack files against each other, before one of them is deployed.
 * @param own takes the place of its stack's file
 * @throws Error naming the stacks that clash, and what to do
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
