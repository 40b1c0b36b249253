/** `aws.ec2.Subnet`. */

import { contains, overlaps } from '../../../cidr.ts'
import { AwsError } from '../../../errors.ts'
import { call, calls, changed, later, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, others, requireOwn, text } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { SUBNET } from '../network-interfaces.ts'
import { zonesOf } from '../zones.ts'
import { requireBlock, requireVpc } from './vpc.ts'

export const requireSubnet = (situation: Situation, id: string) =>
  requireOwn(situation, SUBNET, id, 'InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`)

export const subnet: ResourceType = {
  type: SUBNET,
  inputs: ['vpcId', 'cidrBlock', 'availabilityZone', 'availabilityZoneId', 'mapPublicIpOnLaunch', 'tags'],
  required: ['vpcId', 'cidrBlock'],
  replaces: ['vpcId', 'cidrBlock', 'availabilityZone', 'availabilityZoneId'],
  defaults: { mapPublicIpOnLaunch: false },
  patient: true,
  refuse(situation) {
    const { inputs } = situation
    const vpcId = known(inputs, 'vpcId')
    const cidrBlock = known(inputs, 'cidrBlock')
    const network = requireVpc(situation, vpcId)
    requireBlock(cidrBlock, 'InvalidSubnet.Range')
    if (!contains(known(network.outputs, 'cidrBlock'), cidrBlock))
      throw new AwsError('InvalidSubnet.Range', `The CIDR '${cidrBlock}' is invalid.`)
    for (const other of others(situation, SUBNET, ['vpcId', vpcId]))
      if (overlaps(known(other.inputs, 'cidrBlock'), cidrBlock))
        throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${cidrBlock}' conflicts with another subnet`)
    zoneOf(situation)
  },
  answer(situation) {
    const id = `subnet-0${situation.stableToken(16)}`
    const zone = zoneOf(situation)
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `subnet/${id}`),
        ownerId: situation.account,
        availabilityZone: zone.name,
        availabilityZoneId: zone.id,
        mapPublicIpOnLaunch: flag(situation.inputs, 'mapPublicIpOnLaunch') ?? false,
        assignIpv6AddressOnCreation: false,
        privateDnsHostnameTypeOnLaunch: 'ip-name',
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'subnet', id)
    return {
      create: [
        call('ec2:CreateSubnet', ec2Arn(situation, 'vpc', known(situation.inputs, 'vpcId'))),
        ...creation(situation, 'CreateSubnet', resource),
        ...when(
          flag(situation.inputs, 'mapPublicIpOnLaunch') === true,
          ...later(['mapPublicIpOnLaunch'], call('ec2:ModifySubnetAttribute', resource)),
        ),
      ],
      read: calls('ec2:DescribeSubnets'),
      update: [
        ...when(changed(situation, 'mapPublicIpOnLaunch'), onOwn(situation, 'ModifySubnetAttribute', resource)),
        ...ec2Retag(situation, resource),
      ],
      // The provider looks for interfaces that Lambda left behind, and deletes them.
      delete: [
        ...calls('ec2:DescribeNetworkInterfaces'),
        ...leftByLambda(situation, resource),
        onOwn(situation, 'DeleteSubnet', resource),
      ],
    }
  }),
}

/** In an account with functions, every subnet may have an interface of a function, which outlives the function for a while. */
const leftByLambda = (situation: Situation, subnet: string) =>
  when(
    situation.ledger.all('aws:lambda/function:Function').some(({ account }) => account === situation.account),
    ...['DetachNetworkInterface', 'DeleteNetworkInterface'].map((action) =>
      call(`ec2:${action}`, ec2Arn(situation, 'network-interface', '*'), { 'ec2:Subnet': subnet }),
    ),
  )

/** The named zone; if none is named, the zone that AWS chooses. */
function zoneOf(situation: Situation) {
  const zones = zonesOf(situation.organization, situation.account, situation.region)
  const name = text(situation.inputs, 'availabilityZone')
  const id = text(situation.inputs, 'availabilityZoneId')
  if (name !== undefined && id !== undefined)
    throw new AwsError('InvalidParameterCombination', 'Specify availabilityZone or availabilityZoneId, not both.')
  const chosen = Number.parseInt(situation.stableToken(4, 'zone'), 16) % zones.length
  const zone =
    name === undefined && id === undefined
      ? zones[chosen]
      : zones.find((candidate) => candidate.name === name || candidate.id === id)
  if (zone) return zone
  const [parameter, allowed] = name
    ? ['availabilityZone', zones.map((z) => z.name)]
    : ['availabilityZoneId', zones.map((z) => z.id)]
  const message = `Value (${name ?? id}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${allowed.join(', ')}.`
  throw new AwsError('InvalidParameterValue', message)
}
