/** What the hub needs in its zones, asked before anything is made, because not every zone has every service. */
import * as aws from '@pulumi/aws'
import { setAt } from '../../shared/settings/commands.ts'
import type { HubSettings } from '../../shared/settings.ts'
import { CLIENT_INSTANCE_TYPE } from '../client-instance.ts'
import { interfaceServices, serviceName } from '../endpoints.ts'

export interface HubZones {
  /** Zone ids, which are the same in every account, in the order of the zones in the settings. */
  readonly zoneIds: readonly string[]
  /** For each interface endpoint the indexes of the zones in the settings that have the service. */
  readonly ofService: Readonly<Record<string, readonly number[]>>
  /** The index of the first zone that has the client's instance type. */
  readonly clientZone: number
}

export type ZoneSettings = Pick<
  HubSettings,
  'region' | 'availabilityZones' | 'keySetVia' | 'clientInstance' | 'fargate' | 'centralModels'
>

/** @throws Error that names a zone that the account does not have, or a service that none of the zones has */
export async function hubZones(settings: ZoneSettings, stack: string, provider: aws.Provider): Promise<HubZones> {
  const services = interfaceServices(settings)
  const [zoneIds, clientZone, ...found] = await Promise.all([
    zoneIdsOf(settings.availabilityZones, stack, provider),
    clientZoneOf(settings, provider),
    ...services.map((service) => zonesOf(settings, service, provider)),
  ])
  return {
    zoneIds,
    clientZone,
    ofService: Object.fromEntries(services.map((service, index) => [service, found[index] ?? []])),
  }
}

async function zonesOf(settings: ZoneSettings, service: string, provider: aws.Provider): Promise<readonly number[]> {
  const asked = { serviceName: serviceName(settings.region, service), serviceType: 'Interface' }
  const { availabilityZones } = await aws.ec2.getVpcEndpointService(asked, { provider })
  return withIn(settings.availabilityZones, availabilityZones, `${service} has no endpoint`, withoutIt(service))
}

const WITHOUT: Readonly<Record<string, string>> = {
  'cognito-idp': ', or set keySetVia to table, nat or inline',
  'bedrock-runtime': ', or take centralModels out',
  ...Object.fromEntries(['ecr.api', 'ecr.dkr', 'logs'].map((service) => [service, ', or set fargate to false'])),
  [CLIENT_INSTANCE_TYPE]: ', or set clientInstance to false',
}

/**
 * The end of a message that advises other zones: the setting with which the hub does not need this.
 * @param what a service of an interface endpoint, or the client's instance type
 */
export const withoutIt = (what: string): string => WITHOUT[what] ?? ''

async function clientZoneOf(settings: ZoneSettings, provider: aws.Provider): Promise<number> {
  if (!settings.clientInstance) return 0
  const { locations } = await aws.ec2.getInstanceTypeOfferings(
    { locationType: 'availability-zone', filters: [{ name: 'instance-type', values: [CLIENT_INSTANCE_TYPE] }] },
    { provider },
  )
  const what = `there is no ${CLIENT_INSTANCE_TYPE}, the type of the client instance,`
  return withIn(settings.availabilityZones, locations, what, withoutIt(CLIENT_INSTANCE_TYPE))[0] ?? 0
}

/**
 * The indexes of the zones that have something.
 * @throws Error if none has
 */
function withIn(zones: readonly string[], having: readonly string[], what: string, remedy: string): readonly number[] {
  const places = zones.flatMap((zone, index) => (having.includes(zone) ? [index] : []))
  if (places.length > 0) return places
  throw new Error(
    `In ${zones.join(', ')} ${what}. It has in: ${[...having].sort().join(', ') || 'no zone'}. Choose availabilityZones with one of these${remedy}.`,
  )
}

async function zoneIdsOf(zones: readonly string[], stack: string, provider: aws.Provider): Promise<readonly string[]> {
  const { names, zoneIds } = await aws.getAvailabilityZones({ state: 'available' }, { provider })
  return zones.map((zone, index) => {
    const id = zoneIds[names.indexOf(zone)]
    if (id === undefined) {
      throw new Error(
        `The hub's account has no availability zone "${zone}". Allowed: ${names.join(', ')}. ` +
          `Fix: ${setAt(stack, 'availabilityZones', `[${index}]`, '{ZONE}')}`,
      )
    }
    return id
  })
}
