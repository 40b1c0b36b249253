/** `aws.vpc.EndpointPrivateDns`: makes the service's private name resolve to an existing endpoint. */

import { calls, changed, lifeCycle, resourceTags, when } from '../../../resource/permission.ts'
import type { Permission, ResourceType, Situation } from '../../../resource/resource-type.ts'
import { flag, known, requireOwn } from '../../../resource/values.ts'
import { ec2Arn } from '../calls.ts'
import { endpointServices } from '../endpoint-services.ts'
import { ENDPOINT_PRIVATE_DNS, serviceNamed } from '../private-link.ts'
import { requireVpc } from './vpc.ts'
import { refusePrivateDns, VPC_ENDPOINT } from './vpc-endpoint.ts'

export const endpointPrivateDns: ResourceType = {
  type: ENDPOINT_PRIVATE_DNS,
  inputs: ['vpcEndpointId', 'privateDnsEnabled'],
  required: ['vpcEndpointId', 'privateDnsEnabled'],
  replaces: ['vpcEndpointId'],
  releases: 'all',
  refuse(situation) {
    const { inputs, ledger, region } = situation
    const endpointId = known(inputs, 'vpcEndpointId')
    const message = `The Vpc Endpoint Id '${endpointId}' does not exist`
    const endpoint = requireOwn(situation, VPC_ENDPOINT, endpointId, 'InvalidVpcEndpointId.NotFound', message)
    if (flag(inputs, 'privateDnsEnabled') !== true) return
    const serviceName = known(endpoint.outputs, 'serviceName')
    const ofAws = endpointServices(region).find((one) => one.serviceName === serviceName)
    const privateDnsName = ofAws?.privateDnsName ?? serviceNamed(ledger, serviceName)?.privateDnsName ?? ''
    const vpcId = known(endpoint.outputs, 'vpcId')
    const network = requireVpc(situation, vpcId)
    refusePrivateDns(situation, { serviceName, privateDnsName }, network.outputs, vpcId, endpointId)
  },
  answer: ({ inputs }) => ({ id: known(inputs, 'vpcEndpointId'), outputs: {} }),
  permissions: lifeCycle((situation) => ({
    create: [modify(situation)],
    read: calls('ec2:DescribeVpcEndpoints'),
    update: when(changed(situation, 'privateDnsEnabled'), modify(situation)),
    // The provider does nothing on a deletion: the private name ends with the endpoint.
    delete: [],
  })),
}

function modify(situation: Situation): Permission {
  const id = known(situation.inputs, 'vpcEndpointId')
  const tags = resourceTags(situation.ledger.find(VPC_ENDPOINT, id)?.outputs)
  return { action: 'ec2:ModifyVpcEndpoint', resource: ec2Arn(situation, 'vpc-endpoint', id), context: tags }
}
