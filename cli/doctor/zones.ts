/** Zones with their names in an account, and the zones of an endpoint service. */
import {
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeVpcEndpointServicesCommand,
} from '@aws-sdk/client-ec2'
import { ifThere } from './denied.ts'
import type { Subject } from './subjects.ts'

/** Name → id: `us-east-1a` → `use1-az4`. */
export async function zonesOf(subject: Subject): Promise<ReadonlyMap<string, string>> {
  const { ec2 } = await subject.clients()
  const { AvailabilityZones: zones = [] } = await ec2.send(
    new DescribeAvailabilityZonesCommand({ Filters: [{ Name: 'state', Values: ['available'] }] }),
  )
  return new Map(zones.map(({ ZoneName = '', ZoneId = '' }) => [ZoneName, ZoneId]))
}

/** Names of the zones in which a service has interface endpoints; none if the region does not have the service. */
export async function zonesOfService(subject: Subject, service: string): Promise<readonly string[]> {
  const { ec2 } = await subject.clients()
  const asked = new DescribeVpcEndpointServicesCommand({
    ServiceNames: [`com.amazonaws.${subject.region}.${service}`],
    Filters: [{ Name: 'service-type', Values: ['Interface'] }],
  })
  const found = await ifThere(ec2.send(asked), 'InvalidServiceName')
  return found?.ServiceDetails?.[0]?.AvailabilityZones ?? []
}

export async function zonesOfInstanceType(subject: Subject, type: string): Promise<readonly string[]> {
  const { ec2 } = await subject.clients()
  const { InstanceTypeOfferings: offered = [] } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [type] }],
    }),
  )
  return offered.map(({ Location = '' }) => Location)
}
