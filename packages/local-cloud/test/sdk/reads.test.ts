/** What is only read, through AWS's own clients: a protocol that is not written as AWS writes it does not arrive. */
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm'
import {
  BedrockClient,
  GetFoundationModelAvailabilityCommand,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  GetModelInvocationLoggingConfigurationCommand,
} from '@aws-sdk/client-bedrock'
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewaysCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetPolicyCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetAccountSettingsCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  ListAWSServiceAccessForOrganizationCommand,
  ListParentsCommand,
  ListPoliciesForTargetCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations'
import { GetResourceSharesCommand, RAMClient } from '@aws-sdk/client-ram'
import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { GetHostedZoneCommand, ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApis } from '../../src/aws/apis.ts'
import { createTrail } from '../../src/aws/cloudtrail/trail.ts'
import { createLogs } from '../../src/aws/logs/logs.ts'
import type { PolicyDocument } from '../../src/organization.ts'
import {
  type ClientSettings,
  type Fixture,
  HUB,
  ORGANIZATION,
  resource,
  sessionOf,
  startFixture,
  TENANT,
} from './services-fixture.ts'

const ARN = `arn:aws:acm:us-east-1:${HUB}:certificate/00000000-0000-0000-0000-000000000001`
const LB = `arn:aws:elasticloadbalancing:us-east-1:${HUB}:loadbalancer/app/genai-hub/0123456789abcdef`
const LISTENER = LB.replace('loadbalancer', 'listener').concat('/1')
const GROUP = `arn:aws:elasticloadbalancing:us-east-1:${HUB}:targetgroup/genai-a/0123456789abcdef`
const TAGS = { project: 'genai-hub-spoke', stack: 'hub' }

