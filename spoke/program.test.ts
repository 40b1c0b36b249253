import { parseFilterPattern } from '@genai/local-cloud/aws/logs/filter-pattern'
import { beforeAll, describe, expect, it } from 'vitest'
import type { HubIdentity, HubOutputs } from '../shared/contract.ts'
import type { Inputs } from '../tests/recorder.ts'
import { CENTRAL, ENDPOINT_HOST, HUB, run } from '../tests/spoke-fixture.ts'

const json = (value: unknown) => JSON.parse(String(value))

interface Claim {
  readonly format: string
  readonly name: string
  readonly values: readonly string[]
}
const claimsOf = ({ actions }: Inputs): readonly Claim[] =>
  (actions as readonly { readonly jwtValidation?: { readonly additionalClaims: readonly Claim[] } }[]).flatMap(
    ({ jwtValidation }) => jwtValidation?.additionalClaims ?? [],
  )

describe('a tenant inside the organisation', () => {
  let stack: Awaited<ReturnType<typeof run>>
  beforeAll(async () => {
    stack = await run()
  })

  it('makes every resource with the provider of its own account', () => {
    const made = stack.resources.filter(({ type }) => type.startsWith('aws:'))
    expect(made.length).toBeGreaterThan(35)
    const components: Readonly<Record<string, string>> = { account: 'tenant', routes: 'tenant', lane: 'hub' }
    for (const { name, provider } of made)
      expect([name, provider]).toEqual([name, components[name.split('-')[0] ?? '']])
  })

  it('assumes the onboarding role for this tenant only, and names both accounts', () => {
    const hub = stack.one('pulumi:providers:aws', 'hub').inputs
    expect(json(hub.allowedAccountIds)).toEqual(['111111111111'])
    expect(json(hub.assumeRoles)).toEqual([
      { roleArn: HUB.onboardingRoleArn, sessionName: 'genai-tenant1', tags: { tenant_id: 'tenant1' } },
    ])
    const tenant = stack.one('pulumi:providers:aws', 'tenant').inputs
    expect(json(tenant.allowedAccountIds)).toEqual(['222222222222'])
    expect(json(tenant.assumeRoles)).toEqual([
      { roleArn: 'arn:aws:iam::222222222222:role/genai-deployer', sessionName: 'genai-tenant1' },
    ])
  })

  it('gives the VPC no way out but the route to the hub, made after acceptance, association and propagation', () => {
    const types = new Set(stack.resources.map(({ type }) => type))
    for (const type of ['internetGateway:InternetGateway', 'natGateway:NatGateway', 'egressOnlyInternetGateway:E']) {
      expect(types).not.toContain(`aws:ec2/${type}`)
    }
    const route = stack.one('aws:ec2/route:Route')
    expect(route.inputs).toEqual({
      routeTableId: 'account-endpoint-id',
      destinationCidrBlock: '10.0.0.0/16',
      transitGatewayId: 'tgw-1',
    })
    expect(route.dependencies).toEqual(
      expect.arrayContaining([
        'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter lane',
        'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation lane',
        'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation lane',
      ]),
    )
  })

  it('places subnets by zone id, with the attachment in subnets of its own', () => {
    const subnets = stack
      .all('aws:ec2/subnet:Subnet')
      .map(({ inputs }) => [inputs.availabilityZoneId, inputs.cidrBlock])
    expect(subnets).toEqual([
      ['use1-az1', '10.64.0.0/27'],
      ['use1-az2', '10.64.0.64/27'],
      ['use1-az1', '10.64.0.32/28'],
      ['use1-az2', '10.64.0.96/28'],
    ])
    const attachment = stack.one('aws:ec2transitgateway/vpcAttachment:VpcAttachment')
    expect(attachment.inputs.subnetIds).toEqual([
      'account-transit-gateway-use1-az1-id',
      'account-transit-gateway-use1-az2-id',
    ])
  })

  it('empties the default security group and admits the hub on 443 only', () => {
    const defaults = stack.one('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup').inputs
    expect([defaults.ingress, defaults.egress]).toEqual([[], []])
    const ingress = stack.all('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule').map(({ inputs }) => inputs)
    expect(
      ingress.map(({ cidrIpv4, fromPort, toPort, ipProtocol }) => [cidrIpv4, fromPort, toPort, ipProtocol]),
    ).toEqual([
      ['10.0.0.0/19', 443, 443, 'tcp'],
      ['10.0.64.0/19', 443, 443, 'tcp'],
    ])
  })

  it('ties the tenant role to its endpoint, and the endpoint to the tenant role', () => {
    const endpoint = stack.one('aws:ec2/vpcEndpoint:VpcEndpoint').inputs
    expect(endpoint).toMatchObject({
      vpcEndpointType: 'Interface',
      serviceName: 'com.amazonaws.us-east-1.bedrock-runtime',
    })
    for (const statement of json(endpoint.policy).Statement) {
      expect(statement.Condition.StringEquals['aws:PrincipalArn']).toBe(
        'arn:aws:iam::222222222222:role/genai-models-tenant1',
      )
    }
    const policy = json(stack.one('aws:iam/rolePolicy:RolePolicy', 'account-models').inputs.policy)
    const [deny, ...allow] = policy.Statement.toReversed()
    for (const statement of allow) expect(statement.Condition.StringEquals).toEqual({ 'aws:SourceVpce': 'vpce-0abc' })
    expect(deny).toMatchObject({ Effect: 'Deny', Condition: { Null: { 'aws:SourceVpce': 'true' } } })
  })

  it('records flows with retention, and no prompts', () => {
    const groups = stack.all('aws:cloudwatch/logGroup:LogGroup')
    expect(groups.map(({ name, inputs }) => [name, Number(inputs.retentionInDays) > 0])).toEqual(
      expect.arrayContaining([
        ['account-flow-logs', true],
        ['lane', true],
      ]),
    )
    expect(groups).toHaveLength(2)
    expect(stack.one('aws:cloudwatch/logGroup:LogGroup', 'account-flow-logs').retainOnDelete).toBe(true)
    expect(stack.one('aws:ec2/flowLog:FlowLog').inputs.trafficType).toBe('ALL')
    expect(stack.all('aws:ram/resourceShareAccepter:ResourceShareAccepter')).toEqual([])
  })

  it('associates with spokes, and propagates into hub', () => {
    const accepter = stack.one('aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter')
    expect(accepter.inputs).toMatchObject({
      transitGatewayAttachmentId: 'tgw-attach-1',
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
    })
    const association = stack.one('aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation')
    const propagation = stack.one('aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation')
    expect(association.inputs.transitGatewayRouteTableId).toBe('tgw-rtb-spokes')
    expect(propagation.inputs.transitGatewayRouteTableId).toBe('tgw-rtb-hub')
  })

  it('lets the function out to the endpoints of the hub and of its own tenant only', () => {
    const egress = stack.all('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule').map(({ inputs }) => inputs)
    expect(egress.map((rule) => rule.referencedSecurityGroupId ?? rule.prefixListId ?? rule.cidrIpv4)).toEqual([
      'sg-endpoints',
      'pl-dynamodb',
      '10.64.0.0/27',
      '10.64.0.64/27',
    ])
    for (const rule of egress) expect([rule.ipProtocol, rule.fromPort, rule.toPort]).toEqual(['tcp', 443, 443])
  })

  it('runs the function in the hub, by tier, with nothing in its environment but what it is told', () => {
    const { inputs, dependencies } = stack.one('aws:lambda/function:Function')
    expect(inputs).toMatchObject({
      name: 'genai-gateway-tenant1',
      runtime: 'nodejs24.x',
      handler: 'handler.handler',
      memorySize: 256,
      timeout: 60,
      reservedConcurrentExecutions: 5,
      vpcConfig: { subnetIds: ['subnet-a', 'subnet-b'], securityGroupIds: ['lane-id'] },
      replaceSecurityGroupsOnDestroy: true,
      replacementSecurityGroupIds: ['sg-parking'],
      environment: {
        variables: {
          TENANT_ID: 'tenant1',
          TABLE_NAME: 'genai-tenants',
          ISSUER: HUB.issuer,
          CLIENT_ID: 'client-1',
          USAGE_TABLE: 'genai-usage',
        },
      },
    })
    expect(dependencies).toEqual(
      expect.arrayContaining([
        'aws:iam/rolePolicy:RolePolicy lane',
        'aws:cloudwatch/logGroup:LogGroup lane',
        'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule lane-model-endpoint-1',
      ]),
    )
    expect(stack.one('aws:iam/role:Role', 'lane').inputs).toMatchObject({
      name: 'genai-gateway-tenant1',
      permissionsBoundary: HUB.permissionsBoundaryArn,
      tags: { tenant: 'tenant1' },
    })
    // Lambda frees the function's interfaces as the role: the group has to go before the role's policy.
    expect(stack.one('aws:ec2/securityGroup:SecurityGroup', 'lane').dependencies).toContain(
      'aws:iam/rolePolicy:RolePolicy lane',
    )
  })

  it('checks the token at the load balancer before it forwards, at a priority of the provider’s choice', () => {
    const rule = stack.one('aws:lb/listenerRule:ListenerRule')
    expect(rule.inputs.priority).toBeUndefined()
    expect(rule.inputs.conditions).toEqual([{ pathPattern: { values: ['/tenant1', '/tenant1/*'] } }])
    expect(rule.inputs.actions).toEqual([
      {
        type: 'jwt-validation',
        order: 1,
        jwtValidation: {
          issuer: HUB.issuer,
          jwksEndpoint: `${HUB.issuer}/.well-known/jwks.json`,
          additionalClaims: [
            { format: 'single-string', name: 'aud', values: ['client-1'] },
            { format: 'single-string', name: 'token_use', values: ['id'] },
            { format: 'single-string', name: 'custom:tenant_id', values: ['tenant1'] },
            { format: 'string-array', name: 'cognito:groups', values: ['tenant1'] },
          ],
        },
      },
      { type: 'forward', order: 2, targetGroupArn: 'arn:TargetGroup:lane' },
    ])
    expect(rule.dependencies).toEqual(
      expect.arrayContaining([
        'aws:lb/targetGroupAttachment:TargetGroupAttachment lane',
        'aws:dynamodb/tableItem:TableItem lane',
        'aws:dynamodb/tableItem:TableItem lane-status',
        'aws:dynamodb/tableItem:TableItem lane-limits',
        'aws:cognito/userGroup:UserGroup lane',
      ]),
    )
  })

  it('leaves groups to the gateway, and the attachment’s deletion to its owner, by settings only', async () => {
    const accepter = (of: typeof stack) => of.one('aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter')
    expect(accepter(stack).retainOnDelete).toBe(false)
    const other = await run({ groupCheck: 'gateway', attachmentDeletion: 'owner' })
    expect(accepter(other).retainOnDelete).toBe(true)
    expect(other.resources.filter(({ retainOnDelete }) => retainOnDelete).map(({ type }) => type)).toEqual([
      ...stack.resources.filter(({ retainOnDelete }) => retainOnDelete).map(({ type }) => type),
      accepter(other).type,
    ])
    expect(claimsOf(other.one('aws:lb/listenerRule:ListenerRule').inputs)).toEqual([
      { format: 'single-string', name: 'aud', values: ['client-1'] },
      { format: 'single-string', name: 'token_use', values: ['id'] },
      { format: 'single-string', name: 'custom:tenant_id', values: ['tenant1'] },
    ])
    const identity: HubIdentity = {
      issuer: 'https://login.example.com',
      jwksUri: 'https://login.example.com/keys',
      audience: 'genai',
      tenantClaim: 'tenant',
      claimFormat: 'text',
      groupsClaim: 'groups',
    }
    const claims = async (groupCheck: 'both' | 'gateway') => {
      const made = await run({ groupCheck }, { identity, keySetVia: 'table' })
      return claimsOf(made.one('aws:lb/listenerRule:ListenerRule').inputs).map(({ name }) => name)
    }
    expect(await claims('both')).toEqual(['aud', 'tenant', 'groups'])
    expect(await claims('gateway')).toEqual(['aud', 'tenant'])
  })

  it('lets the load balancer invoke for the tenant’s target group only, before the function is registered', () => {
    expect(stack.one('aws:lambda/permission:Permission').inputs).toMatchObject({
      principal: 'elasticloadbalancing.amazonaws.com',
      sourceArn: 'arn:TargetGroup:lane',
      sourceAccount: '111111111111',
    })
    expect(stack.one('aws:lb/targetGroupAttachment:TargetGroupAttachment').dependencies).toContain(
      'aws:lambda/permission:Permission lane',
    )
    expect(stack.one('aws:lb/targetGroup:TargetGroup').inputs).toMatchObject({
      name: 'genai-tenant1',
      targetType: 'lambda',
      lambdaMultiValueHeadersEnabled: true,
    })
  })

  it('names an endpoint in the tenant’s configuration when all of the way to it is there', () => {
    expect(stack.one('aws:dynamodb/tableItem:TableItem', 'lane').dependencies).toEqual(
      expect.arrayContaining([
        'aws:ec2/vpcEndpoint:VpcEndpoint account-models',
        'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule account-models-1',
        'aws:iam/rolePolicy:RolePolicy account-models',
        'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule lane-model-endpoint-1',
        // Which waits for the attachment to be accepted, associated and propagated.
        'aws:ec2/route:Route routes-hub',
      ]),
    )
  })

  it('makes everything of another network before it deletes anything of the old one', () => {
    const early = stack.resources.filter(({ deleteBeforeReplace }) => deleteBeforeReplace).map(({ name }) => name)
    expect(early).toEqual([])
    expect(stack.one('aws:iam/rolePolicy:RolePolicy', 'account-models').inputs.name).toBe('models-vpce-0abc')
  })

  it('writes the tenant’s configuration, with the regional name of its endpoint', () => {
    const { inputs } = stack.one('aws:dynamodb/tableItem:TableItem', 'lane')
    expect(inputs).toMatchObject({ tableName: 'genai-tenants', hashKey: 'tenantId', rangeKey: 'item' })
    expect(json(inputs.item)).toEqual({
      tenantId: { S: 'tenant1' },
      prices: {
        M: {
          'us.amazon.nova-2-lite-v1:0': {
            M: { input: { N: '330000' }, output: { N: '2750000' }, cacheRead: { N: '82500' } },
          },
        },
      },
      pricesAsOf: { S: '2026-08-01' },
      item: { S: 'configuration' },
      account: { S: '222222222222' },
      defaultModel: { S: 'fast' },
      endpoint: { S: ENDPOINT_HOST },
      externalId: { S: '111111111111/tenant1' },
      roleArn: { S: 'arn:aws:iam::222222222222:role/genai-models-tenant1' },
      models: { M: { fast: { S: 'us.amazon.nova-2-lite-v1:0' } } },
    })
  })

  it('makes the tenant active once, and leaves its status to the operator', () => {
    const { inputs, ignoreChanges } = stack.one('aws:dynamodb/tableItem:TableItem', 'lane-status')
    expect(inputs).toMatchObject({ tableName: 'genai-tenants', hashKey: 'tenantId', rangeKey: 'item' })
    expect(json(inputs.item)).toEqual({ tenantId: { S: 'tenant1' }, item: { S: 'status' }, status: { S: 'active' } })
    expect(ignoreChanges).toEqual(['item'])
  })

  it('limits nothing beside the stack’s file, and leaves that to the operator too', () => {
    const { inputs, ignoreChanges } = stack.one('aws:dynamodb/tableItem:TableItem', 'lane-limits')
    expect(inputs).toMatchObject({ tableName: 'genai-tenants', hashKey: 'tenantId', rangeKey: 'item' })
    expect(json(inputs.item)).toEqual({ tenantId: { S: 'tenant1' }, item: { S: 'limits' }, limits: { M: {} } })
    expect(ignoreChanges).toEqual(['item'])
  })

  it("alarms on the tenant's own figures, and counts refusals of other tenants' tokens", () => {
    const alarms = stack.all('aws:cloudwatch/metricAlarm:MetricAlarm').map(({ inputs }) => inputs)
    expect(
      alarms.map(({ name, threshold, statistic, extendedStatistic }) => [
        name,
        statistic ?? extendedStatistic,
        threshold,
      ]),
    ).toEqual([
      ['genai-server-errors-tenant1', 'Average', 0.05],
      ['genai-foreign-tenant-tenant1', 'Sum', 1],
      ['genai-throttled-tenant1', 'Sum', 10],
      ['genai-concurrency-tenant1', 'Sum', 1],
      ['genai-crashes-tenant1', 'Sum', 1],
      ['genai-latency-tenant1', 'p99', expect.any(Number)],
      ['genai-audit-undelivered-tenant1', 'Sum', 1],
    ])
    const filters = stack.all('aws:cloudwatch/logMetricFilter:LogMetricFilter').map(({ inputs }) => inputs)
    for (const filter of filters) expect(filter.logGroupName).toBe('/aws/lambda/genai-gateway-tenant1')
    const counted = filters.map(({ metricTransformation }) => metricTransformation)
    // Every alarm of our own metrics has a filter that feeds it.
    for (const { namespace, metricName } of alarms.filter((alarm) => !String(alarm.namespace).startsWith('AWS/'))) {
      expect(counted).toContainEqual(expect.objectContaining({ namespace, name: metricName }))
    }
    expect(filters).toContainEqual(
      expect.objectContaining({ pattern: '{ $.decision = "refused" && $.check = "tenant" }' }),
    )
  })

  it('tags for cost allocation all that takes tags', () => {
    const untagged =
      /RouteTableAssociation|RouteTablePropagation|aws:ec2\/route:|TargetGroupAttachment|Permission|TableItem|UserGroup|RolePolicy|LogMetricFilter|LogSubscriptionFilter/
    for (const { type, name, inputs } of stack.resources) {
      if (!type.startsWith('aws:') || untagged.test(type)) continue
      const expected = { project: 'genai-hub-spoke', stack: 'spoke-tenant1', tenant: 'tenant1' }
      expect({ type, name, tags: inputs.tags }).toMatchObject({ type, name, tags: expected })
    }
  })

  it('answers what a client and an operator need', () => {
    expect(stack.outputs).toEqual({
      tenantId: 'tenant1',
      account: '222222222222',
      modelEndpoint: 'own',
      cidrBlock: '10.64.0.0/24',
      availabilityZoneIds: ['use1-az1', 'use1-az2'],
      vpcId: 'account-id',
      attachmentId: 'tgw-attach-1',
      endpointHost: ENDPOINT_HOST,
      roleArn: 'arn:Role:account-models',
      compute: 'lambda',
      timeoutSeconds: 60,
      functionArn: 'arn:Function:lane',
      ruleArn: 'arn:ListenerRule:lane',
      gatewayUrl: 'https://genai.example.com/tenant1',
    })
  })
})

