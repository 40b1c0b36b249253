/** What this tenant's stack has deployed before, and which of it cannot be changed in place. It is read from the stack itself, not from AWS. */
import type { HubOutputs } from '../../shared/contract.ts'
import type { SpokeSettings } from '../../shared/settings.ts'

/** The outputs of the last deployment with which the settings are compared. */
export const BEFORE = [
  'tenantId',
  'account',
  'cidrBlock',
  'availabilityZoneIds',
  'functionArn',
  'ruleArn',
  'timeoutSeconds',
  'transitGatewayArn',
] as const

export interface Before {
  readonly tenantId?: string
  readonly account?: string
  /** Like the zones, absent after a deployment by an older version. */
  readonly cidrBlock?: string
  readonly availabilityZoneIds?: readonly string[]
  /** The tenant's function, in its hub's account; absent if tasks on Fargate serve the tenant. */
  readonly functionArn?: string
  /** The tenant's rule on its hub's listener. */
  readonly ruleArn?: string
  /** The longest time of a request, in seconds; absent after a deployment by an older version. */
  readonly timeoutSeconds?: number
  /** Set if the stack was a hub's, and its `role` was changed. */
  readonly transitGatewayArn?: string
}

type Asked = Pick<SpokeSettings, 'tenantId' | 'account' | 'cidrBlock' | 'availabilityZoneIds' | 'hubStack'>

/** @throws Error that says what is deployed, what was asked, and what to do instead */
export function checkBefore(asked: Asked, hub: Pick<HubOutputs, 'account' | 'region'>, before: Before): void {
  const mistakes = placeMistakes(asked, hub, before)
  // If the id, account or hub differs, the network is not compared.
  const all = mistakes.length > 0 ? mistakes : zoneMistakes(asked, before)
  if (all.length > 0) throw new Error(all.join('\n'))
}

/** With another id, account or hub, everything would be made again elsewhere, and nothing that exists here may be deleted. */
function placeMistakes(
  { tenantId, account, hubStack }: Asked,
  hub: Pick<HubOutputs, 'account' | 'region'>,
  before: Before,
): readonly string[] {
  const instead = `make a stack of its own: npm run tenant -- add {TENANT} --account {ACCOUNT} --model {NAME}={MODEL}`
  if (before.transitGatewayArn !== undefined)
    return [`This stack holds a hub, not the tenant ${tenantId}. Put role back, or ${instead}`]
  if (before.tenantId !== undefined && before.tenantId !== tenantId)
    return [
      `This stack holds the tenant ${before.tenantId}, not ${tenantId}: a tenant's id is in all of its names, and is not changed in ` +
        `place. Put tenantId back, or ${instead}`,
    ]
  const mistakes: string[] = []
  if (before.account !== undefined && before.account !== account)
    mistakes.push(
      `${tenantId} is deployed in account ${before.account}, and does not move to ${account}. Put account and roleArn back, or ${instead}`,
    )
  const [, , , region, hubAccount] = (before.ruleArn ?? before.functionArn)?.split(':') ?? []
  if (hubAccount !== undefined && (hubAccount !== hub.account || region !== hub.region))
    mistakes.push(
      `${tenantId} is served by the hub in account ${hubAccount} (${region}), and does not move to ${hubStack} in ${hub.account} ` +
        `(${hub.region}). Put hubStack back, or ${instead}`,
    )
  return mistakes
}

/** The order of the zones decides the subnets' addresses. In another block all addresses are new. */
function zoneMistakes({ tenantId, cidrBlock, availabilityZoneIds }: Asked, before: Before): readonly string[] {
  const had = before.availabilityZoneIds
  if (had === undefined || cidrBlock === undefined || before.cidrBlock !== cidrBlock) return []
  const kept = Math.min(had.length, availabilityZoneIds.length)
  if (had.slice(0, kept).every((zoneId, index) => availabilityZoneIds[index] === zoneId)) return []
  return [
    `The zones of ${tenantId} are ${had.join(', ')}, in this order, which decides the subnets' addresses. ${availabilityZoneIds.join(', ')} ` +
      'would move subnets onto each other. Put the order back (new zones come at the end, and only the last ones are taken away), or ' +
      'move the tenant to another block at the same time: docs/operations.md, "Moving a tenant to another block".',
  ]
}

/** Lambda's limit, for outputs of an older version that do not have the time. */
const LONGEST_FUNCTION_SECONDS = 900

/** How many seconds a function that is about to be deleted may still take to answer; 0 if none was deployed. */
export const functionSeconds = ({ functionArn, timeoutSeconds = LONGEST_FUNCTION_SECONDS }: Before): number =>
  functionArn === undefined ? 0 : timeoutSeconds
