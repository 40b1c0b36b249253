/** The calls that a data source makes. */
import type { Call, Permission } from '../../resource/resource-type.ts'
import { arn, text } from '../../resource/values.ts'
import { call, calls } from './permission.ts'

const table: Readonly<Record<string, (asked: Call) => readonly Permission[]>> = {
  'aws:index/getAvailabilityZones:getAvailabilityZones': () => calls('ec2:DescribeAvailabilityZones'),
  'aws:ec2/getRouteTable:getRouteTable': () => calls('ec2:DescribeRouteTables'),
  'aws:ec2/getVpcEndpointService:getVpcEndpointService': () => calls('ec2:DescribeVpcEndpointServices'),
  'aws:ec2/getPrefixList:getPrefixList': () => calls('ec2:DescribePrefixLists'),
  'aws:index/getCallerIdentity:getCallerIdentity': () => calls('sts:GetCallerIdentity'),
  'aws:ec2/getSubnet:getSubnet': () => calls('ec2:DescribeSubnets'),
  'aws:ec2/getVpcs:getVpcs': () => calls('ec2:DescribeVpcs'),
  'aws:ec2transitgateway/getRouteTableRoutes:getRouteTableRoutes': (asked) => [
    call(
      'ec2:SearchTransitGatewayRoutes',
      arn(asked, 'ec2', `transit-gateway-route-table/${text(asked.inputs, 'transitGatewayRouteTableId') ?? '*'}`),
    ),
  ],
  // A public parameter belongs to no account.
  'aws:ssm/getParameter:getParameter': ({ inputs, region, account }) => {
    const name = text(inputs, 'name') ?? ''
    const owner = name.startsWith('/aws/service/') ? '' : account
    return [call('ssm:GetParameter', `arn:aws:ssm:${region}:${owner}:parameter/${name.replace(/^\//, '')}`)]
  },
}

/** @throws Error for a data source whose calls are not known */
export function permissionsOfInvoke(token: string, asked: Call): readonly Permission[] {
  const permissions = table[token]
  if (!permissions) throw new Error(`The permissions that the data source ${token} needs are not known`)
  return permissions(asked)
}
