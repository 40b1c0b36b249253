/** `aws.ec2.VpcEndpoint`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { call, calls, changed, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, others, requireOwn, text, texts } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { requireEndpointPolicy } from '../endpoint-policy.ts'
import { type EndpointService, endpointServices, zonesOfService } from '../endpoint-services.ts'
import { placeInterfaces } from '../network-interfaces.ts'
import { prefixLists } from '../prefix-lists.ts'
import {
  acceptedBy,
  hasPrivateDns,
  isAllowed,
  isSomebodysOwn,
  isVerified,
  serviceNamed,
  zonesOfOwn,
} from '../private-link.ts'
import { ROUTE_TABLE } from './route-table.ts'
import { requireGroups } from './security-group.ts'
import { requireSubnet } from './subnet.ts'
import { requireVpc } from './vpc.ts'

export const VPC_ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'

const kindOf = ({ inputs }: Situation) => text(inputs, 'vpcEndpointType') ?? 'Gateway'

function serviceOf(situation: Situation): EndpointService {
  const serviceName = known(situation.inputs, 'serviceName')
  if (isSomebodysOwn(serviceName)) return somebodysOwn(situation, serviceName)
  const service = endpointServices(situation.region).find((one) => one.serviceName === serviceName)
  const kind = kindOf(situation)
  if (!service?.types.some((type) => type === kind))
    throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${serviceName}' does not exist`)
  return service
}

/** For an account that is not allowed, a service does not exist. An existing endpoint stays when the permission is taken away. */
function somebodysOwn(situation: Situation, serviceName: string): EndpointService {
  const { ledger, account, region, current } = situation
  const service = serviceNamed(ledger, serviceName)
  const isThere = service?.region === region && (current !== undefined || isAllowed(ledger, service, account))
  if (!service || !isThere || kindOf(situation) !== 'Interface')
    throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${serviceName}' does not exist`)
  return {
    serviceName,
    types: ['Interface'],
    privateDnsName: service.privateDnsName ?? '',
    label: service.id,
    missingZoneIds: [],
    zoneIds: zonesOfOwn(ledger, service),
    policy: false,
  }
}

