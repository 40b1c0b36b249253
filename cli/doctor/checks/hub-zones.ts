import { CLIENT_INSTANCE_TYPE } from '../../../hub/client-instance.ts'
import { interfaceServices } from '../../../hub/endpoints.ts'
import { withoutIt } from '../../../hub/preflight/zones.ts'
import { type Answer, type Check, failed, ok } from '../check.ts'
import type { HubSubject } from '../subjects.ts'
import { zonesOf, zonesOfInstanceType, zonesOfService } from '../zones.ts'

export const hubZones: Check = {
  id: 'zones',
  of: 'hub',
  question: "Do the hub's zones have what it puts into them?",
  async ask(hub) {
    const { clientInstance } = hub.settings
    const zones = await zonesOf(hub)
    const missing = hub.settings.availabilityZones.filter((zone) => !zones.has(zone))
    const own =
      missing.length === 0
        ? ok(hub.settings.availabilityZones.map((zone) => `${zone} is ${zones.get(zone)}`).join(', '), 'zones')
        : failed(
            `The account has no ${missing.join(', ')}. It has: ${[...zones.keys()].join(', ')}.`,
            `Set availabilityZones in Pulumi.${hub.stack}.yaml to some of these.`,
            'zones',
          )
    const services = interfaceServices(hub.settings)
    return [
      own,
      ...(await Promise.all(services.map(async (name) => someHave(hub, name, await zonesOfService(hub, name))))),
      ...(clientInstance
        ? [someHave(hub, CLIENT_INSTANCE_TYPE, await zonesOfInstanceType(hub, CLIENT_INSTANCE_TYPE))]
        : []),
    ]
  },
}

/** One zone is enough, because other zones can reach the endpoint there. */
function someHave(hub: HubSubject, what: string, having: readonly string[]): Answer {
  const { availabilityZones } = hub.settings
  const there = availabilityZones.filter((zone) => having.includes(zone))
  const said = `${what} is in ${[...having].sort().join(', ') || 'no zone'}`
  if (there.length > 0) return ok(`${said}; of the hub's: ${there.join(', ')}`, what)
  return failed(
    `${said}, and the hub has ${availabilityZones.join(', ')}.`,
    `Choose availabilityZones with one of those${withoutIt(what)} in Pulumi.${hub.stack}.yaml.`,
    what,
  )
}