const ROWS = [
  resource('aws:ec2/vpc:Vpc', 'vpc-1', { cidrBlock: '10.0.0.0/16', arn: 'arn:vpc', tagsAll: TAGS }),
  resource('aws:ec2/vpc:Vpc', 'vpc-2', { cidrBlock: '10.1.0.0/16', arn: 'arn:vpc2', tagsAll: {} }),
  resource('aws:ec2/subnet:Subnet', 'subnet-1', {
    vpcId: 'vpc-1',
    cidrBlock: '10.0.0.0/24',
    availabilityZone: 'us-east-1a',
    availabilityZoneId: 'use1-az1',
    tagsAll: TAGS,
  }),
  resource('aws:ec2/securityGroup:SecurityGroup', 'sg-1', { name: 'lane', vpcId: 'vpc-1', description: 'Function' }),
  resource('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', 'sgr-1', {
    securityGroupId: 'sg-1',
    ipProtocol: 'tcp',
    fromPort: 443,
    toPort: 443,
    referencedSecurityGroupId: 'sg-1',
  }),
  resource('aws:ec2/routeTable:RouteTable', 'rtb-1', { vpcId: 'vpc-1' }),
  resource('aws:ec2/route:Route', 'r-1', {
    routeTableId: 'rtb-1',
    destinationCidrBlock: '10.64.0.0/10',
    transitGatewayId: 'tgw-1',
  }),
  resource('aws:ec2/routeTableAssociation:RouteTableAssociation', 'rtbassoc-1', {
    routeTableId: 'rtb-1',
    subnetId: 'subnet-1',
  }),
  resource('aws:ec2/eip:Eip', 'eipalloc-1', { publicIp: '198.51.100.1' }),
  resource('aws:ec2/vpcEndpoint:VpcEndpoint', 'vpce-1', {
    vpcId: 'vpc-1',
    serviceName: 'com.amazonaws.us-east-1.sts',
    state: 'available',
    vpcEndpointType: 'Interface',
    elasticNetworkInterfaces: [
      { id: 'eni-1', subnetId: 'subnet-1', privateIp: '10.0.0.5', securityGroupIds: ['sg-1'] },
    ],
  }),
  resource('aws:ec2transitgateway/transitGateway:TransitGateway', 'tgw-1', { arn: 'arn:tgw' }),
  resource(
    'aws:ec2transitgateway/vpcAttachment:VpcAttachment',
    'tgw-attach-1',
    { vpcId: 'vpc-9', transitGatewayId: 'tgw-1' },
    TENANT,
  ),
  resource('aws:lb/loadBalancer:LoadBalancer', LB, {
    name: 'genai-hub',
    dnsName: 'x.elb.amazonaws.com',
    arn: LB,
    tagsAll: TAGS,
  }),
  resource('aws:lb/listener:Listener', LISTENER, { loadBalancerArn: LB, port: 443, protocol: 'HTTPS' }),
  resource('aws:lb/listenerRule:ListenerRule', `${LISTENER}/r`, { listenerArn: LISTENER, priority: 7 }),
  resource('aws:lb/targetGroup:TargetGroup', GROUP, { name: 'genai-a', arn: GROUP, targetType: 'lambda' }),
  resource('aws:cloudwatch/logGroup:LogGroup', '/genai/audit', { name: '/genai/audit', retentionInDays: 30 }),
  resource('aws:iam/role:Role', 'genai-onboarding', {
    name: 'genai-onboarding',
    arn: `arn:aws:iam::${HUB}:role/genai-onboarding`,
    assumeRolePolicy: '{}',
    tagsAll: TAGS,
  }),
  resource('aws:iam/policy:Policy', `arn:aws:iam::${HUB}:policy/genai-b`, {
    name: 'genai-b',
    arn: `arn:aws:iam::${HUB}:policy/genai-b`,
    path: '/',
    policy: '{}',
    tagsAll: TAGS,
  }),
  resource('aws:lambda/function:Function', 'genai-audit', {
    name: 'genai-audit',
    arn: `arn:aws:lambda:us-east-1:${HUB}:function:genai-audit`,
    role: `arn:aws:iam::${HUB}:role/genai-audit`,
    reservedConcurrentExecutions: 20,
  }),
  resource('aws:route53/record:Record', 'r1', {
    zoneId: 'Z1',
    fqdn: 'genai.example.com',
    type: 'A',
    aliases: [{ name: 'x.elb.amazonaws.com', zoneId: 'Z35', evaluateTargetHealth: true }],
  }),
  resource('aws:ram/resourceShare:ResourceShare', 'arn:share', { name: 'genai', arn: 'arn:share' }),
]

const GUARD: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'organizations:LeaveOrganization', Resource: '*' }],
}

const ACCOUNTS = ORGANIZATION.accounts.map((one) => ({
  ...one,
  serviceLinkedRoles: { 'ecs.amazonaws.com': 'AWSServiceRoleForECS' },
  ...(one.id === TENANT && {
    units: [`arn:aws:organizations::${HUB}:ou/o-example/ou-exmp-tenants00`],
    serviceControlPolicies: [GUARD],
  }),
  zones: { 'us-east-1a': 'use1-az1', 'us-east-1c': 'use1-az3' },
  hostedZones: { Z1: 'example.com', Z2: 'inside.example.com' },
  privateZones: ['Z2'],
  certificates: { [ARN]: 'genai.example.com' },
  quotas: { 'L-F678F1CE': 7 },
  models: ['us.amazon.nova-2-lite-v1:0'],
  ...(one.id === TENANT && { invocationLogGroup: '/theirs' }),
}))

const trail = createTrail()
let fixture: Fixture
let settings: ClientSettings
beforeAll(async () => {
  fixture = await startFixture(
    ({ surroundings, credentials }) => [
      ...createApis(surroundings, credentials, trail),
      createLogs(surroundings, credentials),
    ],
    { resources: ROWS, organization: { ...ORGANIZATION, accounts: ACCOUNTS } },
  )
  // A global service's host names no region.
  fixture.lookUp = (_from, host) => ({
    reachable: true,
    hops: [],
    address: '192.0.2.1',
    addresses: ['192.0.2.1'],
    target: {
      kind: 'service',
      service: /^(iam|route53)\./.test(host) ? host : (host.split('.')[0] ?? ''),
      region: 'us-east-1',
    },
  })
  settings = await fixture.client()
})
afterAll(() => fixture?.close())
beforeEach(() => {
  fixture.decide = () => ({ allowed: true })
})

