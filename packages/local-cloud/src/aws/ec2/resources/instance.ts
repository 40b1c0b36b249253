/** `aws.ec2.Instance`. */

import { AwsError } from '../../../errors.ts'
import type { Properties, Value } from '../../../ledger/ledger.ts'
import { call, calls, changed, lifeCycle, newTags, passRole, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, object, text, texts } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { findImage, INSTANCE_TYPES, ZONES_WITHOUT_INSTANCES } from '../images.ts'
import { placeInterfaces, publicAddress } from '../network-interfaces.ts'
import { requireGroups } from './security-group.ts'
import { requireSubnet } from './subnet.ts'

export const INSTANCE = 'aws:ec2/instance:Instance'

export const instance: ResourceType = {
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
  // An instance gives up its address when it is terminated.
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
    if (ZONES_WITHOUT_INSTANCES.includes(String(subnet.outputs.availabilityZoneId)))
      throw new AwsError(
        'Unsupported',
        `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${subnet.outputs.availabilityZone}).`,
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
  permissions: lifeCycle((situation, { id }) => {
    const { inputs, region } = situation
    const resource = ec2Arn(situation, 'instance', id)
    const run = 'RunInstances'
    const role = profileRole(situation)
    const pass = role === undefined ? [] : [passRole(role, 'ec2.amazonaws.com')]
    const madeWith = ['network-interface', 'volume'].map((kind) => ec2Arn(situation, kind, '*'))
    const groups = texts(inputs, 'vpcSecurityGroupIds').map((group) => ec2Arn(situation, 'security-group', group))
    const placed = [ec2Arn(situation, 'subnet', known(inputs, 'subnetId')), ...groups]
    // The ARN of an image contains no account, whoever owns it.
    const image = `arn:aws:ec2:${region}::image/${known(inputs, 'ami')}`
    const on = (operation: string) => onOwn(situation, operation, resource)
    return {
      create: [
        ...pass,
        ...creation(situation, run, resource),
        ...[...madeWith, ...placed, image].map((one) => call(`ec2:${run}`, one)),
        ...when(
          changed(situation, 'rootBlockDevice'),
          call('ec2:CreateTags', ec2Arn(situation, 'volume', '*'), { ...newTags(situation), 'ec2:CreateAction': run }),
        ),
      ],
      read: [
        ...calls(
          'ec2:DescribeInstances',
          'ec2:DescribeInstanceTypes',
          'ec2:DescribeInstanceCreditSpecifications',
          'ec2:DescribeVolumes',
          'ec2:DescribeTags',
        ),
        call('ec2:DescribeInstanceAttribute', resource),
      ],
      update: [
        ...when(
          changed(situation, ...STOPPED),
          on('StopInstances'),
          on('ModifyInstanceAttribute'),
          on('StartInstances'),
        ),
        ...when(
          changed(situation, 'vpcSecurityGroupIds'),
          on('ModifyInstanceAttribute'),
          ...groups.map((group) => call('ec2:ModifyInstanceAttribute', group)),
        ),
        ...when(changed(situation, 'metadataOptions'), on('ModifyInstanceMetadataOptions')),
        ...when(changed(situation, 'monitoring'), on('MonitorInstances'), on('UnmonitorInstances')),
        ...when(
          changed(situation, 'iamInstanceProfile'),
          ...pass,
          ...calls('ec2:DescribeIamInstanceProfileAssociations'),
          on(profileChange(situation)),
        ),
        ...when(changed(situation, 'rootBlockDevice'), call('ec2:ModifyVolume', ec2Arn(situation, 'volume', '*'))),
        ...ec2Retag(situation, resource),
      ],
      // The provider always takes off the termination protection first.
      delete: [on('ModifyInstanceAttribute'), on('TerminateInstances'), ...calls('ec2:DescribeInstances')],
    }
  }),
}

const encrypted = (inputs: Properties): Value => object(inputs, 'rootBlockDevice')?.encrypted ?? false

const hasProfile = ({ ledger, account }: Situation, name: string) =>
  ledger
    .all('aws:iam/instanceProfile:InstanceProfile')
    .some((one) => one.account === account && one.outputs.name === name)

/** The role in the instance profile. */
function profileRole({ ledger, account, inputs }: Situation): string | undefined {
  const name = text(inputs, 'iamInstanceProfile')
  const profile = ledger
    .all('aws:iam/instanceProfile:InstanceProfile')
    .find((one) => one.account === account && (one.id === name || one.outputs.arn === name))
  const role = text(profile?.outputs ?? {}, 'role')
  return role === undefined ? undefined : `arn:aws:iam::${account}:role/${role}`
}

/** An instance has at most one profile. */
function profileChange({ inputs, current }: Situation): string {
  if (text(inputs, 'iamInstanceProfile') === undefined) return 'DisassociateIamInstanceProfile'
  const had = text(current?.inputs ?? {}, 'iamInstanceProfile') !== undefined
  return had ? 'ReplaceIamInstanceProfileAssociation' : 'AssociateIamInstanceProfile'
}

/** These inputs are changed while the instance is stopped. */
const STOPPED = ['instanceType', 'userData', 'ebsOptimized']
