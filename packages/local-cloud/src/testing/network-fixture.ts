/**
 * For tests: a hub and two spokes as a hand-made ledger. Every element that a packet passes is one resource, so that a test can remove it. There
 * are two zones, whose names differ between the accounts on purpose.
 */

import { prefixLists } from '../aws/ec2/prefix-lists.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import { declared, HUB_ACCOUNT, REGION } from './ledger-builder.ts'

export const HUB_CIDR = '10.0.0.0/16'
export const SPOKES_CIDR = '10.64.0.0/10'
export const SPOKES = [
  { tenant: 'tenant1', account: '222222222222', cidr: '10.64.0.0/24', octets: '10.64.0' },
  { tenant: 'tenant2', account: '333333333333', cidr: '10.64.1.0/24', octets: '10.64.1' },
] as const
export const ZONES = ['use1-az1', 'use1-az2'] as const
export const GATEWAY_URL_HOST = 'genai.example.com'
export const LOAD_BALANCER_ARN = `arn:aws:elasticloadbalancing:${REGION}:${HUB_ACCOUNT}:loadbalancer/app/genai-hub/1`
export const endpointHost = (tenant: string) => `vpce-${tenant}-12345678.bedrock-runtime.${REGION}.vpce.amazonaws.com`

const dynamodbList = prefixLists(REGION).find(({ name }) => name.endsWith('.dynamodb'))
export const DYNAMODB_LIST = dynamodbList?.id ?? ''

export function network(): readonly Declared[] {
  return [
    ...hubVpc(),
    ...hubEndpoints(),
    ...frontDoor(),
    ...gateway(),
    ...SPOKES.flatMap((spoke) => [...spokeVpc(spoke), ...ingress(spoke)]),
  ]
}

const zoneName = (account: string, index: number) =>
  `${REGION}${(account === HUB_ACCOUNT ? ['a', 'b'] : ['b', 'a'])[index]}`

function vpc(id: string, account: string, cidrBlock: string): Declared {
  const outputs = {
    cidrBlock,
    enableDnsSupport: true,
    enableDnsHostnames: true,
    mainRouteTableId: `rtb-main-${id}`,
    defaultSecurityGroupId: `sg-default-${id}`,
  }
  return declared('aws:ec2/vpc:Vpc', id, outputs, { account })
}

function subnet(
  id: string,
  account: string,
  vpcId: string,
  index: number,
  cidrBlock: string,
  extra: Properties = {},
): Declared {
  const availabilityZoneId = ZONES[index] ?? ''
  const outputs = { vpcId, cidrBlock, availabilityZoneId, availabilityZone: zoneName(account, index), ...extra }
  return declared('aws:ec2/subnet:Subnet', id, outputs, { account })
}

const table = (id: string, account: string, vpcId: string, subnetIds: readonly string[]): readonly Declared[] => [
  declared('aws:ec2/routeTable:RouteTable', id, { vpcId }, { account }),
  ...subnetIds.map((subnetId) =>
    declared(
      'aws:ec2/routeTableAssociation:RouteTableAssociation',
      `rtbassoc-${subnetId}`,
      { subnetId, routeTableId: id },
      { account },
    ),
  ),
]

const route = (id: string, account: string, routeTableId: string, destinationCidrBlock: string, target: Properties) =>
  declared('aws:ec2/route:Route', id, { routeTableId, destinationCidrBlock, ...target }, { account })

export const group = (id: string, account: string, vpcId: string): Declared =>
  declared('aws:ec2/securityGroup:SecurityGroup', id, { name: id, vpcId, ingress: [], egress: [] }, { account })

export function rule(
  id: string,
  account: string,
  way: 'in' | 'out',
  securityGroupId: string,
  peer: Properties,
  port = 443,
): Declared {
  const name = way === 'in' ? 'Ingress' : 'Egress'
  const type = `aws:vpc/securityGroup${name}Rule:SecurityGroup${name}Rule`
  return declared(type, id, { securityGroupId, ipProtocol: 'tcp', fromPort: port, toPort: port, ...peer }, { account })
}

export const eni = (
  id: string,
  subnetId: string,
  privateIp: string,
  securityGroupIds: readonly string[],
  publicIp?: string,
) => ({
  id: `eni-${id}`,
  subnetId,
  privateIp,
  securityGroupIds,
  ...(publicIp !== undefined && { publicIp }),
})

const inZones = <T>(make: (index: number) => T): T[] => ZONES.map((_, index) => make(index))