const tenants = () => fixture.client(fixture.credentials.issue(sessionOf(TENANT), 3600))

describe('EC2', () => {
  const ec2 = () => new EC2Client(settings)
  it('zones, by the account', async () => {
    const { AvailabilityZones } = await ec2().send(new DescribeAvailabilityZonesCommand({}))
    expect(AvailabilityZones?.map(({ ZoneName, ZoneId }) => [ZoneName, ZoneId])).toEqual([
      ['us-east-1a', 'use1-az1'],
      ['us-east-1c', 'use1-az3'],
    ])
    const one = await ec2().send(new DescribeAvailabilityZonesCommand({ ZoneIds: ['use1-az3'] }))
    expect(one.AvailabilityZones).toHaveLength(1)
  })
  it('zones of a service, and a service that is none', async () => {
    const ServiceNames = ['com.amazonaws.us-east-1.bedrock-runtime']
    const { ServiceDetails } = await ec2().send(new DescribeVpcEndpointServicesCommand({ ServiceNames }))
    expect(ServiceDetails).toMatchObject([
      { AvailabilityZones: ['us-east-1a'], ServiceType: [{ ServiceType: 'Interface' }] },
    ])
    await expect(
      ec2().send(new DescribeVpcEndpointServicesCommand({ ServiceNames: ['com.amazonaws.us-east-1.nothing'] })),
    ).rejects.toMatchObject({ name: 'InvalidServiceName' })
  })
  it('zones of an instance type', async () => {
    const { InstanceTypeOfferings } = await ec2().send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        Filters: [{ Name: 'instance-type', Values: ['t4g.nano'] }],
      }),
    )
    expect(InstanceTypeOfferings?.map(({ Location }) => Location)).toEqual(['us-east-1a'])
  })
  it('networks, their interfaces and endpoints', async () => {
    const tagged = await ec2().send(new DescribeVpcsCommand({ Filters: [{ Name: 'tag:stack', Values: ['hub'] }] }))
    expect(tagged.Vpcs).toMatchObject([{ VpcId: 'vpc-1', Tags: [{ Key: 'project' }, { Key: 'stack', Value: 'hub' }] }])
    expect((await ec2().send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(2)
    expect((await ec2().send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toMatchObject([
      { NetworkInterfaceId: 'eni-1', VpcId: 'vpc-1', Groups: [{ GroupId: 'sg-1' }] },
    ])
    expect((await ec2().send(new DescribeAddressesCommand({}))).Addresses).toHaveLength(1)
    expect((await ec2().send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints).toMatchObject([
      { VpcEndpointId: 'vpce-1' },
    ])
    await expect(ec2().send(new DescribeVpcsCommand({ VpcIds: ['vpc-0'] }))).rejects.toMatchObject({
      name: 'InvalidVpcID.NotFound',
    })
    await expect(
      ec2().send(new DescribeVpcsCommand({ Filters: [{ Name: 'dhcp-options-id', Values: ['x'] }] })),
    ).rejects.toThrow('the filter "dhcp-options-id"')
  })
  it('what an interrupted deployment may have made: subnets, groups with their rules, route tables with their routes', async () => {
    const Filters = [{ Name: 'vpc-id', Values: ['vpc-1'] }]
    const tagged = [{ Name: 'tag:stack', Values: ['hub'] }]
    expect((await ec2().send(new DescribeSubnetsCommand({ Filters: tagged }))).Subnets).toMatchObject([
      { SubnetId: 'subnet-1', CidrBlock: '10.0.0.0/24', AvailabilityZoneId: 'use1-az1' },
    ])
    expect((await ec2().send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups).toMatchObject([
      { GroupId: 'sg-1', GroupName: 'lane', Description: 'Function' },
    ])
    const rules = await ec2().send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: ['sg-1'] }] }),
    )
    expect(rules.SecurityGroupRules).toMatchObject([
      { SecurityGroupRuleId: 'sgr-1', IsEgress: true, FromPort: 443, ReferencedGroupInfo: { GroupId: 'sg-1' } },
    ])
    expect((await ec2().send(new DescribeRouteTablesCommand({ Filters }))).RouteTables).toMatchObject([
      {
        RouteTableId: 'rtb-1',
        Routes: [{ DestinationCidrBlock: '10.64.0.0/10', TransitGatewayId: 'tgw-1' }],
        Associations: [{ RouteTableAssociationId: 'rtbassoc-1', SubnetId: 'subnet-1' }],
      },
    ])
    await expect(ec2().send(new DescribeRouteTablesCommand({ RouteTableIds: ['rtb-0'] }))).rejects.toMatchObject({
      name: 'InvalidRouteTableID.NotFound',
    })
  })
  it("the hub's Transit Gateway, and a tenant's attachment to it", async () => {
    expect((await ec2().send(new DescribeTransitGatewaysCommand({}))).TransitGateways).toHaveLength(1)
    const { TransitGatewayVpcAttachments } = await ec2().send(new DescribeTransitGatewayVpcAttachmentsCommand({}))
    expect(TransitGatewayVpcAttachments).toMatchObject([{ VpcOwnerId: TENANT, State: 'pendingAcceptance' }])
  })
  it('a denied call', async () => {
    fixture.decide = () => ({ allowed: false, message: 'You are not authorized', layers: ['identity'] }) as never
    await expect(ec2().send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
    expect(fixture.asked.at(-1)).toMatchObject({ action: 'ec2:DescribeVpcs', resource: '*' })
  })
})

