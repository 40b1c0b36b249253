/** `aws.ec2.getVpcEndpointService`. */

import { AwsError } from '../../../errors.ts'
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { text } from '../../../resource/values.ts'
import { endpointServices, zonesOfService } from '../endpoint-services.ts'

export const getVpcEndpointService: InvokeType = {
  token: 'aws:ec2/getVpcEndpointService:getVpcEndpointService',
  inputs: ['service', 'serviceName', 'serviceType'],
  answer({ organization, account, region, inputs }) {
    const serviceName = text(inputs, 'serviceName') ?? `com.amazonaws.${region}.${text(inputs, 'service') ?? ''}`
    const wanted = text(inputs, 'serviceType') ?? 'Interface'
    const service = endpointServices(region).find((one) => one.serviceName === serviceName)
    if (!service?.types.some((type) => type === wanted))
      throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${serviceName}' does not exist`)
    return {
      id: serviceName,
      serviceName,
      serviceType: wanted,
      serviceId: `vpce-svc-${serviceName}`,
      availabilityZones: zonesOfService(organization, account, region, service).map(({ name }) => name),
      privateDnsName: service.privateDnsName,
      vpcEndpointPolicySupported: service.policy,
      acceptanceRequired: false,
      owner: 'amazon',
    }
  },
  permissions: () => calls('ec2:DescribeVpcEndpointServices'),
}
