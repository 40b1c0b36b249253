/** What stands in a subnet: instances and VPC endpoints. */
import type { Situation } from '../../resource/resource-type.ts'
import { known, text, texts } from '../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from './ec2-call.ts'
import { call, calls, changed, lifeCycle, newTags, type Permissions, passRole, when } from './permission.ts'

/** The role of the profile that an instance is given. */
function profileRole({ ledger, account, inputs }: Situation): string | undefined {
  const name = text(inputs, 'iamInstanceProfile')
  const profile = ledger
    .all('aws:iam/instanceProfile:InstanceProfile')
    .find((one) => one.account === account && (one.id === name || one.outputs.arn === name))
  const role = text(profile?.outputs ?? {}, 'role')
  return role === undefined ? undefined : `arn:aws:iam::${account}:role/${role}`
}

/** An instance has one profile or none. */
function profileChange({ inputs, current }: Situation): string {
  if (text(inputs, 'iamInstanceProfile') === undefined) return 'DisassociateIamInstanceProfile'
  const had = text(current?.inputs ?? {}, 'iamInstanceProfile') !== undefined
  return had ? 'ReplaceIamInstanceProfileAssociation' : 'AssociateIamInstanceProfile'
}

/** A change of these is made while the instance stands still. */
const STOPPED = ['instanceType', 'userData', 'ebsOptimized']

const instance = lifeCycle((situation, { id }) => {
  const { inputs, region } = situation
  const resource = ec2Arn(situation, 'instance', id)
  const run = 'RunInstances'
  const role = profileRole(situation)
  const pass = role === undefined ? [] : [passRole(role, 'ec2.amazonaws.com')]
  const madeWith = ['network-interface', 'volume'].map((kind) => ec2Arn(situation, kind, '*'))
  const groups = texts(inputs, 'vpcSecurityGroupIds').map((group) => ec2Arn(situation, 'security-group', group))
  const placed = [ec2Arn(situation, 'subnet', known(inputs, 'subnetId')), ...groups]
  // Whoever owns an image, its ARN names no account.
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
      ...when(changed(situation, ...STOPPED), on('StopInstances'), on('ModifyInstanceAttribute'), on('StartInstances')),
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
    // A protection against termination is taken off first, whether there is one or not.
    delete: [on('ModifyInstanceAttribute'), on('TerminateInstances'), ...calls('ec2:DescribeInstances')],
  }
})

const endpoint = lifeCycle((situation, { id }) => {
  const { inputs } = situation
  const resource = ec2Arn(situation, 'vpc-endpoint', id)
  const network = [
    ...texts(inputs, 'subnetIds').map((one) => ec2Arn(situation, 'subnet', one)),
    ...texts(inputs, 'securityGroupIds').map((one) => ec2Arn(situation, 'security-group', one)),
    ...texts(inputs, 'routeTableIds').map((one) => ec2Arn(situation, 'route-table', one)),
  ]
  const vpc = ec2Arn(situation, 'vpc', known(inputs, 'vpcId'))
  // The service's private zone is AWS's own, and is joined with the VPC.
  const privateZone = when(
    inputs.privateDnsEnabled === true,
    call('route53:AssociateVPCWithHostedZone', 'arn:aws:route53:::hostedzone/*'),
  )
  return {
    create: [
      ...privateZone,
      ...[vpc, ...network].map((one) => call('ec2:CreateVpcEndpoint', one)),
      ...creation(situation, 'CreateVpcEndpoint', resource),
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
})

export const instancePermissions: Readonly<Record<string, Permissions>> = {
  'aws:ec2/instance:Instance': instance,
  'aws:ec2/vpcEndpoint:VpcEndpoint': endpoint,
}
