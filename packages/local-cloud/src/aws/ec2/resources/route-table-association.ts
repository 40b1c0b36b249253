/** `aws.ec2.RouteTableAssociation`. */

import { AwsError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, calls, changed, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, others } from '../../../resource/values.ts'
import { ec2Arn } from '../calls.ts'
import { tableOf, vpcOfTable } from './route-table.ts'
import { requireSubnet } from './subnet.ts'

export const ROUTE_TABLE_ASSOCIATION = 'aws:ec2/routeTableAssociation:RouteTableAssociation'

export const routeTableAssociation: ResourceType = {
  type: ROUTE_TABLE_ASSOCIATION,
  inputs: ['subnetId', 'routeTableId'],
  required: ['subnetId', 'routeTableId'],
  replaces: ['subnetId'],
  releases: ['subnetId'],
  refuse(situation) {
    const subnetId = known(situation.inputs, 'subnetId')
    const routeTableId = known(situation.inputs, 'routeTableId')
    const network = vpcOfTable(situation, routeTableId)
    if (requireSubnet(situation, subnetId).outputs.vpcId !== network)
      throw new AwsError(
        'InvalidParameterValue',
        `Route table ${routeTableId} and subnet ${subnetId} belong to different networks`,
      )
    if (others(situation, ROUTE_TABLE_ASSOCIATION, ['subnetId', subnetId]).length > 0)
      throw new AwsError(
        'Resource.AlreadyAssociated',
        `the specified association for route table ${routeTableId} conflicts with an existing association`,
      )
  },
  answer: (situation) => ({ id: `rtbassoc-0${situation.stableToken(16)}`, outputs: {} }),
  permissions: lifeCycle((situation) => {
    const table = tableOf(situation)
    const member = ec2Arn(situation, 'subnet', known(situation.inputs, 'subnetId'))
    const onBoth = (action: string) => [call(action, table), call(action, member)]
    return {
      create: onBoth('ec2:AssociateRouteTable'),
      read: calls('ec2:DescribeRouteTables'),
      update: when(changed(situation, 'routeTableId'), ...onBoth('ec2:ReplaceRouteTableAssociation')),
      delete: [...onBoth('ec2:DisassociateRouteTable'), ...calls('ec2:DescribeRouteTables')],
    }
  }),
  importId: {
    format: 'SUBNET/ROUTETABLE',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ inputs }) => [`${idPart(inputs, 'subnetId')}/${idPart(inputs, 'routeTableId')}`],
  },
}