describe('a tenant at the shared endpoint', () => {
  const shared = (hub: Partial<HubOutputs> = {}) => run({ modelEndpoint: 'hub' }, { centralModels: CENTRAL, ...hub })

  it('has a role in its account, and neither network nor attachment nor endpoint nor flow logs', async () => {
    const { resources } = await shared()
    const ofAccount = resources.filter(({ type, provider }) => type.startsWith('aws:') && provider === 'tenant')
    expect(ofAccount.map(({ type }) => type).sort()).toEqual(['aws:iam/role:Role', 'aws:iam/rolePolicy:RolePolicy'])
    expect(resources.filter(({ type }) => /ec2transitgateway|vpcEndpoint|ram\//.test(type))).toEqual([])
  })

  it('has no part in the share of the Transit Gateway with accounts either', async () => {
    const { resources } = await shared({ sharing: { kind: 'accounts' } })
    expect(resources.filter(({ type }) => type.startsWith('aws:ram/'))).toEqual([])
  })

  it('has a role that demands the hub’s network, and no policy of an endpoint', async () => {
    const { one } = await shared()
    const { name, policy } = one('aws:iam/rolePolicy:RolePolicy', 'account-models').inputs
    expect(name).toBe('models-vpc-hub')
    for (const { Effect, Condition } of JSON.parse(String(policy)).Statement) {
      if (Effect === 'Allow') expect(Condition.StringEquals).toMatchObject({ 'aws:SourceVpc': 'vpc-hub' })
      else expect(Condition).toEqual({ Null: { 'aws:SourceVpce': 'true' } })
    }
  })

  it('is let out to the shared endpoint and in there, before its item names it', async () => {
    const { resources, one } = await shared()
    const ports = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 }
    expect(
      one('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', 'lane-shared-model-endpoint').inputs,
    ).toMatchObject({
      securityGroupId: 'lane-id',
      referencedSecurityGroupId: 'sg-central',
      ...ports,
    })
    expect(
      one('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'lane-shared-model-endpoint').inputs,
    ).toMatchObject({
      securityGroupId: 'sg-central',
      referencedSecurityGroupId: 'lane-id',
      tags: { tenant: 'tenant1' },
      ...ports,
    })
    expect(resources.filter(({ name }) => /model-endpoint-\d/.test(name))).toEqual([])
    const item = JSON.parse(String(one('aws:dynamodb/tableItem:TableItem', 'lane').inputs.item))
    expect(item.endpoint).toEqual({ S: CENTRAL.endpointHost })
  })

  it('answers what is there', async () => {
    const { outputs } = await shared()
    expect(outputs).toMatchObject({ modelEndpoint: 'hub', endpointHost: CENTRAL.endpointHost })
    for (const name of ['cidrBlock', 'availabilityZoneIds', 'vpcId', 'attachmentId'])
      expect(outputs).not.toHaveProperty(name)
  })
})

describe('other hubs and tenants', () => {
  it('with account sharing: invites the account, which accepts, before it attaches', async () => {
    const stack = await run({}, { sharing: { kind: 'accounts' } })
    const association = stack.one('aws:ram/principalAssociation:PrincipalAssociation')
    expect([association.provider, association.inputs.principal]).toEqual(['hub', '222222222222'])
    const accepter = stack.one('aws:ram/resourceShareAccepter:ResourceShareAccepter')
    expect([accepter.provider, accepter.inputs.shareArn]).toEqual(['tenant', HUB.resourceShareArn])
    expect(accepter.dependencies).toContain('aws:ram/principalAssociation:PrincipalAssociation share')
    expect(stack.one('aws:ec2transitgateway/vpcAttachment:VpcAttachment').dependencies).toContain(
      'aws:ram/resourceShareAccepter:ResourceShareAccepter share',
    )
  })

  it('behind the demo listener: forwards only, AWS validates no tokens there', async () => {
    const stack = await run({}, { listenerProtocol: 'HTTP' })
    expect(stack.one('aws:lb/listenerRule:ListenerRule').inputs.actions).toEqual([
      { type: 'forward', order: 1, targetGroupArn: 'arn:TargetGroup:lane' },
    ])
  })

  it('with the key set through the NAT gateway: the internet, without the hub and the other tenants', async () => {
    const stack = await run({}, { keySetVia: 'nat' })
    const rules = stack
      .all('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule')
      .map(({ inputs }) => inputs.cidrIpv4)
    expect(rules).toContain('128.0.0.0/1')
    expect(rules).toContain('10.1.0.0/16')
    expect(rules).not.toContain('0.0.0.0/0')
    expect(rules.length).toBeLessThan(60)
  })

  it('with an inline key set: hands it to the function', async () => {
    const stack = await run({}, { keySetVia: 'inline', keySet: '{"keys":[]}' })
    expect(stack.one('aws:lambda/function:Function').inputs).toMatchObject({
      environment: { variables: { KEY_SET: '{"keys":[]}' } },
    })
  })

  it('with invocation logging: guards against overwriting, and writes to one stream', async () => {
    const stack = await run({ modelInvocationLogging: true })
    const configuration = stack.one('aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration')
    expect(configuration.beforeCreate).toBe(1)
    expect(configuration.provider).toBe('tenant')
    expect(configuration.dependencies).toContain('aws:iam/rolePolicy:RolePolicy account-invocations')
    const policy = json(stack.one('aws:iam/rolePolicy:RolePolicy', 'account-invocations').inputs.policy)
    expect(policy.Statement[0].Resource).toBe(
      'arn:LogGroup:account-invocations:log-stream:aws/bedrock/modelinvocations',
    )
  })

  it('shares Bedrock’s metrics of its account, and no other, with the hub’s sink', async () => {
    const metricsSinkArn = 'arn:aws:oam:us-east-1:111111111111:sink/0a1b'
    const stack = await run({ shareMetrics: true }, { metricsSinkArn })
    const link = stack.one('aws:oam/link:Link')
    expect(link.provider).toBe('tenant')
    expect(link.inputs).toMatchObject({
      resourceTypes: ['AWS::CloudWatch::Metric'],
      linkConfiguration: { metricConfiguration: { filter: "Namespace IN ('AWS/Bedrock')" } },
      sinkIdentifier: metricsSinkArn,
    })
    const without = await run({}, { metricsSinkArn })
    expect(without.resources.filter(({ type }) => type.startsWith('aws:oam/'))).toEqual([])
    await expect(run({ shareMetrics: true })).rejects.toThrow(/tenant1 has shareMetrics, and its hub .* has no sink/)
  })

  it('refuses a zone without the service before it makes anything but the providers', async () => {
    // us-east-1a is use1-az2 in the tenant's account.
    await expect(run({}, {}, { zones: ['us-east-1a', 'us-east-1c'] })).rejects.toThrow(
      /no endpoint in use1-az1 \(account 222222222222\)\. It has in: use1-az2, use1-az3/,
    )
  })

  it('refuses a block of a tenant that is deployed, whoever has its stack file', async () => {
    const asked: { token: string; inputs: Inputs }[] = []
    await expect(run({}, {}, { others: ['10.64.0.128/25'], asked })).rejects.toThrow(
      /^The CIDR block of tenant1 \(10\.64\.0\.0\/24\) overlaps 10\.64\.0\.128\/25, which another tenant/,
    )
    const of = (name: string) => asked.filter(({ token }) => token.includes(name)).map(({ inputs }) => inputs)
    expect(of('getVpcs')).toEqual([
      { tags: { tenant: 'tenant1' } },
      { tags: { project: 'genai-hub-spoke', stack: 'spoke-tenant1' } },
    ])
    const filters = [
      { name: 'type', values: ['propagated'] },
      { name: 'attachment.resource-type', values: ['vpc'] },
    ]
    expect(of('getRouteTableRoutes')).toEqual([
      { transitGatewayRouteTableId: 'tgw-rtb-hub', filters },
      {
        transitGatewayRouteTableId: 'tgw-rtb-hub',
        filters: [...filters, { name: 'attachment.resource-id', values: ['vpc-own'] }],
      },
    ])
  })

  it('previews the same resources, with every id unknown', async () => {
    const [preview, deployed] = [await run({}, {}, { preview: true }), await run()]
    const names = ({ resources }: typeof preview) => resources.map(({ type, name }) => `${type} ${name}`).sort()
    expect(names(preview)).toEqual(names(deployed))
  })
})

describe('limits', () => {
  const limits = { tenant: { requestsPerMinute: 100 }, models: { fast: { tokensPerDay: 1_000_000 } } }

  it('are in the configuration that the gateway reads', async () => {
    const { one } = await run({ limits })
    expect(json(one('aws:dynamodb/tableItem:TableItem', 'lane').inputs.item).limits).toEqual({
      M: {
        tenant: { M: { requestsPerMinute: { N: '100' } } },
        models: { M: { fast: { M: { tokensPerDay: { N: '1000000' } } } } },
      },
    })
  })

  it('have alarms on counters that are out of reach, and on a budget that is nearly used up', async () => {
    const named = async (change: Parameters<typeof run>[0]) =>
      (await run(change)).all('aws:cloudwatch/metricAlarm:MetricAlarm').map(({ inputs }) => String(inputs.name))
    const none = await named({})
    const tokens = await named({ limits })
    const dollars = await named({ limits: { user: { dollarsPerMonth: 5 } } })
    expect(tokens.filter((name) => !none.includes(name))).toEqual(['genai-limits-unavailable-tenant1'])
    expect(dollars.filter((name) => !tokens.includes(name))).toEqual(['genai-budget-tenant1'])
  })

  it('are counted by the lines that the gateway prints, and their 429 is none of the model’s', async () => {
    const { all } = await run({ limits: { tenant: { dollarsPerMonth: 5 } } })
    const filters = all('aws:cloudwatch/logMetricFilter:LogMetricFilter')
    const counting = (line: object) =>
      filters
        .filter(({ inputs }) => parseFilterPattern(String(inputs.pattern))(JSON.stringify(line)))
        .map(({ inputs }) => inputs.name)
        .sort()
    expect(counting({ warning: 'budget', scope: 'tenant', percent: 81 })).toEqual(['budget'])
    expect(counting({ warning: 'unsettled', scope: 'tenant' })).toEqual(['limits-unavailable'])
    expect(counting({ outcome: 'limits_unavailable', status: 503 })).toEqual(['limits-unavailable', 'server-error'])
    expect(counting({ outcome: 'rate_limited', status: 429 })).toEqual(['no-server-error'])
    expect(counting({ outcome: 'model_throttled', status: 429 })).toEqual(['no-server-error', 'throttled'])
    expect(counting({ outcome: 'model_quota_exceeded', status: 400 })).toEqual(['no-server-error', 'throttled'])
  })

  const { usageTableName: _, usageTableArn: __, ...older } = HUB
  const olderHub = { ...older, usageTableName: undefined, usageTableArn: undefined } as unknown as typeof HUB

  it('are refused before anything is made, on a hub that has nothing to count in, with what to do', async () => {
    const asked: { token: string; inputs: Inputs }[] = []
    await expect(run({ limits }, olderHub, { asked })).rejects.toThrow(
      'tenant1 has limits, and its hub organization/genai-hub-spoke/hub has no table to count in: an older version deployed it. First: ' +
        'pulumi up -s hub, or take limits out.',
    )
    expect(asked).toEqual([])
  })

  it('need nothing of such a hub where there are none: no item, no right, no variable', async () => {
    const { all, one } = await run({}, olderHub)
    expect(
      all('aws:dynamodb/tableItem:TableItem')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['lane', 'lane-status'])
    expect(one('aws:iam/rolePolicy:RolePolicy', 'lane').inputs.policy).not.toContain('OwnCounters')
    expect(JSON.stringify(one('aws:lambda/function:Function').inputs)).not.toContain('USAGE_TABLE')
  })
})

it('a name that is a list: its policies allow all of it, its item says the order', async () => {
  const [first, second] = ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0']
  const { one } = await run({ models: { fast: first }, fallbacks: { fast: [second] } })
  const item = json(one('aws:dynamodb/tableItem:TableItem', 'lane').inputs.item)
  expect(item).toMatchObject({
    models: { M: { fast: { S: first } } },
    fallbacks: { M: { fast: { L: [{ S: second }] } } },
  })
  for (const policy of [
    one('aws:iam/rolePolicy:RolePolicy', 'account-models').inputs.policy,
    one('aws:ec2/vpcEndpoint:VpcEndpoint', 'account-models').inputs.policy,
  ])
    for (const id of [first, second]) expect(String(policy)).toContain(id)
})

describe('the figures of the hub’s dashboard', () => {
  const FILTER = 'aws:cloudwatch/logMetricFilter:LogMetricFilter'
  const figures = async (...args: Parameters<typeof run>) =>
    (await run(...args)).resources.filter(({ type, name }) => type === FILTER && name.includes('-figure-'))

  it('are not taken where the hub has none', async () => {
    expect(await figures()).toEqual([])
  })

  it('are four metrics at most, each of this tenant only, whoever a line says that it is of', async () => {
    const limits = { tenant: { dollarsPerMonth: 500 } }
    const all = await figures({ limits }, { dashboard: true })
    expect(all.map(({ name }) => name.split('-figure-')[1]).sort()).toEqual([
      'budget',
      'first-token',
      'spend',
      'total-time',
    ])
    for (const { inputs } of all) {
      expect(inputs.pattern).toMatch(/^\{ \$\.tenant = "tenant1" && \$\.[a-zA-Z.]+ >= 0 \}$/)
      expect(inputs.metricTransformation).toMatchObject({
        namespace: 'genai/tenants',
        dimensions: { tenant: '$.tenant' },
      })
    }
    const [budget] = all.filter(({ name }) => name.endsWith('budget'))
    expect(budget?.inputs.metricTransformation).toMatchObject({ value: '500000000000' })
    expect(await figures({}, { dashboard: true })).toHaveLength(3)
  })
})
