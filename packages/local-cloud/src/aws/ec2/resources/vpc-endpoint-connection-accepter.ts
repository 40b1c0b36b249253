/** `aws.ec2.VpcEndpointConnectionAccepter`: the owner of an endpoint service accepts a consumer's endpoint. */

import { AwsError } from '../../../errors.ts'
import { calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { CONNECTION_ACCEPTER, connectionsOf } from '../private-link.ts'
import { onService, requireService } from './vpc-endpoint-service-allowed-principal.ts'

export const vpcEndpointConnectionAccepter: ResourceType = {
  type: CONNECTION_ACCEPTER,
  inputs: ['vpcEndpointServiceId', 'vpcEndpointId'],
  required: ['vpcEndpointServiceId', 'vpcEndpointId'],
  replaces: ['vpcEndpointServiceId', 'vpcEndpointId'],
  // A connected endpoint may be deleted.
  releases: 'all',
  refuse(situation) {
    const service = requireService(situation, known(situation.inputs, 'vpcEndpointServiceId'))
    const endpointId = known(situation.inputs, 'vpcEndpointId')
    const asks = connectionsOf(situation.ledger, known(service.outputs, 'serviceName'))
    if (!asks.some(({ id }) => id === endpointId))
      throw new AwsError('InvalidVpcEndpointId.NotFound', `The Vpc Endpoint Id '${endpointId}' does not exist`)
  },
  answer: ({ inputs }) => ({
    id: `${known(inputs, 'vpcEndpointServiceId')}_${known(inputs, 'vpcEndpointId')}`,
    outputs: { vpcEndpointState: 'available' },
  }),
  permissions: lifeCycle((situation) => {
    const id = known(situation.inputs, 'vpcEndpointServiceId')
    return {
      create: [onService(situation, 'AcceptVpcEndpointConnections', id)],
      read: calls('ec2:DescribeVpcEndpointConnections'),
      delete: [onService(situation, 'RejectVpcEndpointConnections', id)],
    }
  }),
}
