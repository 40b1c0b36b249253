/** What is refused before anything is made: mistakes that AWS would accept in silence, or notice too late. */
import { requireInSupernet, requireNoOverlap } from '../shared/addressing.ts'
import type { HubOutputs } from '../shared/contract.ts'
import { parseModel } from '../shared/policies/models.ts'
import type { SpokeSettings } from '../shared/settings.ts'

/** @throws Error saying which setting does not fit the hub, and what would */
export function checkAgainstHub(settings: SpokeSettings, hub: HubOutputs): void {
  const { tenantId, account, cidrBlock, availabilityZoneIds } = settings
  if (account === hub.account) {
    throw new Error(
      `The account of ${tenantId} is the hub's own, ${account}. A tenant's quotas, policies and bill are its own only in an ` +
        'account of its own: set another account.',
    )
  }
  requireInSupernet({ name: tenantId, cidrBlock }, hub.spokesCidrBlock)
  requireNoOverlap([
    { name: 'the hub', cidrBlock: hub.cidrBlock },
    { name: tenantId, cidrBlock },
  ])
  const outside = availabilityZoneIds.filter((zoneId) => !hub.zoneIds.includes(zoneId))
  if (outside.length > 0) {
    throw new Error(
      `The zones ${outside.join(', ')} of ${tenantId} are not among the hub's: ${hub.zoneIds.join(', ')}. A zone in which the hub ` +
        'has no Transit Gateway subnet is not reached: set availabilityZoneIds to some of these.',
    )
  }
  for (const id of Object.values(settings.models)) parseModel(id, hub.region)
}

export interface ServiceZones {
  /** Zone names and ids of the tenant's account, in the same order. */
  readonly names: readonly string[]
  readonly zoneIds: readonly string[]
  /** Names of the zones that have the service. */
  readonly withService: readonly string[]
}

/** @throws Error naming the zones that have no bedrock-runtime endpoint, and those that have */
export function checkServiceZones(settings: SpokeSettings, zones: ServiceZones): void {
  const ids = zones.zoneIds.filter((_, index) => zones.withService.includes(zones.names[index] ?? ''))
  const missing = settings.availabilityZoneIds.filter((zoneId) => !ids.includes(zoneId))
  if (missing.length === 0) return
  throw new Error(
    `bedrock-runtime has no endpoint in ${missing.join(', ')} (account ${settings.account}). It has in: ${ids.sort().join(', ')}. ` +
      `Set availabilityZoneIds of ${settings.tenantId} to some of these.`,
  )
}