it('Elastic Load Balancing', async () => {
  const elb = new ElasticLoadBalancingV2Client(settings)
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['genai-hub'] }))
  expect(LoadBalancers).toMatchObject([{ LoadBalancerArn: LB }])
  await expect(elb.send(new DescribeLoadBalancersCommand({ Names: ['other'] }))).rejects.toMatchObject({
    name: 'LoadBalancerNotFoundException',
  })
  expect((await elb.send(new DescribeListenersCommand({ LoadBalancerArn: LB }))).Listeners).toMatchObject([
    { Port: 443 },
  ])
  expect((await elb.send(new DescribeRulesCommand({ ListenerArn: LISTENER }))).Rules).toMatchObject([{ Priority: '7' }])
  expect((await elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups).toHaveLength(1)
})

it('Service Quotas: the one in force, and none', async () => {
  const quotas = new ServiceQuotasClient(settings)
  const ask = (ServiceCode: string, QuotaCode: string) =>
    quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }))
  expect((await ask('vpc', 'L-F678F1CE')).Quota).toMatchObject({ Value: 7, Adjustable: true })
  expect((await ask('elasticloadbalancing', 'L-822D1B1B')).Quota).toMatchObject({ Value: 100, Adjustable: false })
  await expect(ask('ec2', 'L-F678F1CE')).rejects.toMatchObject({ name: 'NoSuchResourceException' })
})

