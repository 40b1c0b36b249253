/** `aws.lb.LoadBalancer`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import {
  call,
  calls,
  changed,
  later,
  lifeCycle,
  newTags,
  ownTags,
  resourceTags,
  retag,
  serviceLinkedRole,
  when,
} from '../../../resource/permission.ts'
import type { Permission, ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, number, object, others, own, text, texts } from '../../../resource/values.ts'
import { placeInterfaces, publicAddress, SUBNET } from '../../ec2/network-interfaces.ts'
import { ENDPOINT_SERVICE } from '../../ec2/private-link.ts'
import { INTERNET_GATEWAY } from '../../ec2/resources/internet-gateway.ts'
import { requireGroups } from '../../ec2/resources/security-group.ts'
import { requireLogDelivery } from '../../s3/s3-log-delivery.ts'
import { describe, elb, TAGGING } from '../calls.ts'
import { networkOutputs, networkReplacedBy, refuseNetwork } from '../network-load-balancer.ts'

export const LOAD_BALANCER = 'aws:lb/loadBalancer:LoadBalancer'

const NAME = /^(?!-)(?!internal-)[a-zA-Z0-9-]{1,32}(?<!-)$/

/** The hosted zone of application load balancers' names in us-east-1. */
const HOSTED_ZONE = 'Z35SXDOTRQ7X7K'

const LONGEST_IDLE_SECONDS = 4000

const ATTRIBUTES = [
  'idleTimeout',
  'clientKeepAlive',
  'dropInvalidHeaderFields',
  'desyncMitigationMode',
  'enableDeletionProtection',
  'enableHttp2',
  'enableWafFailOpen',
  'enableXffClientPort',
  'enableTlsVersionAndCipherSuiteHeaders',
  'preserveHostHeader',
  'xffHeaderProcessingMode',
]

/** The attributes of a network load balancer. The AWS provider sends no others. */
const OF_NETWORK = ['enableDeletionProtection', 'enableCrossZoneLoadBalancing']

const ENFORCES = 'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic'

const isNetwork = (inputs: Properties) => text(inputs, 'loadBalancerType') === 'network'

