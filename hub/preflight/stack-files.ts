/** Compares a hub with the other stack files. */
import { contains } from '../../shared/cidr.ts'
import type { SettingsOrigin } from '../../shared/settings/read.ts'
import type { HubSettings } from '../../shared/settings.ts'
import type { StackFile } from '../../shared/stack-files.ts'
import { tenanciesOf } from '../../shared/tenants-together.ts'

/**
 * Compares a hub with the other stack files before it is deployed. Its names are unique in an account: with a second hub in the account, AWS
 * would refuse some resources half-way, and overwrite others (an alarm, a bucket in us-east-1). And a supernet that leaves a tenant's block out
 * would remove its route.
 * @throws Error that names the stacks
 */
export function checkHubFiles(
  files: readonly StackFile[],
  { organization, project, stack }: SettingsOrigin,
  hub: Pick<HubSettings, 'account' | 'spokesCidrBlock' | 'centralModels'>,
): void {
  const same = files.filter((one) => one.stack !== stack && one.raw.role === 'hub' && one.raw.account === hub.account)
  const hubs = [stack, ...same.map((one) => one.stack)]
  const mistakes =
    same.length === 0
      ? []
      : [
          `The account ${hub.account} is that of ${hubs.length} hubs: ${hubs.join(', ')}. A hub's names are its account's, so each ` +
            'needs an account of its own: docs/operations.md, "Cells".',
        ]
  for (const { stack: name, hubStack, cidrBlock, sharedModels = [] } of tenanciesOf(files, { organization, project })) {
    if (hubStack !== `${organization}/${project}/${stack}`) continue
    const missing = sharedModels.filter((id) => !hub.centralModels?.modelIds.includes(id))
    if (missing.length > 0)
      mistakes.push(
        `centralModels leaves out ${missing.join(', ')}, which ${name} calls through the hub's model endpoint. Put it back, or take it out of ` +
          "that tenant's models first, or set its modelEndpoint to own.",
      )
    if (cidrBlock !== undefined && !contains(hub.spokesCidrBlock, cidrBlock))
      mistakes.push(
        `The spokes' supernet ${hub.spokesCidrBlock} leaves out ${name} (${cidrBlock}), which the hub would route no more. Choose one ` +
          'that holds every tenant, or move the tenant first: docs/operations.md, "Moving a tenant to another block".',
      )
  }
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}
