/** What a tenant's stack has deployed before, and what of it is not changed in place: asked of the stack itself, not of AWS. */
import type { HubOutputs } from '../../shared/contract.ts'
import type { SpokeSettings } from '../../shared/settings.ts'

/** Outputs of the stack's last deployment that the settings are held against. */
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
  /** Absent after a deployment by an older version, as the zones. */
  readonly cidrBlock?: string
  readonly availabilityZoneIds?: readonly string[]
  /** The tenant's function, in the account of its hub; absent where tasks on Fargate serve it. */
  readonly functionArn?: string
  /** The tenant's rule on the listener of its hub. */
  readonly ruleArn?: string
  /** Longest time of a request; absent after a deployment by an older version. */
  readonly timeoutSeconds?: number
  /** A hub's stack, whose role was changed. */
  readonly transitGatewayArn?: string
}

type Asked = Pick<SpokeSettings, 'tenantId' | 'account' | 'cidrBlock' | 'availabilityZoneIds' | 'hubStack'>

/** @throws Error saying what is deployed, what was asked, and what to do instead */
export function checkBefore(asked: Asked, hub: Pick<HubOutputs, 'account' | 'region'>, before: Before): void {
  const mistakes = placeMistakes(asked, hub, before)
  // Of another tenant's network nothing is compared.
  const all = mistakes.length > 0 ? mistakes : zoneMistakes(asked, before)
  if (all.length > 0) throw new Error(all.join('\n'))
}

/** Another id, account or hub: everything is made anew there, and nothing may be deleted of what is here. */
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

/** The order of the zones decides the subnets' addresses; in another block they are all new. */
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

/** Lambda's limit, where an older version did not say. */
const LONGEST_FUNCTION_SECONDS = 900

/** How long a function that is left may still answer what it was asked; nothing where none was deployed. */
export const functionSeconds = ({ functionArn, timeoutSeconds = LONGEST_FUNCTION_SECONDS }: Before): number =>
  functionArn === undefined ? 0 : timeoutSeconds
