import type { Api } from '../../wire/protocol/api.ts'
import { ec2Protocol } from '../../wire/protocol/ec2.ts'
import type { XmlValue } from '../../wire/protocol/query.ts'
import { describeAvailabilityZones as DescribeAvailabilityZones } from './operations/describe-availability-zones.ts'
import { describeInstanceTypeOfferings as DescribeInstanceTypeOfferings } from './operations/describe-instance-type-offerings.ts'
import { described } from './operations/describe-resources.ts'
import { describeVpcEndpointServices as DescribeVpcEndpointServices } from './operations/describe-vpc-endpoint-services.ts'

export const EC2: Api<XmlValue> = {
  name: 'ec2',
  protocol: ec2Protocol,
  operations: {
    DescribeAvailabilityZones,
    DescribeInstanceTypeOfferings,
    DescribeVpcEndpointServices,
    ...described,
  },
}
