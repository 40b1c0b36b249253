import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, structure } from '../../../wire/protocol/shape.ts'
import { chosen } from '../../described.ts'
import { endpointServices, zonesOfService } from '../endpoint-services.ts'
import { COMMON, REFUSALS, TEXTS } from './input.ts'

const INPUT = structure({ ...COMMON, ServiceName: TEXTS })

export const describeVpcEndpointServices: ApiOperation<XmlValue> = async (call) => {
  const { Filter: filters = [], ServiceName: names = [] } = read(INPUT, call.input, REFUSALS)
  const { organization, account, region } = call
  await call.permit('ec2:DescribeVpcEndpointServices')
  const services = endpointServices(region)
  const unknown = names.find((name) => !services.some(({ serviceName }) => serviceName === name))
  if (unknown !== undefined)
    throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${unknown}' does not exist`)
  const rows = services.flatMap((service) =>
    service.types.map((serviceType) => ({
      id: service.serviceName,
      filters: { 'service-type': [serviceType], 'service-name': [service.serviceName] },
      answer: {
        serviceName: service.serviceName,
        serviceType: [{ serviceType }],
        availabilityZoneSet: zonesOfService(organization, account, region, service).map(({ name }) => name),
        owner: 'amazon',
        privateDnsName: service.privateDnsName,
        vpcEndpointPolicySupported: service.policy,
        acceptanceRequired: false,
      },
    })),
  )
  const found = chosen(rows, names, filters, 'DescribeVpcEndpointServices')
  return {
    serviceNameSet: [...new Set(found.map(({ id }) => id))],
    serviceDetailSet: found.map(({ answer }) => answer),
  }
}