export const vpcEndpoint: ResourceType = {
  type: VPC_ENDPOINT,
  inputs: [
    'vpcId',
    'serviceName',
    'vpcEndpointType',
    'subnetIds',
    'securityGroupIds',
    'routeTableIds',
    'privateDnsEnabled',
    'policy',
    'tags',
  ],
  required: ['vpcId', 'serviceName'],
  replaces: ['vpcId', 'serviceName', 'vpcEndpointType'],
  defaults: { vpcEndpointType: 'Gateway', privateDnsEnabled: false },
  replacesWhen: (before, after) =>
    after.vpcEndpointType !== 'Interface' && before.privateDnsEnabled !== after.privateDnsEnabled
      ? ['privateDnsEnabled']
      : [],
  refuse(situation) {
    const { inputs } = situation
    const vpcId = known(inputs, 'vpcId')
    const kind = kindOf(situation)
    if (kind !== 'Gateway' && kind !== 'Interface')
      throw new UnsupportedError(`vpcEndpointType "${kind}" of ${VPC_ENDPOINT}`)
    const network = requireVpc(situation, vpcId)
    const service = serviceOf(situation)
    const policy = text(inputs, 'policy')
    if (policy !== undefined && !service.policy)
      throw new AwsError('InvalidParameter', `The service ${service.serviceName} does not support endpoint policies.`)
    if (policy !== undefined) requireEndpointPolicy(policy)
    if (kind === 'Gateway') refuseGateway(situation, vpcId)
    else refuseInterface(situation, service, network.outputs, vpcId)
  },
  answer(situation) {
    const { inputs } = situation
    const id = `vpce-0${situation.stableToken(16)}`
    const common = {
      arn: arn(situation, 'ec2', `vpc-endpoint/${id}`),
      ownerId: situation.account,
      state: serviceNamed(situation.ledger, known(inputs, 'serviceName'))?.acceptanceRequired
        ? 'pendingAcceptance'
        : 'available',
      requesterManaged: false,
      vpcEndpointType: kindOf(situation),
      serviceRegion: situation.region,
      policy: text(inputs, 'policy') ?? JSON.stringify(FULL_ACCESS),
    }
    return {
      id,
      outputs: {
        ...common,
        ...(kindOf(situation) === 'Gateway' ? gatewayOutputs(situation) : interfaceOutputs(situation, id)),
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const { inputs } = situation
    const resource = ec2Arn(situation, 'vpc-endpoint', id)
    const network = [
      ...texts(inputs, 'subnetIds').map((one) => ec2Arn(situation, 'subnet', one)),
      ...texts(inputs, 'securityGroupIds').map((one) => ec2Arn(situation, 'security-group', one)),
      ...texts(inputs, 'routeTableIds').map((one) => ec2Arn(situation, 'route-table', one)),
    ]
    const vpc = ec2Arn(situation, 'vpc', known(inputs, 'vpcId'))
    const serviceName = known(inputs, 'serviceName')
    const ofService = {
      'ec2:VpceServiceName': serviceName,
      'ec2:VpceServiceOwner': serviceNamed(situation.ledger, serviceName)?.account ?? 'amazon',
    }
    // AWS owns the service's private hosted zone, and associates it with the VPC.
    const privateZone = when(
      inputs.privateDnsEnabled === true,
      call('route53:AssociateVPCWithHostedZone', 'arn:aws:route53:::hostedzone/*'),
    )
    return {
      create: [
        ...privateZone,
        ...[vpc, ...network].map((one) => call('ec2:CreateVpcEndpoint', one)),
        ...creation(situation, 'CreateVpcEndpoint', resource, ofService),
      ],
      read: calls('ec2:DescribeVpcEndpoints', 'ec2:DescribePrefixLists', 'ec2:DescribeNetworkInterfaces'),
      update: [
        ...when(
          changed(situation, 'policy', 'privateDnsEnabled', 'subnetIds', 'securityGroupIds', 'routeTableIds'),
          ...when(changed(situation, 'privateDnsEnabled'), ...privateZone),
          onOwn(situation, 'ModifyVpcEndpoint', resource),
          ...when(
            changed(situation, 'subnetIds', 'securityGroupIds', 'routeTableIds'),
            ...network.map((one) => call('ec2:ModifyVpcEndpoint', one)),
          ),
        ),
        ...ec2Retag(situation, resource),
      ],
      delete: [onOwn(situation, 'DeleteVpcEndpoints', resource), ...calls('ec2:DescribeVpcEndpoints')],
    }
  }),
}

/** The policy of an endpoint for which none was declared. */
const FULL_ACCESS = {
  Version: '2008-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
}

function refuseGateway(situation: Situation, vpcId: string): void {
  const { inputs } = situation
  for (const name of ['subnetIds', 'securityGroupIds'])
    if (texts(inputs, name).length > 0)
      throw new AwsError('InvalidParameter', `${name} cannot be given for an endpoint of type Gateway.`)
  if (flag(inputs, 'privateDnsEnabled'))
    throw new AwsError('InvalidParameter', 'Private DNS is only supported for interface endpoints.')
  for (const tableId of texts(inputs, 'routeTableIds')) {
    const message = `The routeTable ID '${tableId}' does not exist`
    const table = requireOwn(situation, ROUTE_TABLE, tableId, 'InvalidRouteTableId.NotFound', message)
    if (table.outputs.vpcId !== vpcId)
      throw new AwsError(
        'InvalidParameter',
        `Route table ${tableId} and network ${vpcId} belong to different networks.`,
      )
    const taken = others(situation, VPC_ENDPOINT).some(
      (other) =>
        other.inputs.serviceName === inputs.serviceName && texts(other.inputs, 'routeTableIds').includes(tableId),
    )
    if (taken)
      throw new AwsError(
        'RouteAlreadyExists',
        `route table ${tableId} already has a route with destination-prefix-list-id ${prefixListOf(situation)?.id}`,
      )
  }
}

function refuseInterface(situation: Situation, service: EndpointService, network: Properties, vpcId: string): void {
  const { inputs } = situation
  if (texts(inputs, 'routeTableIds').length > 0)
    throw new AwsError('InvalidParameter', 'Route table IDs are only supported for Gateway type VPC Endpoints.')
  const allowed = zonesOfService(situation.organization, situation.account, situation.region, service)
  const zones = new Set<unknown>()
  for (const subnetId of texts(inputs, 'subnetIds')) {
    const { outputs } = requireSubnet(situation, subnetId)
    if (outputs.vpcId !== vpcId)
      throw new AwsError('InvalidParameter', `The subnet ${subnetId} does not belong to ${vpcId}.`)
    if (!allowed.some(({ id }) => id === outputs.availabilityZoneId))
      throw new AwsError(
        'InvalidParameter',
        `The VPC endpoint service ${service.serviceName} does not support the availability zone of the subnet: ${subnetId}.`,
      )
    if (zones.has(outputs.availabilityZoneId))
      throw new AwsError(
        'DuplicateSubnetsInSameZone',
        `Found another VPC endpoint subnet in the availability zone of ${subnetId}.`,
      )
    zones.add(outputs.availabilityZoneId)
  }
  requireGroups(situation, texts(inputs, 'securityGroupIds'), vpcId)
  if (flag(inputs, 'privateDnsEnabled')) refusePrivateDns(situation, service, network, vpcId)
}

/** Checks what a private DNS name needs in a VPC, for an endpoint that exists or is being made. */
export function refusePrivateDns(
  situation: Pick<Situation, 'ledger' | 'urn' | 'account' | 'region'>,
  service: Pick<EndpointService, 'serviceName' | 'privateDnsName'>,
  network: Properties,
  vpcId: string,
  endpointId?: string,
): void {
  const own = serviceNamed(situation.ledger, service.serviceName)
  if (own && !(endpointId === undefined ? !own.acceptanceRequired : acceptedBy(situation.ledger, own, endpointId)))
    throw new AwsError(
      'InvalidParameter',
      `Private DNS can only be enabled after the endpoint connection is accepted by the owner of ${service.serviceName}.`,
    )
  if (own && (own.privateDnsName === undefined || !isVerified(situation.ledger, own)))
    throw new AwsError(
      'InvalidParameter',
      `Private DNS can't be enabled because the service ${service.serviceName} does not provide a private DNS name.`,
    )
  if (network.enableDnsSupport !== true || network.enableDnsHostnames !== true)
    throw new AwsError(
      'InvalidParameter',
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpcId}`,
    )
  const conflict = others(situation, VPC_ENDPOINT).some(
    (other) =>
      other.inputs.vpcId === vpcId &&
      other.inputs.serviceName === service.serviceName &&
      other.id !== endpointId &&
      hasPrivateDns(situation.ledger, other.id),
  )
  if (conflict)
    throw new AwsError(
      'InvalidParameter',
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${service.privateDnsName} in the VPC ${vpcId}`,
    )
}