export const loadBalancer: ResourceType = {
  type: LOAD_BALANCER,
  inputs: [
    'name',
    'internal',
    'loadBalancerType',
    'subnets',
    'securityGroups',
    ...ATTRIBUTES,
    'enableCrossZoneLoadBalancing',
    ENFORCES,
    'ipAddressType',
    'accessLogs.bucket',
    'accessLogs.prefix',
    'accessLogs.enabled',
    'connectionLogs.bucket',
    'connectionLogs.prefix',
    'connectionLogs.enabled',
    'tags',
  ],
  required: ['subnets'],
  named: 'name',
  replaces: ['name', 'internal', 'loadBalancerType'],
  defaults: {
    internal: false,
    loadBalancerType: 'application',
    idleTimeout: 60,
    clientKeepAlive: 3600,
    dropInvalidHeaderFields: false,
    desyncMitigationMode: 'defensive',
    enableDeletionProtection: false,
    enableHttp2: true,
    enableWafFailOpen: false,
    enableXffClientPort: false,
    enableTlsVersionAndCipherSuiteHeaders: false,
    preserveHostHeader: false,
    xffHeaderProcessingMode: 'append',
    enableCrossZoneLoadBalancing: false,
  },
  replacesWhen: (before, after) => (isNetwork(after) ? networkReplacedBy(before, after) : []),
  // Deleting a load balancer deletes its listeners. Records and firewalls that name it do not prevent that.
  heldCode: 'ResourceInUse',
  refuse(situation) {
    const { inputs } = situation
    const kind = text(inputs, 'loadBalancerType') ?? 'application'
    if (kind !== 'application' && kind !== 'network')
      throw new UnsupportedError(`loadBalancerType "${kind}" of ${LOAD_BALANCER}`)
    const name = nameOf(situation)
    if (!NAME.test(name))
      throw new AwsError(
        'ValidationError',
        `The load balancer name '${name}' can have a maximum of 32 characters: letters, digits and hyphens, not starting or ending with a hyphen nor starting with "internal-".`,
      )
    if (others(situation, LOAD_BALANCER).some(({ outputs }) => outputs.name === name))
      throw new AwsError(
        'DuplicateLoadBalancerName',
        `A load balancer with the same name '${name}' exists, but with different settings`,
      )
    const vpcId = refuseSubnets(situation, kind === 'network' ? 1 : 2)
    if (kind === 'network') refuseNetwork(situation)
    else if (inputs[ENFORCES] !== undefined || flag(inputs, 'enableCrossZoneLoadBalancing') !== undefined)
      throw new UnsupportedError(`${ENFORCES} or enableCrossZoneLoadBalancing of an application load balancer`)
    requireGroups(situation, texts(inputs, 'securityGroups'), vpcId, 'InvalidConfigurationRequest')
    const addresses = text(inputs, 'ipAddressType') ?? 'ipv4'
    if (addresses !== 'ipv4') throw new UnsupportedError(`ipAddressType "${addresses}" of ${LOAD_BALANCER}`)
  },
  // Attributes are set after the load balancer was made.
  afterwards: [{ inputs: [...ATTRIBUTES, 'accessLogs', 'connectionLogs'], refuse: refuseAttributes }],
  refuseDelete({ id, outputs }, ledger) {
    if (ledger.all(ENDPOINT_SERVICE).some((service) => texts(service.outputs, 'networkLoadBalancerArns').includes(id)))
      throw new AwsError(
        'ResourceInUse',
        `Load balancer '${id}' cannot be deleted because it is currently associated with another service`,
      )
    if (outputs.enableDeletionProtection === true)
      throw new AwsError(
        'OperationNotPermitted',
        `Load balancer '${id}' cannot be deleted because deletion protection is enabled`,
      )
  },
  answer(situation) {
    const { inputs } = situation
    const name = nameOf(situation)
    const isOfNetwork = isNetwork(inputs)
    const suffix = `${isOfNetwork ? 'net' : 'app'}/${name}/${situation.stableToken(16)}`
    const id = arn(situation, 'elasticloadbalancing', `loadbalancer/${suffix}`)
    const internal = flag(inputs, 'internal') ?? false
    const subnets = texts(inputs, 'subnets')
    const vpcId = own(situation, SUBNET, subnets[0] ?? '')?.outputs.vpcId ?? null
    const interfaces = placeInterfaces(situation, subnets, texts(inputs, 'securityGroups'))
    return {
      id,
      outputs: {
        name,
        arn: id,
        arnSuffix: suffix,
        vpcId,
        internal,
        ipAddressType: 'ipv4',
        enableDeletionProtection: flag(inputs, 'enableDeletionProtection') ?? false,
        ...(isOfNetwork ? networkOutputs(situation, name) : applicationOutputs(situation, name)),
        elasticNetworkInterfaces: internal
          ? interfaces
          : interfaces.map((one, index) => ({ ...one, publicIp: publicAddress(situation, `${index}`) })),
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const balancerArn = known(outputs, 'arn')
    const { inputs, current } = situation
    const tags = newTags(situation)
    const attributes = [...Object.keys(inputs), ...Object.keys(current?.inputs ?? {})].filter(
      (name) => !NO_ATTRIBUTE.has(name) && (!isNetwork(inputs) || OF_NETWORK.includes(name)),
    )
    const on = (action: string) => elb(action, balancerArn, ownTags(situation))
    return {
      create: [
        serviceLinkedRole(situation, 'elasticloadbalancing.amazonaws.com', 'AWSServiceRoleForElasticLoadBalancing'),
        ...lookUpGroups(situation),
        elb('CreateLoadBalancer', balancerArn, tags),
        elb('AddTags', balancerArn, { ...tags, 'elasticloadbalancing:CreateAction': 'CreateLoadBalancer' }),
        ...later(attributes, elb('ModifyLoadBalancerAttributes', balancerArn, resourceTags(inputs))),
        // Set by a separate call, after the load balancer was made.
        ...when(
          inputs[ENFORCES] !== undefined,
          ...later([ENFORCES], elb('SetSecurityGroups', balancerArn, resourceTags(inputs))),
        ),
      ],
      read: describe('LoadBalancers', 'LoadBalancerAttributes', 'CapacityReservation', 'Tags'),
      update: [
        ...when(changed(situation, ...attributes), on('ModifyLoadBalancerAttributes')),
        ...when(changed(situation, 'securityGroups', ENFORCES), ...lookUpGroups(situation), on('SetSecurityGroups')),
        ...when(changed(situation, 'subnets'), on('SetSubnets')),
        ...when(changed(situation, 'ipAddressType'), on('SetIpAddressType')),
        ...retag(situation, TAGGING, balancerArn),
      ],
      // The provider waits until the load balancer's network interfaces are deleted.
      delete: [on('DeleteLoadBalancer'), ...calls('ec2:DescribeNetworkInterfaces')],
    }
  }),
}

function applicationOutputs(situation: Situation, name: string): Properties {
  const { inputs, region } = situation
  const digits = Number.parseInt(situation.stableToken(8, 'dns'), 16) % 1_000_000_000
  const prefix = flag(inputs, 'internal') === true ? 'internal-' : ''
  return {
    dnsName: `${prefix}${name.toLowerCase()}-${digits}.${region}.elb.amazonaws.com`,
    zoneId: HOSTED_ZONE,
    loadBalancerType: 'application',
    idleTimeout: number(inputs, 'idleTimeout') ?? 60,
    dropInvalidHeaderFields: flag(inputs, 'dropInvalidHeaderFields') ?? false,
    desyncMitigationMode: text(inputs, 'desyncMitigationMode') ?? 'defensive',
    enableHttp2: flag(inputs, 'enableHttp2') ?? true,
    preserveHostHeader: flag(inputs, 'preserveHostHeader') ?? false,
    xffHeaderProcessingMode: text(inputs, 'xffHeaderProcessingMode') ?? 'append',
  }
}

/** Pulumi shortens generated names to the length that AWS allows. */
const nameOf = (situation: Situation) =>
  text(situation.inputs, 'name') ?? `${situation.name.slice(0, 24)}-${situation.stableToken(7, 'name')}`

/**
 * Checks the subnets: at least this many, each in another zone, all of one network, which needs an internet gateway unless the load balancer is
 * internal.
 */
function refuseSubnets(situation: Situation, least: 1 | 2): string {
  const subnets = texts(situation.inputs, 'subnets')
  const zones = new Set<unknown>()
  const vpcs = new Set<string>()
  for (const id of subnets) {
    const subnet = own(situation, SUBNET, id)
    if (!subnet) throw new AwsError('SubnetNotFound', `The subnet ID '${id}' does not exist`)
    if (zones.has(subnet.outputs.availabilityZoneId))
      throw new AwsError(
        'InvalidConfigurationRequest',
        'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
      )
    zones.add(subnet.outputs.availabilityZoneId)
    vpcs.add(known(subnet.outputs, 'vpcId'))
  }
  if (zones.size < least)
    throw new AwsError(
      'ValidationError',
      least === 1
        ? 'At least one subnet must be specified'
        : 'At least two subnets in two different Availability Zones must be specified',
    )
  const [vpcId = '', ...rest] = vpcs
  if (rest.length > 0) throw new AwsError('InvalidConfigurationRequest', 'All subnets must belong to the same VPC')
  const isPublic = flag(situation.inputs, 'internal') !== true
  if (isPublic && !others(situation, INTERNET_GATEWAY).some((gateway) => gateway.inputs.vpcId === vpcId))
    throw new AwsError('InvalidSubnet', `VPC ${vpcId} has no internet gateway`)
  return vpcId
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  desyncMitigationMode: ['monitor', 'defensive', 'strictest'],
  xffHeaderProcessingMode: ['append', 'preserve', 'remove'],
}

function refuseAttributes(situation: Situation): void {
  const { inputs } = situation
  for (const [name, allowed] of Object.entries(CHOICES)) {
    const value = text(inputs, name)
    if (value !== undefined && !allowed.includes(value))
      throw new AwsError(
        'InvalidConfigurationRequest',
        `Load balancer attribute value '${value}' of ${name} is invalid: ${allowed.join(', ')}`,
      )
  }
  const idle = number(inputs, 'idleTimeout') ?? 60
  if (!Number.isInteger(idle) || idle < 1 || idle > LONGEST_IDLE_SECONDS)
    throw new AwsError(
      'InvalidConfigurationRequest',
      `The value of 'idle_timeout.timeout_seconds' must be between 1 and ${LONGEST_IDLE_SECONDS} inclusive`,
    )
  for (const kind of ['accessLogs', 'connectionLogs'] as const) {
    const logs = object(inputs, kind)
    if (logs?.enabled === true) requireLogDelivery(situation, known(logs, 'bucket'), text(logs, 'prefix'))
  }
}

/** All other inputs are attributes. */
const NO_ATTRIBUTE = new Set([
  ENFORCES,
  'name',
  'internal',
  'loadBalancerType',
  'subnets',
  'securityGroups',
  'ipAddressType',
  'tags',
])

/** Elastic Load Balancing looks up the security groups with the permissions of the caller who assigns them. */
function lookUpGroups(situation: Situation): readonly Permission[] {
  const [subnet] = texts(situation.inputs, 'subnets')
  const vpcId = text(situation.ledger.find('aws:ec2/subnet:Subnet', subnet ?? '')?.outputs ?? {}, 'vpcId')
  return [call('ec2:GetSecurityGroupsForVpc', arn(situation, 'ec2', `vpc/${vpcId ?? '*'}`))]
}