it('Organizations: any member is told of its own; the management account of the services', async () => {
  const list = new ListAWSServiceAccessForOrganizationCommand({})
  const hub = new OrganizationsClient(settings)
  expect((await hub.send(new DescribeOrganizationCommand({}))).Organization).toMatchObject({ Id: 'o-example' })
  expect((await hub.send(list)).EnabledServicePrincipals).toMatchObject([{ ServicePrincipal: 'ram.amazonaws.com' }])
  await expect(new OrganizationsClient(await tenants()).send(list)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
})

it('Organizations: what is attached, from an account up to the root, for the management account', async () => {
  const hub = new OrganizationsClient(settings)
  const attached = async (TargetId: string) =>
    (await hub.send(new ListPoliciesForTargetCommand({ TargetId, Filter: 'SERVICE_CONTROL_POLICY' }))).Policies ?? []
  const [full, own] = await attached(TENANT)
  expect(full).toMatchObject({ Id: 'p-FullAWSAccess', AwsManaged: true })
  expect(own).toMatchObject({ AwsManaged: false, Type: 'SERVICE_CONTROL_POLICY' })
  const { Policy } = await hub.send(new DescribePolicyCommand({ PolicyId: own?.Id ?? '' }))
  expect(JSON.parse(Policy?.Content ?? '')).toEqual(GUARD)
  const [unit] = (await hub.send(new ListParentsCommand({ ChildId: TENANT }))).Parents ?? []
  expect(unit).toMatchObject({ Type: 'ORGANIZATIONAL_UNIT', Id: 'ou-exmp-tenants00' })
  const [root] = (await hub.send(new ListParentsCommand({ ChildId: unit?.Id ?? '' }))).Parents ?? []
  expect(root).toMatchObject({ Type: 'ROOT' })
  for (const { Id = '' } of [unit ?? {}, root ?? {}])
    expect((await attached(Id)).map(({ Name }) => Name)).toEqual(['FullAWSAccess'])
  await expect(attached('999999999999')).rejects.toMatchObject({ name: 'TargetNotFoundException' })
  await expect(hub.send(new DescribePolicyCommand({ PolicyId: 'p-00000000' }))).rejects.toMatchObject({
    name: 'PolicyNotFoundException',
  })
  const member = new OrganizationsClient(await tenants())
  await expect(member.send(new ListParentsCommand({ ChildId: TENANT }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
})

it('Lambda', async () => {
  const lambda = new LambdaClient(settings)
  expect((await lambda.send(new GetAccountSettingsCommand({}))).AccountLimit).toMatchObject({
    ConcurrentExecutions: 1000,
    UnreservedConcurrentExecutions: 980,
  })
  const ask = (FunctionName: string) => lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
  expect(await ask('genai-audit')).toMatchObject({ FunctionName: 'genai-audit' })
  await expect(ask('genai-none')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

it('IAM, with tags', async () => {
  const iam = new IAMClient(settings)
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'genai-onboarding' }))
  expect(Role).toMatchObject({
    RoleName: 'genai-onboarding',
    Tags: [{ Key: 'project' }, { Key: 'stack', Value: 'hub' }],
  })
  // One that the organisation has, which no stack declares.
  expect((await iam.send(new GetRoleCommand({ RoleName: 'deployer' }))).Role?.Tags ?? []).toEqual([])
  const own = await iam.send(new GetRoleCommand({ RoleName: 'AWSServiceRoleForECS' }))
  expect(own.Role).toMatchObject({ Path: '/aws-service-role/ecs.amazonaws.com/' })
  expect(fixture.asked.at(-1)?.resource).toBe(
    `arn:aws:iam::${HUB}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
  )
  await expect(iam.send(new GetRoleCommand({ RoleName: 'none' }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  })
  const PolicyArn = `arn:aws:iam::${HUB}:policy/genai-b`
  expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy).toMatchObject({ PolicyName: 'genai-b' })
})

it('Route 53', async () => {
  const route53 = new Route53Client(settings)
  expect((await route53.send(new GetHostedZoneCommand({ Id: 'Z1' }))).HostedZone).toMatchObject({
    Name: 'example.com.',
    Config: { PrivateZone: false },
  })
  expect((await route53.send(new GetHostedZoneCommand({ Id: 'Z2' }))).HostedZone?.Config?.PrivateZone).toBe(true)
  await expect(route53.send(new GetHostedZoneCommand({ Id: 'Z3' }))).rejects.toMatchObject({ name: 'NoSuchHostedZone' })
  const from = { HostedZoneId: 'Z1', StartRecordName: 'genai.example.com', MaxItems: 5 }
  expect((await route53.send(new ListResourceRecordSetsCommand(from))).ResourceRecordSets).toMatchObject([
    { Name: 'genai.example.com.', AliasTarget: { DNSName: 'x.elb.amazonaws.com.', EvaluateTargetHealth: true } },
  ])
})

it('ACM', async () => {
  const acm = new ACMClient(settings)
  expect((await acm.send(new DescribeCertificateCommand({ CertificateArn: ARN }))).Certificate).toMatchObject({
    DomainName: 'genai.example.com',
    Status: 'ISSUED',
  })
  await expect(acm.send(new DescribeCertificateCommand({ CertificateArn: `${ARN}0` }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
})

it('Bedrock: models, profiles, access, logging', async () => {
  const bedrock = new BedrockClient(settings)
  const modelId = 'amazon.nova-2-lite-v1:0'
  const model = await bedrock.send(new GetFoundationModelCommand({ modelIdentifier: modelId }))
  expect(model.modelDetails).toMatchObject({ modelLifecycle: { status: 'ACTIVE' } })
  // Its last day is over.
  await expect(
    bedrock.send(new GetFoundationModelCommand({ modelIdentifier: 'anthropic.claude-v2:1' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  const profile = await bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: `us.${modelId}` }))
  expect(profile.models?.map(({ modelArn }) => modelArn?.split(':')[3])).toContain('us-west-2')
  const availability = (id: string) => bedrock.send(new GetFoundationModelAvailabilityCommand({ modelId: id }))
  expect(await availability(modelId)).toMatchObject({ authorizationStatus: 'AUTHORIZED' })
  expect(await availability('anthropic.claude-haiku-4-5-20251001-v1:0')).toMatchObject({
    agreementAvailability: { status: 'NOT_AVAILABLE' },
  })
  const logging = new GetModelInvocationLoggingConfigurationCommand({})
  expect((await bedrock.send(logging)).loggingConfig).toBeUndefined()
  expect((await new BedrockClient(await tenants()).send(logging)).loggingConfig).toMatchObject({
    cloudWatchConfig: { logGroupName: '/theirs' },
  })
})

it('CloudTrail: the calls of models, with the region that answered', async () => {
  trail.record({
    account: HUB,
    region: 'us-east-1',
    at: Date.now() / 1000,
    eventSource: 'bedrock.amazonaws.com',
    eventName: 'Converse',
    requestId: 'r1',
    caller: `arn:aws:sts::${HUB}:assumed-role/genai-models-a/x`,
    requestParameters: { modelId: 'us.amazon.nova-2-lite-v1:0' },
    additionalEventData: { inferenceRegion: 'us-west-2' },
  })
  const cloudtrail = new CloudTrailClient(settings)
  const look = (AttributeValue: string) =>
    cloudtrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventSource', AttributeValue }],
        StartTime: new Date(Date.now() - 60_000),
      }),
    )
  const { Events = [] } = await look('bedrock.amazonaws.com')
  expect(Events).toMatchObject([{ EventName: 'Converse', Username: 'x', EventTime: expect.any(Date) }])
  expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '')).toMatchObject({
    eventName: 'Converse',
    additionalEventData: { inferenceRegion: 'us-west-2' },
  })
  expect((await look('s3.amazonaws.com')).Events).toEqual([])
})

it('CloudWatch Logs, RAM and tags', async () => {
  const logs = new CloudWatchLogsClient(settings)
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/genai' }))
  expect(logGroups).toMatchObject([{ logGroupName: '/genai/audit', retentionInDays: 30 }])
  const shares = await new RAMClient(settings).send(new GetResourceSharesCommand({ resourceOwner: 'SELF' }))
  expect(shares.resourceShares).toMatchObject([{ name: 'genai', status: 'ACTIVE' }])
  const { ResourceTagMappingList } = await new ResourceGroupsTaggingAPIClient(settings).send(
    new GetResourcesCommand({ TagFilters: [{ Key: 'stack', Values: ['hub'] }] }),
  )
  expect(ResourceTagMappingList?.map(({ ResourceARN }) => ResourceARN)).toEqual(['arn:vpc', LB])
})
