import { checkServiceZones } from '../../../spoke/preflight/against-hub.ts'
import { messageOf } from '../../verb.ts'
import { type Check, failed, ok } from '../check.ts'
import { zonesOf, zonesOfService } from '../zones.ts'

const SERVICE = 'bedrock-runtime'

export const tenantZones: Check = {
  id: 'zones',
  of: 'tenant',
  question: `Do the tenant's zones have ${SERVICE} endpoints, and has the hub the same zones?`,
  async ask(tenant, { hub }) {
    const { availabilityZoneIds: wanted, modelEndpoint } = tenant.settings
    if (modelEndpoint === 'hub') return ok('No zones: its models are called through the hub’s endpoint.')
    const remedy = `Set availabilityZoneIds in Pulumi.${tenant.stack}.yaml.`
    const zones = await zonesOf(tenant)
    const withService = await zonesOfService(tenant, SERVICE)
    const hubs = hub && (await zonesOf(hub))
    const ofHub = hub?.settings.availabilityZones.map((zone) => hubs?.get(zone))
    const unreached = ofHub ? wanted.filter((id) => !ofHub.includes(id)) : []
    const there = { names: [...zones.keys()], zoneIds: [...zones.values()], withService }
    try {
      checkServiceZones(tenant.settings, there)
    } catch (error) {
      return failed(messageOf(error), remedy, SERVICE)
    }
    if (unreached.length > 0)
      return failed(`${unreached.join(', ')} is not among the hub's zones: ${ofHub?.join(', ')}.`, remedy, 'hub')
    return ok(
      `${wanted.join(', ')}: ${SERVICE} is in ${withService
        .map((name) => zones.get(name))
        .sort()
        .join(', ')}`,
    )
  },
}
