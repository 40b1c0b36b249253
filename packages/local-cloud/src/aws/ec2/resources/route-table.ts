/** `aws.ec2.RouteTable`. */

import { AwsError } from '../../../errors.ts'
import { call, calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, known, own } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { requireVpc } from './vpc.ts'

export const ROUTE_TABLE = 'aws:ec2/routeTable:RouteTable'

/** The VPC of a declared route table, or of a VPC's main table. */
export function vpcOfTable(situation: Situation, routeTableId: string): string {
  const declared = own(situation, ROUTE_TABLE, routeTableId)
  if (declared) return known(declared.outputs, 'vpcId')
  const main = situation.ledger.findBy('aws:ec2/vpc:Vpc', 'mainRouteTableId', routeTableId)
  if (main?.account === situation.account) return main.id
  throw new AwsError('InvalidRouteTableID.NotFound', `The routeTable ID '${routeTableId}' does not exist`)
}

export const routeTable: ResourceType = {
  type: ROUTE_TABLE,
  inputs: ['vpcId', 'tags'],
  required: ['vpcId'],
  replaces: ['vpcId'],
  refuse: (situation) => void requireVpc(situation, known(situation.inputs, 'vpcId')),
  answer(situation) {
    const id = `rtb-0${situation.stableToken(16)}`
    return { id, outputs: { arn: arn(situation, 'ec2', `route-table/${id}`), ownerId: situation.account } }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'route-table', id)
    return {
      create: [
        call('ec2:CreateRouteTable', ec2Arn(situation, 'vpc', known(situation.inputs, 'vpcId'))),
        ...creation(situation, 'CreateRouteTable', resource),
      ],
      read: calls('ec2:DescribeRouteTables'),
      update: ec2Retag(situation, resource),
      delete: [...calls('ec2:DescribeRouteTables'), onOwn(situation, 'DeleteRouteTable', resource)],
    }
  }),
}

export const tableOf = (situation: Situation) =>
  ec2Arn(situation, 'route-table', known(situation.inputs, 'routeTableId'))
