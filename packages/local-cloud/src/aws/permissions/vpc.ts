/** Networks: VPCs, subnets, route tables, gateways, addresses, flow logs. */
import type { Situation } from '../../resource/resource-type.ts'
import { flag, known, text } from '../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from './ec2-call.ts'
import { call, calls, changed, later, lifeCycle, type Permissions, passRole, when } from './permission.ts'

const vpc = lifeCycle((situation, { id }) => {
  const resource = ec2Arn(situation, 'vpc', id)
  return {
    create: [
      ...creation(situation, 'CreateVpc', resource),
      ...later(['enableDnsHostnames', 'enableDnsSupport'], call('ec2:ModifyVpcAttribute', resource)),
    ],
    read: [
      ...calls('ec2:DescribeVpcs', 'ec2:DescribeNetworkAcls', 'ec2:DescribeRouteTables', 'ec2:DescribeSecurityGroups'),
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
})

const subnet = lifeCycle((situation, { id }) => {
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
    // It looks for interfaces that Lambda left behind.
    delete: [...calls('ec2:DescribeNetworkInterfaces'), onOwn(situation, 'DeleteSubnet', resource)],
  }
})

const routeTable = lifeCycle((situation, { id }) => {
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
})

const tableOf = (situation: Situation) => ec2Arn(situation, 'route-table', known(situation.inputs, 'routeTableId'))

const routeTableAssociation = lifeCycle((situation) => {
  const table = tableOf(situation)
  const member = ec2Arn(situation, 'subnet', known(situation.inputs, 'subnetId'))
  const onBoth = (action: string) => [call(action, table), call(action, member)]
  return {
    create: onBoth('ec2:AssociateRouteTable'),
    read: calls('ec2:DescribeRouteTables'),
    update: when(changed(situation, 'routeTableId'), ...onBoth('ec2:ReplaceRouteTableAssociation')),
    delete: onBoth('ec2:DisassociateRouteTable'),
  }
})

const route = lifeCycle((situation) => ({
  create: [call('ec2:CreateRoute', tableOf(situation))],
  read: calls('ec2:DescribeRouteTables'),
  update: [call('ec2:ReplaceRoute', tableOf(situation))],
  delete: [call('ec2:DeleteRoute', tableOf(situation))],
}))

const internetGateway = lifeCycle((situation, { id }) => {
  const resource = ec2Arn(situation, 'internet-gateway', id)
  const vpcId = text(situation.inputs, 'vpcId')
  const onBoth = (action: string) =>
    vpcId === undefined ? [] : [call(action, resource), call(action, ec2Arn(situation, 'vpc', vpcId))]
  const attach = onBoth('ec2:AttachInternetGateway')
  const detach = onBoth('ec2:DetachInternetGateway')
  return {
    create: [...creation(situation, 'CreateInternetGateway', resource), ...later(['vpcId'], ...attach)],
    read: calls('ec2:DescribeInternetGateways'),
    update: [...when(changed(situation, 'vpcId'), ...detach, ...attach), ...ec2Retag(situation, resource)],
    delete: [...detach, onOwn(situation, 'DeleteInternetGateway', resource)],
  }
})

const natGateway = lifeCycle((situation, { id }) => {
  const resource = ec2Arn(situation, 'natgateway', id)
  const allocation = text(situation.inputs, 'allocationId')
  return {
    create: [
      call('ec2:CreateNatGateway', ec2Arn(situation, 'subnet', known(situation.inputs, 'subnetId'))),
      ...(allocation === undefined ? [] : [call('ec2:CreateNatGateway', ec2Arn(situation, 'elastic-ip', allocation))]),
      ...creation(situation, 'CreateNatGateway', resource),
    ],
    read: calls('ec2:DescribeNatGateways'),
    update: ec2Retag(situation, resource),
    delete: [onOwn(situation, 'DeleteNatGateway', resource), ...calls('ec2:DescribeNatGateways')],
  }
})

const address = lifeCycle((situation, { id }) => {
  const resource = ec2Arn(situation, 'elastic-ip', id)
  return {
    create: creation(situation, 'AllocateAddress', resource),
    read: calls('ec2:DescribeAddresses', 'ec2:DescribeAddressesAttribute'),
    update: ec2Retag(situation, resource),
    delete: [onOwn(situation, 'ReleaseAddress', resource)],
  }
})

const addressAssociation = lifeCycle((situation) => {
  const { inputs } = situation
  const allocation = ec2Arn(situation, 'elastic-ip', known(inputs, 'allocationId'))
  const instance = text(inputs, 'instanceId')
  return {
    create: [
      call('ec2:AssociateAddress', allocation),
      ...(instance === undefined ? [] : [call('ec2:AssociateAddress', ec2Arn(situation, 'instance', instance))]),
    ],
    read: calls('ec2:DescribeAddresses'),
    delete: [call('ec2:DisassociateAddress', allocation)],
  }
})

const flowLog = lifeCycle((situation, { id }) => {
  const resource = ec2Arn(situation, 'vpc-flow-log', id)
  const role = text(situation.inputs, 'iamRoleArn')
  return {
    create: [
      ...(role === undefined ? [] : [passRole(role, 'vpc-flow-logs.amazonaws.com')]),
      call('ec2:CreateFlowLogs', ec2Arn(situation, 'vpc', known(situation.inputs, 'vpcId'))),
      ...creation(situation, 'CreateFlowLogs', resource),
    ],
    read: calls('ec2:DescribeFlowLogs'),
    update: ec2Retag(situation, resource),
    delete: [onOwn(situation, 'DeleteFlowLogs', resource)],
  }
})

export const vpcPermissions: Readonly<Record<string, Permissions>> = {
  'aws:ec2/vpc:Vpc': vpc,
  'aws:ec2/subnet:Subnet': subnet,
  'aws:ec2/routeTable:RouteTable': routeTable,
  'aws:ec2/routeTableAssociation:RouteTableAssociation': routeTableAssociation,
  'aws:ec2/route:Route': route,
  'aws:ec2/internetGateway:InternetGateway': internetGateway,
  'aws:ec2/natGateway:NatGateway': natGateway,
  'aws:ec2/eip:Eip': address,
  'aws:ec2/eipAssociation:EipAssociation': addressAssociation,
  'aws:ec2/flowLog:FlowLog': flowLog,
}