const prefixListOf = (situation: Situation) =>
  prefixLists(situation.region).find(({ name }) => name === situation.inputs.serviceName)

function gatewayOutputs(situation: Situation): Properties {
  const list = prefixListOf(situation)
  return {
    prefixListId: list?.id ?? null,
    cidrBlocks: list?.cidrBlocks ?? [],
    routeTableIds: texts(situation.inputs, 'routeTableIds'),
    subnetIds: [],
    securityGroupIds: [],
    networkInterfaceIds: [],
    dnsEntries: [],
    privateDnsEnabled: false,
  }
}

function interfaceOutputs(situation: Situation, id: string): Properties {
  const { inputs } = situation
  const service = serviceOf(situation)
  const subnetIds = texts(inputs, 'subnetIds')
  const network = requireVpc(situation, known(inputs, 'vpcId'))
  const given = texts(inputs, 'securityGroupIds')
  const securityGroupIds = given.length > 0 ? given : [known(network.outputs, 'defaultSecurityGroupId')]
  const interfaces = placeInterfaces(situation, subnetIds, securityGroupIds)
  const host = `${id}-${situation.stableToken(8, 'dns')}`
  const domain = `${service.label}.${situation.region}.vpce.amazonaws.com`
  const zones = subnetIds.map((subnetId) => known(requireSubnet(situation, subnetId).outputs, 'availabilityZone'))
  const names = [`${host}.${domain}`, ...zones.map((zone) => `${host}-${zone}.${domain}`)]
  const privateDnsEnabled = flag(inputs, 'privateDnsEnabled') ?? false
  if (privateDnsEnabled) names.push(service.privateDnsName)
  return {
    privateDnsEnabled,
    securityGroupIds,
    routeTableIds: [],
    cidrBlocks: [],
    networkInterfaceIds: interfaces.map((one) => one.id),
    subnetConfigurations: interfaces.map((one) => ({ subnetId: one.subnetId, ipv4: one.privateIp })),
    dnsEntries: names.map((dnsName) => ({ dnsName, hostedZoneId: ZONE_OF_ENDPOINT_NAMES })),
    ipAddressType: 'ipv4',
    elasticNetworkInterfaces: interfaces,
  }
}

/** The hosted zone of endpoint names in us-east-1. */
const ZONE_OF_ENDPOINT_NAMES = 'Z7HUB22UULQXV'
