/** `aws.ec2.getRouteTable`. */

import { AwsError } from '../../../errors.ts'
import type { Declared, Properties } from '../../../ledger/ledger.ts'
import { calls } from '../../../resource/permission.ts'
import type { Call, InvokeType } from '../../../resource/resource-type.ts'
import { own, text } from '../../../resource/values.ts'

const ROUTE_TABLE = 'aws:ec2/routeTable:RouteTable'

const ASSOCIATION = 'aws:ec2/routeTableAssociation:RouteTableAssociation'

export const getRouteTable: InvokeType = {
  token: 'aws:ec2/getRouteTable:getRouteTable',
  inputs: ['subnetId', 'routeTableId'],
  answer(call) {
    const { inputs, ledger, account } = call
    const subnetId = text(inputs, 'subnetId')
    const explicit = ledger.all(ASSOCIATION).find((one) => one.account === account && one.inputs.subnetId === subnetId)
      ?.inputs.routeTableId
    const id = text(inputs, 'routeTableId') ?? (typeof explicit === 'string' ? explicit : undefined)
    const found = id === undefined ? undefined : own(call, ROUTE_TABLE, id)
    if (!found)
      throw new AwsError('NotFound', 'query returned no results. Please change your search criteria and try again')
    return {
      ...described(found),
      id: found.id,
      routeTableId: found.id,
      associations: [],
      routes: routesOf(call, found),
    }
  },
  permissions: () => calls('ec2:DescribeRouteTables'),
}

const described = ({ outputs, account }: Declared): Properties => ({
  arn: outputs.arn ?? null,
  vpcId: outputs.vpcId ?? null,
  ownerId: account,
  tags: outputs.tags ?? {},
})

const routesOf = ({ ledger }: Call, table: Declared): readonly Properties[] =>
  ledger
    .all('aws:ec2/route:Route')
    .filter(({ inputs }) => inputs.routeTableId === table.id)
    .map(({ inputs }) => ({
      cidrBlock: inputs.destinationCidrBlock ?? '',
      destinationPrefixListId: inputs.destinationPrefixListId ?? '',
      gatewayId: inputs.gatewayId ?? '',
      natGatewayId: inputs.natGatewayId ?? '',
      transitGatewayId: inputs.transitGatewayId ?? '',
    }))
