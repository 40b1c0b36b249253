/** Data sources: they read what is there, in the account of their provider. */
import { AwsError, UnsupportedError } from '../errors.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import type { Call, InvokeType } from '../resource/resource-type.ts'
import { object, own, text } from '../resource/values.ts'
import { endpointServices, zonesOfService } from './ec2/endpoint-services.ts'
import { images } from './ec2/images.ts'
import { prefixLists } from './ec2/prefix-lists.ts'
import { gatewayRoutes } from './ec2/transit-gateway-search.ts'
import { VPC } from './ec2/vpc.ts'
import { zonesOf } from './ec2/zones.ts'

const ROUTE_TABLE = 'aws:ec2/routeTable:RouteTable'
const ASSOCIATION = 'aws:ec2/routeTableAssociation:RouteTableAssociation'

const availabilityZones: InvokeType = {
  token: 'aws:index/getAvailabilityZones:getAvailabilityZones',
  inputs: ['state'],
  answer({ organization, account, region, inputs }) {
    const state = text(inputs, 'state') ?? 'available'
    if (state !== 'available') throw new UnsupportedError(`state "${state}" of getAvailabilityZones`)
    const zones = zonesOf(organization, account, region)
    return {
      id: region,
      names: zones.map(({ name }) => name),
      zoneIds: zones.map(({ id }) => id),
      groupNames: [region],
    }
  },
}

const routeTable: InvokeType = {
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

const endpointService: InvokeType = {
  token: 'aws:ec2/getVpcEndpointService:getVpcEndpointService',
  inputs: ['service', 'serviceName', 'serviceType'],
  answer({ organization, account, region, inputs }) {
    const serviceName = text(inputs, 'serviceName') ?? `com.amazonaws.${region}.${text(inputs, 'service') ?? ''}`
    const wanted = text(inputs, 'serviceType') ?? 'Interface'
    const service = endpointServices(region).find((one) => one.serviceName === serviceName)
    if (!service?.types.some((type) => type === wanted))
      throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${serviceName}' does not exist`)
    return {
      id: serviceName,
      serviceName,
      serviceType: wanted,
      serviceId: `vpce-svc-${serviceName}`,
      availabilityZones: zonesOfService(organization, account, region, service).map(({ name }) => name),
      privateDnsName: service.privateDnsName,
      vpcEndpointPolicySupported: service.policy,
      acceptanceRequired: false,
      owner: 'amazon',
    }
  },
}

const prefixList: InvokeType = {
  token: 'aws:ec2/getPrefixList:getPrefixList',
  inputs: ['name', 'prefixListId'],
  answer({ region, inputs }) {
    const name = text(inputs, 'name')
    const id = text(inputs, 'prefixListId')
    const found = prefixLists(region).find((list) => list.name === name || list.id === id)
    if (!found) throw new AwsError('InvalidPrefixListId.NotFound', `The prefix list '${id ?? name}' does not exist`)
    return { id: found.id, name: found.name, cidrBlocks: found.cidrBlocks }
  },
}

const callerIdentity: InvokeType = {
  token: 'aws:index/getCallerIdentity:getCallerIdentity',
  inputs: [],
  answer: ({ account, callerArn }) => ({
    id: account,
    accountId: account,
    arn: callerArn,
    userId: `AROA${account}:${callerArn.slice(callerArn.lastIndexOf('/') + 1)}`,
  }),
}

const parameter: InvokeType = {
  token: 'aws:ssm/getParameter:getParameter',
  inputs: ['name'],
  answer({ region, inputs }) {
    const name = text(inputs, 'name')
    const image = images(region).find((one) => one.parameter === name)
    if (!image) throw new AwsError('ParameterNotFound', `couldn't find the parameter ${name}`)
    return {
      id: image.parameter,
      arn: `arn:aws:ssm:${region}::parameter${image.parameter}`,
      type: 'String',
      value: image.id,
      insecureValue: image.id,
      version: 1,
    }
  },
}

const subnet: InvokeType = {
  token: 'aws:ec2/getSubnet:getSubnet',
  inputs: ['id', 'vpcId', 'cidrBlock'],
  answer(call) {
    const { ledger, account, inputs } = call
    const id = text(inputs, 'id')
    const found = ledger
      .all('aws:ec2/subnet:Subnet')
      .filter((one) => one.account === account)
      .find(
        (one) =>
          one.id === id ||
          (id === undefined && one.outputs.vpcId === inputs.vpcId && one.outputs.cidrBlock === inputs.cidrBlock),
      )
    if (!found) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`)
    return { ...found.outputs, id: found.id }
  },
}

const vpcs: InvokeType = {
  token: 'aws:ec2/getVpcs:getVpcs',
  inputs: ['tags'],
  answer({ ledger, account, region, inputs }) {
    const tags = Object.entries(object(inputs, 'tags') ?? {})
    const found = ledger
      .all(VPC)
      .filter((one) => one.account === account && one.region === region)
      .filter(({ outputs }) => tags.every(([key, value]) => object(outputs, 'tags')?.[key] === value))
    return { id: region, ids: found.map(({ id }) => id) }
  },
}

export const dataSources: readonly InvokeType[] = [
  availabilityZones,
  routeTable,
  endpointService,
  prefixList,
  callerIdentity,
  parameter,
  subnet,
  vpcs,
  gatewayRoutes,
]
