/** `aws.ec2.Vpc`. */

import { parseCidr } from '../../../cidr.ts'
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, calls, changed, later, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, others, requireOwn, text } from '../../../resource/values.ts'
import { quotaOf } from '../../service-quotas/quotas.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'

export const VPC = 'aws:ec2/vpc:Vpc'

const LARGEST = 16

const SMALLEST = 28

export const requireVpc = (situation: Situation, id: string) =>
  requireOwn(situation, VPC, id, 'InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`)

/** @throws AwsError for a text that is no block, and for a block of a size that AWS does not allow. */
export function requireBlock(cidrBlock: string, code: string): void {
  let prefix: number
  try {
    prefix = parseCidr(cidrBlock).prefix
  } catch {
    const message = `Value (${cidrBlock}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`
    throw new AwsError('InvalidParameterValue', message)
  }
  if (prefix < LARGEST || prefix > SMALLEST) throw new AwsError(code, `The CIDR '${cidrBlock}' is invalid.`)
}

export const vpc: ResourceType = {
  type: VPC,
  inputs: ['cidrBlock', 'enableDnsHostnames', 'enableDnsSupport', 'instanceTenancy', 'tags'],
  required: ['cidrBlock'],
  replaces: ['cidrBlock'],
  defaults: { enableDnsSupport: true, instanceTenancy: 'default' },
  refuse(situation) {
    const tenancy = text(situation.inputs, 'instanceTenancy') ?? 'default'
    if (tenancy !== 'default') throw new UnsupportedError(`instanceTenancy "${tenancy}" of ${VPC}`)
    requireBlock(known(situation.inputs, 'cidrBlock'), 'InvalidVpc.Range')
    if (others(situation, VPC).length >= quotaOf(situation.organization, situation.account, 'L-F678F1CE'))
      throw new AwsError('VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
  },
  answer(situation) {
    const id = `vpc-0${situation.stableToken(16)}`
    const routeTableId = `rtb-0${situation.stableToken(16, 'main route table')}`
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `vpc/${id}`),
        ownerId: situation.account,
        instanceTenancy: 'default',
        enableDnsSupport: flag(situation.inputs, 'enableDnsSupport') ?? true,
        enableDnsHostnames: flag(situation.inputs, 'enableDnsHostnames') ?? false,
        enableNetworkAddressUsageMetrics: false,
        mainRouteTableId: routeTableId,
        defaultRouteTableId: routeTableId,
        defaultNetworkAclId: `acl-0${situation.stableToken(16, 'network acl')}`,
        defaultSecurityGroupId: `sg-0${situation.stableToken(16, 'security group')}`,
        dhcpOptionsId: `dopt-0${situation.stableToken(16, 'dhcp options')}`,
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'vpc', id)
    return {
      create: [
        ...creation(situation, 'CreateVpc', resource),
        ...later(['enableDnsHostnames', 'enableDnsSupport'], call('ec2:ModifyVpcAttribute', resource)),
      ],
      read: [
        ...calls(
          'ec2:DescribeVpcs',
          'ec2:DescribeNetworkAcls',
          'ec2:DescribeRouteTables',
          'ec2:DescribeSecurityGroups',
        ),
        call('ec2:DescribeVpcAttribute', resource),
      ],
      update: [
        ...when(
          changed(situation, 'enableDnsHostnames', 'enableDnsSupport'),
          onOwn(situation, 'ModifyVpcAttribute', resource),
        ),
        ...ec2Retag(situation, resource),
      ],
      delete: [onOwn(situation, 'DeleteVpc', resource), ...calls('ec2:DescribeVpcs')],
    }
  }),
}
