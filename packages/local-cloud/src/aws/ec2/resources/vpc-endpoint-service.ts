/** `aws.ec2.VpcEndpointService`: an endpoint service behind network load balancers. */

import { AwsError } from '../../../errors.ts'
import { call, calls, changed, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { known, own, text, texts } from '../../../resource/values.ts'
import { LOAD_BALANCER } from '../../load-balancer/resources/load-balancer.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { SUBNET } from '../network-interfaces.ts'
import { connectionsOf, ENDPOINT_SERVICE } from '../private-link.ts'
import { requirePrincipal } from './vpc-endpoint-service-allowed-principal.ts'

const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/

const CONFIGURED = ['acceptanceRequired', 'networkLoadBalancerArns', 'privateDnsName']

export const vpcEndpointService: ResourceType = {
  type: ENDPOINT_SERVICE,
  inputs: [...CONFIGURED, 'allowedPrincipals', 'tags'],
  required: ['acceptanceRequired'],
  replaces: [],
  // Consumers name the service in a text, not by a reference, so its deletion looks for connections.
  heldThrough: [],
  refuse(situation) {
    const { inputs, ledger, current } = situation
    const balancers = texts(inputs, 'networkLoadBalancerArns')
    if (balancers.length === 0)
      throw new AwsError('InvalidParameter', 'An endpoint service needs a Network Load Balancer.')
    for (const arn of balancers)
      if (own(situation, LOAD_BALANCER, arn)?.outputs.loadBalancerType !== 'network')
        throw new AwsError('InvalidParameter', `The load balancer ${arn} is no Network Load Balancer of this account.`)
    const name = text(inputs, 'privateDnsName')
    if (name !== undefined && !DOMAIN.test(name))
      throw new AwsError('InvalidParameter', `The private DNS name ${name} is not a valid domain name.`)
    for (const principal of texts(inputs, 'allowedPrincipals')) requirePrincipal(principal)
    if (current && changed(situation, 'networkLoadBalancerArns'))
      refuseConnected(connectionsOf(ledger, known(current.outputs, 'serviceName')).length)
  },
  refuseDelete({ outputs }, ledger) {
    refuseConnected(connectionsOf(ledger, known(outputs, 'serviceName')).length)
  },
  answer(situation) {
    const { inputs, region } = situation
    const id = `vpce-svc-0${situation.stableToken(16)}`
    const privateDnsName = text(inputs, 'privateDnsName')
    return {
      id,
      outputs: {
        arn: ec2Arn(situation, 'vpc-endpoint-service', id),
        serviceName: `com.amazonaws.vpce.${region}.${id}`,
        serviceType: 'Interface',
        state: 'Available',
        availabilityZones: zonesOf(situation),
        baseEndpointDnsNames: [`${id}.${region}.vpce.amazonaws.com`],
        managesVpcEndpoints: false,
        supportedIpAddressTypes: ['ipv4'],
        supportedRegions: [region],
        allowedPrincipals: texts(inputs, 'allowedPrincipals'),
        privateDnsName: privateDnsName ?? '',
        privateDnsNameConfigurations:
          privateDnsName === undefined
            ? []
            : [
                {
                  name: `_${situation.stableToken(20, `name ${privateDnsName}`)}`,
                  type: 'TXT',
                  value: `vpce:${situation.stableToken(20, `value ${privateDnsName}`)}`,
                  state: 'pendingVerification',
                },
              ],
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'vpc-endpoint-service', id)
    const { inputs } = situation
    const name = text(inputs, 'privateDnsName')
    const named = name === undefined ? {} : { 'ec2:VpceServicePrivateDnsName': name }
    return {
      create: [
        ...creation(situation, 'CreateVpcEndpointServiceConfiguration', resource, named),
        ...calls('ec2:DescribeVpcEndpointServiceConfigurations'),
        ...when(
          texts(inputs, 'allowedPrincipals').length > 0,
          call('ec2:ModifyVpcEndpointServicePermissions', resource),
        ),
      ],
      read: [
        ...calls('ec2:DescribeVpcEndpointServiceConfigurations'),
        onOwn(situation, 'DescribeVpcEndpointServicePermissions', resource),
      ],
      update: [
        ...when(changed(situation, ...CONFIGURED), onOwn(situation, 'ModifyVpcEndpointServiceConfiguration', resource)),
        ...when(
          changed(situation, 'allowedPrincipals'),
          onOwn(situation, 'ModifyVpcEndpointServicePermissions', resource),
        ),
        ...ec2Retag(situation, resource),
      ],
      delete: [
        onOwn(situation, 'DeleteVpcEndpointServiceConfigurations', resource),
        ...calls('ec2:DescribeVpcEndpointServiceConfigurations'),
      ],
    }
  }),
}

/** The names of its load balancers' zones, in its own account. */
const zonesOf = (situation: Situation): readonly string[] => [
  ...new Set(
    texts(situation.inputs, 'networkLoadBalancerArns')
      .flatMap((arn) => texts(own(situation, LOAD_BALANCER, arn)?.outputs ?? {}, 'subnets'))
      .flatMap((subnetId) => text(own(situation, SUBNET, subnetId)?.outputs ?? {}, 'availabilityZone') ?? []),
  ),
]

function refuseConnected(count: number): void {
  if (count > 0)
    throw new AwsError('ExistingVpcEndpointConnections', 'Service has existing active VPC Endpoint connections!')
}
