/** `aws.ec2`: instances and Elastic IPs. */
import { AwsError } from '../../errors.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, flag, known, object, others, requireOwn, text, texts } from '../../resource/values.ts'
import { findImage, INSTANCE_TYPES } from './images.ts'
import { placeInterfaces, publicAddress } from './network-interfaces.ts'
import { requireGroups } from './security-group.ts'
import { requireSubnet } from './vpc.ts'

export const INSTANCE = 'aws:ec2/instance:Instance'
export const EIP = 'aws:ec2/eip:Eip'
export const EIP_ASSOCIATION = 'aws:ec2/eipAssociation:EipAssociation'
const NAT_GATEWAY = 'aws:ec2/natGateway:NatGateway'

/** Elastic IPs of an account and region, by default. */
const EIP_QUOTA = 5

const instance: ResourceType = {
  type: INSTANCE,
  inputs: [
    'ami',
    'instanceType',
    'subnetId',
    'vpcSecurityGroupIds',
    'associatePublicIpAddress',
    'iamInstanceProfile',
    'userData',
    'userDataReplaceOnChange',
    'monitoring',
    'ebsOptimized',
    'metadataOptions.httpEndpoint',
    'metadataOptions.httpTokens',
    'metadataOptions.httpPutResponseHopLimit',
    'metadataOptions.instanceMetadataTags',
    'rootBlockDevice.encrypted',
    'rootBlockDevice.volumeType',
    'rootBlockDevice.volumeSize',
    'rootBlockDevice.deleteOnTermination',
    'rootBlockDevice.tags',
    'tags',
    'volumeTags',
  ],
  required: ['ami', 'instanceType', 'subnetId'],
  replaces: ['ami', 'subnetId', 'associatePublicIpAddress'],
  replacesWhen: (before, after) => [
    ...(after.userDataReplaceOnChange === true && before.userData !== after.userData ? ['userData'] : []),
    ...(before.ebsOptimized !== after.ebsOptimized ? ['ebsOptimized'] : []),
    ...(encrypted(before) !== encrypted(after) ? ['rootBlockDevice.encrypted'] : []),
  ],
  // It gives an address up when it is terminated.
  heldThrough: [],
  refuse(situation) {
    const { inputs } = situation
    const subnet = requireSubnet(situation, known(inputs, 'subnetId'))
    requireGroups(situation, texts(inputs, 'vpcSecurityGroupIds'), known(subnet.outputs, 'vpcId'))
    const ami = known(inputs, 'ami')
    const image = findImage(situation.region, ami)
    if (!image) throw new AwsError('InvalidAMIID.NotFound', `The image id '[${ami}]' does not exist`)
    const instanceType = known(inputs, 'instanceType')
    const architecture = INSTANCE_TYPES[instanceType]
    if (architecture === undefined)
      throw new AwsError('InvalidParameterValue', `Invalid value '${instanceType}' for InstanceType.`)
    if (architecture !== image.architecture)
      throw new AwsError(
        'InvalidParameterValue',
        `The architecture '${architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
      )
    const profile = text(inputs, 'iamInstanceProfile')
    if (profile !== undefined && !hasProfile(situation, profile))
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${profile}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      )
  },
  answer(situation) {
    const { inputs } = situation
    const id = `i-0${situation.stableToken(16)}`
    const subnet = requireSubnet(situation, known(inputs, 'subnetId'))
    const groups = texts(inputs, 'vpcSecurityGroupIds')
    const network = situation.ledger.find('aws:ec2/vpc:Vpc', known(subnet.outputs, 'vpcId'))
    const groupIds = groups.length > 0 ? groups : [known(network?.outputs ?? {}, 'defaultSecurityGroupId')]
    const isPublic = flag(inputs, 'associatePublicIpAddress') ?? subnet.outputs.mapPublicIpOnLaunch === true
    const interfaces = placeInterfaces(situation, [subnet.id], groupIds)
    const placed = isPublic ? interfaces.map((one) => ({ ...one, publicIp: publicAddress(situation) })) : interfaces
    const [primary] = interfaces
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `instance/${id}`),
        instanceState: 'running',
        availabilityZone: subnet.outputs.availabilityZone ?? null,
        privateIp: primary?.privateIp ?? null,
        privateDns: `ip-${primary?.privateIp.replaceAll('.', '-')}.ec2.internal`,
        publicIp: isPublic ? publicAddress(situation) : '',
        associatePublicIpAddress: isPublic,
        primaryNetworkInterfaceId: primary?.id ?? null,
        vpcSecurityGroupIds: groupIds,
        elasticNetworkInterfaces: placed,
      },
    }
  },
}

const encrypted = (inputs: Properties): Value => object(inputs, 'rootBlockDevice')?.encrypted ?? false

const hasProfile = ({ ledger, account }: Situation, name: string) =>
  ledger
    .all('aws:iam/instanceProfile:InstanceProfile')
    .some((one) => one.account === account && one.outputs.name === name)

const eip: ResourceType = {
  type: EIP,
  inputs: ['domain', 'instance', 'tags'],
  replaces: ['domain'],
  heldCode: 'InvalidIPAddress.InUse',
  refuse(situation) {
    const domain = text(situation.inputs, 'domain') ?? 'vpc'
    if (domain !== 'vpc') throw new AwsError('InvalidParameterValue', `Invalid value '${domain}' for domain.`)
    if (others(situation, EIP).length >= EIP_QUOTA)
      throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.')
  },
  // It is associated once it is there.
  afterwards: [
    {
      inputs: ['instance'],
      refuse(situation) {
        const instanceId = text(situation.inputs, 'instance')
        if (instanceId !== undefined) requireInstance(situation, instanceId)
      },
    },
  ],
  answer(situation) {
    const id = `eipalloc-0${situation.stableToken(16)}`
    const publicIp = publicAddress(situation)
    return {
      id,
      outputs: {
        allocationId: id,
        arn: arn(situation, 'ec2', `elastic-ip/${id}`),
        domain: 'vpc',
        publicIp,
        publicDns: `ec2-${publicIp.replaceAll('.', '-')}.compute-1.amazonaws.com`,
      },
    }
  },
}

const requireInstance = (situation: Situation, id: string) =>
  requireOwn(situation, INSTANCE, id, 'InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)

const eipAssociation: ResourceType = {
  type: EIP_ASSOCIATION,
  inputs: ['allocationId', 'instanceId'],
  required: ['allocationId', 'instanceId'],
  replaces: ['allocationId', 'instanceId'],
  refuse(situation) {
    const { inputs } = situation
    const allocationId = known(inputs, 'allocationId')
    const message = `The allocation ID '${allocationId}' does not exist`
    requireOwn(situation, EIP, allocationId, 'InvalidAllocationID.NotFound', message)
    const { outputs } = requireInstance(situation, known(inputs, 'instanceId'))
    const { vpcId } = requireSubnet(situation, known(outputs, 'subnetId')).outputs
    const gateways = others(situation, 'aws:ec2/internetGateway:InternetGateway')
    if (!gateways.some((gateway) => gateway.inputs.vpcId === vpcId))
      throw new AwsError('Gateway.NotAttached', `Network ${vpcId} is not attached to any internet gateway`)
    // An instance gives an address up to the next one by itself; a NAT gateway does not.
    if (others(situation, NAT_GATEWAY).some((gateway) => gateway.inputs.allocationId === allocationId))
      throw new AwsError('Resource.AlreadyAssociated', `resource ${allocationId} is already associated`)
  },
  answer(situation) {
    const { inputs } = situation
    const address = situation.ledger.find(EIP, known(inputs, 'allocationId'))?.outputs
    const host = situation.ledger.find(INSTANCE, known(inputs, 'instanceId'))?.outputs
    return {
      id: `eipassoc-0${situation.stableToken(16)}`,
      outputs: {
        publicIp: address?.publicIp ?? null,
        privateIpAddress: host?.privateIp ?? null,
        networkInterfaceId: host?.primaryNetworkInterfaceId ?? null,
      },
    }
  },
}

export const ec2Instance: readonly ResourceType[] = [instance, eip, eipAssociation]