function hubVpc(): readonly Declared[] {
  const at = HUB_ACCOUNT
  return [
    vpc('vpc-hub', at, HUB_CIDR),
    declared('aws:ec2/internetGateway:InternetGateway', 'igw-hub', { vpcId: 'vpc-hub' }),
    ...inZones((i) => subnet(`subnet-public${i}`, at, 'vpc-hub', i, `10.0.${i}.0/24`, { mapPublicIpOnLaunch: true })),
    ...inZones((i) => subnet(`subnet-private${i}`, at, 'vpc-hub', i, `10.0.${16 + i}.0/24`)),
    ...inZones((i) => subnet(`subnet-hub-tgw${i}`, at, 'vpc-hub', i, `10.0.${32 + i}.0/28`)),
    ...table(
      'rtb-public',
      at,
      'vpc-hub',
      inZones((i) => `subnet-public${i}`),
    ),
    route('r-public-internet', at, 'rtb-public', '0.0.0.0/0', { gatewayId: 'igw-hub' }),
    ...inZones((i) => table(`rtb-private${i}`, at, 'vpc-hub', [`subnet-private${i}`])).flat(),
    ...inZones((i) => route(`r-spokes${i}`, at, `rtb-private${i}`, SPOKES_CIDR, { transitGatewayId: 'tgw-1' })),
  ]
}

function interfaceEndpoint(id: string, account: string, service: string, outputs: Properties): Declared {
  const all = { vpcEndpointType: 'Interface', serviceName: `com.amazonaws.${REGION}.${service}`, ...outputs }
  return declared('aws:ec2/vpcEndpoint:VpcEndpoint', id, all, { account })
}

function hubEndpoints(): readonly Declared[] {
  return [
    group('sg-endpoints', HUB_ACCOUNT, 'vpc-hub'),
    ...inZones((i) =>
      rule(`sgr-endpoints-in${i}`, HUB_ACCOUNT, 'in', 'sg-endpoints', { cidrIpv4: `10.0.${16 + i}.0/24` }),
    ),
    interfaceEndpoint('vpce-sts', HUB_ACCOUNT, 'sts', {
      vpcId: 'vpc-hub',
      privateDnsEnabled: true,
      dnsEntries: [
        { dnsName: `vpce-sts-12345678.sts.${REGION}.vpce.amazonaws.com` },
        { dnsName: `sts.${REGION}.amazonaws.com` },
      ],
      elasticNetworkInterfaces: inZones((i) =>
        eni(`sts${i}`, `subnet-private${i}`, `10.0.${16 + i}.9`, ['sg-endpoints']),
      ),
    }),
    declared('aws:ec2/vpcEndpoint:VpcEndpoint', 'vpce-dynamodb', {
      vpcEndpointType: 'Gateway',
      serviceName: `com.amazonaws.${REGION}.dynamodb`,
      vpcId: 'vpc-hub',
      routeTableIds: inZones((i) => `rtb-private${i}`),
      cidrBlocks: dynamodbList?.cidrBlocks ?? [],
    }),
  ]
}

/** The load balancer, its DNS record, and a client instance in a public subnet with an Elastic IP. */
function frontDoor(): readonly Declared[] {
  return [
    group('sg-lb', HUB_ACCOUNT, 'vpc-hub'),
    rule('sgr-lb-client', HUB_ACCOUNT, 'in', 'sg-lb', { cidrIpv4: '3.3.3.3/32' }),
    rule('sgr-lb-laptop', HUB_ACCOUNT, 'in', 'sg-lb', { cidrIpv4: '198.51.100.0/24' }),
    rule('sgr-lb-keys', HUB_ACCOUNT, 'out', 'sg-lb', { cidrIpv4: '0.0.0.0/0' }),
    declared('aws:lb/loadBalancer:LoadBalancer', LOAD_BALANCER_ARN, {
      arn: LOAD_BALANCER_ARN,
      name: 'genai-hub',
      dnsName: `genai-hub-1.${REGION}.elb.amazonaws.com`,
      internal: false,
      elasticNetworkInterfaces: inZones((i) =>
        eni(`lb${i}`, `subnet-public${i}`, `10.0.${i}.10`, ['sg-lb'], `3.0.0.${i + 1}`),
      ),
    }),
    declared('aws:lb/listener:Listener', 'listener', {
      loadBalancerArn: LOAD_BALANCER_ARN,
      port: 443,
      protocol: 'HTTPS',
    }),
    declared('aws:route53/record:Record', 'record', {
      name: GATEWAY_URL_HOST,
      fqdn: GATEWAY_URL_HOST,
      type: 'A',
      aliases: [{ name: `dualstack.genai-hub-1.${REGION}.elb.amazonaws.com` }],
    }),
    group('sg-client', HUB_ACCOUNT, 'vpc-hub'),
    rule('sgr-client-out', HUB_ACCOUNT, 'out', 'sg-client', { cidrIpv4: '0.0.0.0/0' }),
    declared('aws:ec2/instance:Instance', 'i-client', {
      elasticNetworkInterfaces: [eni('client', 'subnet-public0', '10.0.0.20', ['sg-client'])],
    }),
    declared('aws:ec2/eipAssociation:EipAssociation', 'eipassoc-client', {
      instanceId: 'i-client',
      publicIp: '3.3.3.3',
    }),
  ]
}

function gateway(): readonly Declared[] {
  return [
    declared('aws:ec2transitgateway/transitGateway:TransitGateway', 'tgw-1', {}),
    ...['hub', 'spokes'].map((name) =>
      declared('aws:ec2transitgateway/routeTable:RouteTable', `tgw-rtb-${name}`, {
        transitGatewayId: 'tgw-1',
        tags: { Name: name },
      }),
    ),
    attachment(
      'hub',
      HUB_ACCOUNT,
      inZones((i) => `subnet-hub-tgw${i}`),
    ),
    join('Association', 'hub', 'hub'),
    join('Propagation', 'hub', 'spokes'),
    declared('aws:ec2transitgateway/route:Route', 'blackhole', {
      transitGatewayRouteTableId: 'tgw-rtb-spokes',
      destinationCidrBlock: SPOKES_CIDR,
      blackhole: true,
    }),
  ]
}

function attachment(of: string, account: string, subnetIds: readonly string[]): Declared {
  const outputs = { transitGatewayId: 'tgw-1', vpcId: `vpc-${of}`, subnetIds }
  return declared('aws:ec2transitgateway/vpcAttachment:VpcAttachment', `tgw-attach-${of}`, outputs, { account })
}

function join(kind: 'Association' | 'Propagation', attached: string, tableName: string): Declared {
  const outputs = {
    transitGatewayAttachmentId: `tgw-attach-${attached}`,
    transitGatewayRouteTableId: `tgw-rtb-${tableName}`,
  }
  return declared(
    `aws:ec2transitgateway/routeTable${kind}:RouteTable${kind}`,
    `${kind}-${attached}`.toLowerCase(),
    outputs,
  )
}

/** Resources in the tenant's account. */
function spokeVpc({ tenant, account, cidr, octets }: (typeof SPOKES)[number]): readonly Declared[] {
  const vpcId = `vpc-${tenant}`
  const privateSubnets = inZones((i) => `subnet-${tenant}-endpoint${i}`)
  return [
    vpc(vpcId, account, cidr),
    ...privateSubnets.map((id, i) => subnet(id, account, vpcId, i, `${octets}.${i * 32}/27`)),
    ...inZones((i) => subnet(`subnet-${tenant}-tgw${i}`, account, vpcId, i, `${octets}.${128 + i * 16}/28`)),
    ...table(`rtb-${tenant}`, account, vpcId, privateSubnets),
    route(`r-${tenant}-hub`, account, `rtb-${tenant}`, HUB_CIDR, { transitGatewayId: 'tgw-1' }),
    attachment(
      tenant,
      account,
      inZones((i) => `subnet-${tenant}-tgw${i}`),
    ),
    group(`sg-${tenant}-endpoint`, account, vpcId),
    ...inZones((i) =>
      rule(`sgr-${tenant}-in${i}`, account, 'in', `sg-${tenant}-endpoint`, { cidrIpv4: `10.0.${16 + i}.0/24` }),
    ),
    interfaceEndpoint(`vpce-${tenant}`, account, 'bedrock-runtime', {
      vpcId,
      privateDnsEnabled: true,
      dnsEntries: [
        ...inZones((i) => ({ dnsName: endpointHost(tenant).replace('12345678', `12345678-${zoneName(account, i)}`) })),
        { dnsName: endpointHost(tenant) },
        { dnsName: `bedrock-runtime.${REGION}.amazonaws.com` },
      ],
      elasticNetworkInterfaces: privateSubnets.map((id, i) =>
        eni(`${tenant}${i}`, id, `${octets}.${i * 32 + 9}`, [`sg-${tenant}-endpoint`]),
      ),
    }),
  ]
}

/** Resources in the hub's account. */
function ingress({ tenant, octets }: (typeof SPOKES)[number]): readonly Declared[] {
  const sg = `sg-${tenant}`
  return [
    declared('aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter', `accepter-${tenant}`, {
      transitGatewayAttachmentId: `tgw-attach-${tenant}`,
    }),
    join('Association', tenant, 'spokes'),
    join('Propagation', tenant, 'hub'),
    group(sg, HUB_ACCOUNT, 'vpc-hub'),
    ...inZones((i) => rule(`sgr-${tenant}-out${i}`, HUB_ACCOUNT, 'out', sg, { cidrIpv4: `${octets}.${i * 32}/27` })),
    rule(`sgr-${tenant}-sts`, HUB_ACCOUNT, 'out', sg, { referencedSecurityGroupId: 'sg-endpoints' }),
    rule(`sgr-${tenant}-dynamodb`, HUB_ACCOUNT, 'out', sg, { prefixListId: DYNAMODB_LIST }),
    declared('aws:lambda/function:Function', `genai-gateway-${tenant}`, {
      name: `genai-gateway-${tenant}`,
      elasticNetworkInterfaces: inZones((i) =>
        eni(`fn-${tenant}${i}`, `subnet-private${i}`, `10.0.${16 + i}.${tenant === 'tenant1' ? 20 : 21}`, [sg]),
      ),
    }),
  ]
}
