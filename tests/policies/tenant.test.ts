import { describe, expect, it } from 'vitest'
import type { PolicyDocument } from '../../shared/policies/document.ts'
import { executionRolePolicy, permissionsBoundary } from '../../shared/policies/execution-role.ts'
import { modelEndpointPolicy, tenantRolePolicy, tenantRoleTrustPolicy } from '../../shared/policies/tenant-role.ts'
import { type Caller, caller, HUB, type Question, REGION, TENANT_ACCOUNT } from './evaluation.ts'

const TABLE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-tenants`
const USAGE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-usage`
const executionRole = (tenant: string) => `arn:aws:iam::${HUB}:role/genai-gateway-${tenant}`
const modelsRole = (tenant: string, account = TENANT_ACCOUNT) => `arn:aws:iam::${account}:role/genai-models-${tenant}`
const VPC = 'vpc-0123456789abcdef0'
/** Through one of the hub's endpoints. */
const FROM_HUB = { 'aws:SourceVpc': VPC, 'aws:SourceVpce': 'vpce-0123456789abcdef0' }
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}

/** The keys of a request, but where it came from. */
const without = (context: Question['context'] = {}) =>
  Object.fromEntries(Object.entries(context).filter(([key]) => !(key in FROM_HUB)))

describe("a tenant's execution role", () => {
  const base: Caller = {
    account: HUB,
    role: 'genai-gateway-tenant1',
    policies: [
      executionRolePolicy({
        hubAccount: HUB,
        region: REGION,
        tenantId: 'tenant1',
        tenantRoleArn: modelsRole('tenant1'),
        tableArn: TABLE,
        usageTableArn: USAGE,
        vpcId: VPC,
      }),
    ],
    roleTags: { tenant: 'tenant1' },
    sourceFunctionArn: `arn:aws:lambda:${REGION}:${HUB}:function:genai-gateway-tenant1`,
  }
  const boundary = permissionsBoundary({
    account: HUB,
    region: REGION,
    tableArn: TABLE,
    usageTableArn: USAGE,
    vpcId: VPC,
  })
  const ENI = `arn:aws:ec2:${REGION}:${HUB}:network-interface/eni-0123456789abcdef0`
  const STREAM = (tenant: string) =>
    `arn:aws:logs:${REGION}:${HUB}:log-group:/aws/lambda/genai-gateway-${tenant}:log-stream:s`
  const counter = (action: string, ...keys: readonly string[]): Question => ({
    action,
    resource: USAGE,
    context: { ...FROM_HUB, ...(keys.length > 0 && { 'dynamodb:LeadingKeys': keys }) },
  })
  const own: readonly Question[] = [
    { action: 'sts:AssumeRole', resource: modelsRole('tenant1'), context: FROM_HUB },
    {
      action: 'sts:TagSession',
      resource: modelsRole('tenant1'),
      context: { ...FROM_HUB, 'aws:RequestTag/tenant_id': 'tenant1' },
    },
    { action: 'dynamodb:Query', resource: TABLE, context: { ...FROM_HUB, 'dynamodb:LeadingKeys': ['tenant1'] } },
    ...['dynamodb:GetItem', 'dynamodb:UpdateItem'].flatMap((action) =>
      ['tenant1#tenant', 'tenant1#user#abc', 'tenant1#model#fast'].map((key) => counter(action, key)),
    ),
    { action: 'logs:PutLogEvents', resource: STREAM('tenant1') },
  ]
  const others: readonly Question[] = [
    { action: 'sts:AssumeRole', resource: modelsRole('tenant2', '333333333333'), context: FROM_HUB },
    { action: 'dynamodb:Query', resource: TABLE, context: { ...FROM_HUB, 'dynamodb:LeadingKeys': ['tenant2'] } },
    {
      action: 'dynamodb:Query',
      resource: TABLE,
      context: { ...FROM_HUB, 'dynamodb:LeadingKeys': ['tenant1', 'tenant2'] },
    },
    { action: 'dynamodb:Scan', resource: TABLE, context: FROM_HUB },
    {
      action: 'dynamodb:PutItem',
      resource: TABLE,
      context: { ...FROM_HUB, 'dynamodb:LeadingKeys': ['tenant1'] },
    },
    // Another's, one that begins alike, two at once, no key at all; and nothing but counting.
    counter('dynamodb:UpdateItem', 'tenant2#tenant'),
    counter('dynamodb:UpdateItem', 'tenant10#tenant'),
    counter('dynamodb:UpdateItem', 'tenant1'),
    counter('dynamodb:UpdateItem', 'tenant1#tenant', 'tenant2#tenant'),
    counter('dynamodb:GetItem', 'tenant2#user#abc'),
    counter('dynamodb:UpdateItem'),
    ...['DeleteItem', 'PutItem', 'BatchWriteItem', 'PartiQLUpdate', 'Query'].map((operation) =>
      counter(`dynamodb:${operation}`, 'tenant1#tenant'),
    ),
    counter('dynamodb:Scan'),
    // Its own status and limits are items of the tenants' table.
    {
      action: 'dynamodb:UpdateItem',
      resource: TABLE,
      context: { ...FROM_HUB, 'dynamodb:LeadingKeys': ['tenant1'] },
    },
    { action: 'logs:PutLogEvents', resource: STREAM('tenant2') },
    { action: 'bedrock:InvokeModel', resource: `arn:aws:bedrock:${REGION}::foundation-model/amazon.nova-lite-v1:0` },
  ]
  /** A trust policy that lets the account's policies decide. */
  const trusting = (question: Question): Question =>
    question.action.startsWith('sts:')
      ? {
          ...question,
          resourcePolicy: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${HUB}:root` }, Action: question.action }],
          },
        }
      : question

  it.each(own)('may $action $resource', async (question) => {
    expect(await caller(base)(trusting(question))).toEqual({ allowed: true })
    expect(await caller({ ...base, boundary })(trusting(question))).toEqual({ allowed: true })
  })

  it.each(others)('may not $action $resource, by policy or by boundary', async (question) => {
    expect(await caller(base)(trusting(question))).toMatchObject({ allowed: false, layer: 'identity' })
    // An ingress that gives its role everything is bounded all the same.
    expect(await caller({ ...base, policies: [EVERYTHING], boundary })(trusting(question))).toMatchObject({
      allowed: false,
      layer: 'boundary',
    })
  })

  it.each<[string, Question['context']]>([
    ['the internet', { 'aws:SourceIp': '198.51.100.10' }],
    ['a VPC of somebody else’s', { ...FROM_HUB, 'aws:SourceVpc': 'vpc-0fedcba9876543210' }],
    ['the internet, with an endpoint of the same name claimed', { 'aws:SourceVpce': 'vpce-0123456789abcdef0' }],
  ])('from %s may neither become the role nor read the table, by policy or by boundary', async (_, from = {}) => {
    for (const { action, resource, context } of own.filter(({ action }) => !action.startsWith('logs:'))) {
      const question = trusting({ action, resource, context: { ...without(context), ...from } })
      expect(await caller(base)(question)).toMatchObject({ allowed: false, layer: 'identity', explicit: true })
      expect(await caller({ ...base, policies: [EVERYTHING], boundary })(question)).toMatchObject({
        allowed: false,
        layer: 'boundary',
        explicit: true,
      })
    }
  })

  it("writes its logs from Lambda's own network", async () => {
    const logs = { action: 'logs:PutLogEvents', resource: STREAM('tenant1') }
    expect(await caller({ ...base, boundary })({ ...logs, context: {} })).toEqual({ allowed: true })
  })

  it('has network interfaces for Lambda, not for its code', async () => {
    const { sourceFunctionArn: _, ...byLambda } = base
    for (const action of ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']) {
      expect(await caller({ ...byLambda, boundary })({ action, resource: ENI })).toEqual({ allowed: true })
      expect(await caller(base)({ action, resource: ENI })).toMatchObject({ allowed: false, explicit: true })
      // Nor by a policy that forgets to deny it: the boundary says so too.
      expect(await caller({ ...base, policies: [EVERYTHING], boundary })({ action, resource: ENI })).toMatchObject({
        allowed: false,
        layer: 'boundary',
        explicit: true,
      })
    }
    expect(await caller(byLambda)({ action: 'ec2:DescribeNetworkInterfaces', resource: '*' })).toEqual({
      allowed: true,
    })
    expect(await caller(base)({ action: 'ec2:DescribeNetworkInterfaces', resource: '*' })).toMatchObject({
      explicit: true,
    })
  })
})

describe("the trust of a tenant's role", () => {
  const resourcePolicy = tenantRoleTrustPolicy({
    hubAccount: HUB,
    tenantId: 'tenant1',
    gatewayRoleArns: [executionRole('tenant1')],
    externalId: `${HUB}/tenant1`,
    hubVpcId: VPC,
  })
  const assume = (role: string, action: string, context: Question['context']) =>
    caller({ account: HUB, role, policies: [EVERYTHING] })({
      action,
      resource: modelsRole('tenant1'),
      resourceAccount: TENANT_ACCOUNT,
      resourcePolicy,
      context: { ...FROM_HUB, ...context },
    })
  const TAG = { 'aws:RequestTag/tenant_id': 'tenant1', 'aws:TagKeys': ['tenant_id'] }

  it('lets the one execution role in, with the external id and its tag', async () => {
    const role = 'genai-gateway-tenant1'
    expect(await assume(role, 'sts:AssumeRole', { ...TAG, 'sts:ExternalId': `${HUB}/tenant1` })).toEqual({
      allowed: true,
    })
    expect(await assume(role, 'sts:TagSession', TAG)).toEqual({ allowed: true })
  })

  it.each<[string, string, string, Question['context']]>([
    ['another role of the hub', 'genai-gateway-tenant2', 'sts:AssumeRole', { 'sts:ExternalId': `${HUB}/tenant1` }],
    ['no external id', 'genai-gateway-tenant1', 'sts:AssumeRole', {}],
    ["another tenant's external id", 'genai-gateway-tenant1', 'sts:AssumeRole', { 'sts:ExternalId': `${HUB}/tenant2` }],
    [
      "another tenant's tag",
      'genai-gateway-tenant1',
      'sts:TagSession',
      { ...TAG, 'aws:RequestTag/tenant_id': 'tenant2' },
    ],
    [
      "a VPC that is not the hub's",
      'genai-gateway-tenant1',
      'sts:AssumeRole',
      { 'sts:ExternalId': `${HUB}/tenant1`, 'aws:SourceVpc': 'vpc-0fedcba9876543210' },
    ],
    [
      "a tag from a VPC that is not the hub's",
      'genai-gateway-tenant1',
      'sts:TagSession',
      { ...TAG, 'aws:SourceVpc': 'vpc-0fedcba9876543210' },
    ],
    ['a further tag', 'genai-gateway-tenant1', 'sts:TagSession', { ...TAG, 'aws:TagKeys': ['tenant_id', 'project'] }],
  ])('refuses %s', async (_, role, action, context) => {
    expect(await assume(role, action, context)).toMatchObject({ allowed: false, layer: 'resource' })
  })
})

describe("a tenant's models", () => {
  const models = {
    account: TENANT_ACCOUNT,
    region: REGION,
    modelIds: [
      'amazon.titan-text-lite-v1',
      'us.amazon.nova-2-lite-v1:0',
      'global.anthropic.claude-haiku-4-5-20251001-v1:0',
    ],
  }
  const roleArn = modelsRole('tenant1')
  const endpointPolicy = JSON.parse(modelEndpointPolicy({ ...models, roleArn, tenantId: 'tenant1' })) as PolicyDocument
  const THROUGH = { 'aws:SourceVpce': 'vpce-0abc' }
  const profile = (id: string) => `arn:aws:bedrock:${REGION}:${TENANT_ACCOUNT}:inference-profile/${id}`
  const model = (id: string, region = REGION) => `arn:aws:bedrock:${region}::foundation-model/${id}`
  const via = (id: string) => ({ ...THROUGH, 'bedrock:InferenceProfileArn': profile(id) })
  const ask = (question: Omit<Question, 'action'>, role = 'genai-models-tenant1', action = 'bedrock:InvokeModel') =>
    caller({ account: TENANT_ACCOUNT, role, policies: [tenantRolePolicy({ ...models, endpointId: 'vpce-0abc' })] })({
      action,
      endpointPolicy,
      ...question,
    })

  it.each<[string, Omit<Question, 'action'>]>([
    ['a listed model', { resource: model('amazon.titan-text-lite-v1'), context: THROUGH }],
    ['a listed profile', { resource: profile('us.amazon.nova-2-lite-v1:0'), context: THROUGH }],
    ['its model here', { resource: model('amazon.nova-2-lite-v1:0'), context: via('us.amazon.nova-2-lite-v1:0') }],
    [
      'its model there',
      { resource: model('amazon.nova-2-lite-v1:0', 'us-west-2'), context: via('us.amazon.nova-2-lite-v1:0') },
    ],
    [
      'a model in no named region',
      {
        resource: model('anthropic.claude-haiku-4-5-20251001-v1:0', ''),
        context: via('global.anthropic.claude-haiku-4-5-20251001-v1:0'),
      },
    ],
  ])('allows %s', async (_, question) => {
    expect(await ask(question)).toEqual({ allowed: true })
  })

  it.each<[string, Omit<Question, 'action'>]>([
    ['a model that is not listed', { resource: model('anthropic.claude-3-haiku-20240307-v1:0'), context: THROUGH }],
    ["a profile's model without the profile", { resource: model('amazon.nova-2-lite-v1:0'), context: THROUGH }],
    ['a profile that is not listed', { resource: profile('us.amazon.nova-pro-v1:0'), context: THROUGH }],
    [
      'a region outside of the geography',
      { resource: model('amazon.nova-2-lite-v1:0', 'eu-west-1'), context: via('us.amazon.nova-2-lite-v1:0') },
    ],
  ])('refuses %s, by policy and by endpoint', async (_, question) => {
    expect(await ask(question)).toMatchObject({ allowed: false, layers: ['endpoint', 'identity'] })
  })

  it.each<[string, Question['context'], boolean]>([
    ['another endpoint', { 'aws:SourceVpce': 'vpce-0other' }, false],
    ['the internet', { 'aws:SourceIp': '198.51.100.10' }, true],
  ])('refuses a listed model through %s', async (_, context, explicit) => {
    const decision = await caller({
      account: TENANT_ACCOUNT,
      role: 'genai-models-tenant1',
      policies: [tenantRolePolicy({ ...models, endpointId: 'vpce-0abc' })],
    })({ action: 'bedrock:InvokeModel', resource: model('amazon.titan-text-lite-v1'), context: context ?? {} })
    expect(decision).toMatchObject({ allowed: false, layer: 'identity', explicit })
  })

  describe('with modelPerimeter homeRegion', () => {
    const home = { ...models, endpointId: 'vpce-0abc', modelPerimeter: 'homeRegion' } as const
    const policies = [EVERYTHING, tenantRolePolicy(home)]
    const only = [tenantRolePolicy(home)]
    const invoke = (documents: readonly PolicyDocument[], question: Omit<Question, 'action'>) =>
      caller({ account: TENANT_ACCOUNT, role: 'genai-models-tenant1', policies: documents })({
        action: 'bedrock:InvokeModel',
        ...question,
      })
    const through = { 'bedrock:InferenceProfileArn': profile('us.amazon.nova-2-lite-v1:0') }

    it('a destination needs the profile and no endpoint; with everyRegion both', async () => {
      const there = { resource: model('amazon.nova-2-lite-v1:0', 'us-west-2'), region: 'us-west-2' }
      expect(await invoke(only, { ...there, context: through })).toEqual({ allowed: true })
      expect(await invoke(only, there)).toMatchObject({ allowed: false })
      const everywhere = [tenantRolePolicy({ ...home, modelPerimeter: 'everyRegion' })]
      expect(await invoke(everywhere, { ...there, context: through })).toMatchObject({ allowed: false, explicit: true })
    })

    it.each([
      ['the profile itself', profile('us.amazon.nova-2-lite-v1:0'), {}],
      ['a model without a profile', model('amazon.titan-text-lite-v1'), {}],
      ['the destination at home', model('amazon.nova-2-lite-v1:0'), through],
    ])('%s needs the endpoint, whatever else the role may do', async (_, resource, context) => {
      expect(await invoke(policies, { resource, context })).toMatchObject({ allowed: false, explicit: true })
      expect(await invoke(only, { resource, context: { ...context, ...THROUGH } })).toEqual({ allowed: true })
    })
  })

  it('refuses the internet whatever else the role may do', async () => {
    const policies = [EVERYTHING, tenantRolePolicy({ ...models, endpointId: 'vpce-0abc' })]
    const ask = caller({ account: TENANT_ACCOUNT, role: 'genai-models-tenant1', policies })
    const resource = model('amazon.titan-text-lite-v1')
    const decision = await ask({
      action: 'bedrock:InvokeModel',
      resource,
      context: { 'aws:SourceIp': '198.51.100.10' },
    })
    expect(decision).toMatchObject({ allowed: false, layer: 'identity', explicit: true })
  })

  it('allows both endpoints while the tenant moves from one to the other', async () => {
    const policies = ['vpce-0old', 'vpce-0new'].map((endpointId) => tenantRolePolicy({ ...models, endpointId }))
    const ask = caller({ account: TENANT_ACCOUNT, role: 'genai-models-tenant1', policies })
    const through = (endpoint: string) =>
      ask({
        action: 'bedrock:InvokeModel',
        resource: model('amazon.titan-text-lite-v1'),
        context: { 'aws:SourceVpce': endpoint },
      })
    expect(
      (await Promise.all(['vpce-0old', 'vpce-0new', 'vpce-0other'].map(through))).map(({ allowed }) => allowed),
    ).toEqual([...[true, true, false]])
  })

  it('carries its guardrail or is refused, by policy and by endpoint, and none of the models of numbers carries one', async () => {
    const arn = `arn:aws:bedrock:${REGION}:${TENANT_ACCOUNT}:guardrail/gr1`
    const guardrail = { arn, version: '2' }
    const modelIds = [...models.modelIds, 'amazon.titan-embed-text-v2:0']
    const guarded = { ...models, modelIds, guardrail }
    const policies = [tenantRolePolicy({ ...guarded, endpointId: 'vpce-0abc' })]
    const own = caller({ account: TENANT_ACCOUNT, role: 'genai-models-tenant1', policies })
    const atEndpoint = JSON.parse(modelEndpointPolicy({ ...guarded, roleArn, tenantId: 'tenant1' })) as PolicyDocument
    const asked = (resource: string, key?: string, action = 'bedrock:InvokeModel', more = {}) =>
      own({
        action,
        resource,
        context: { ...THROUGH, ...more, ...(key !== undefined && { 'bedrock:GuardrailIdentifier': key }) },
        endpointPolicy: atEndpoint,
      })
    const titan = model('amazon.titan-text-lite-v1')
    const nova = profile('us.amazon.nova-2-lite-v1:0')
    const behind = model('amazon.nova-2-lite-v1:0', 'us-west-2')
    const through = { 'bedrock:InferenceProfileArn': nova }
    for (const resource of [titan, nova]) {
      expect(await asked(resource, `${arn}:2`)).toEqual({ allowed: true })
      expect(await asked(resource)).toMatchObject({ allowed: false, layers: ['endpoint', 'identity'] })
      expect(await asked(resource, arn)).toMatchObject({ allowed: false, layers: ['endpoint', 'identity'] })
      expect(await asked(resource, `${arn.replace('gr1', 'gr2')}:2`)).toMatchObject({
        allowed: false,
        layers: ['endpoint', 'identity'],
      })
      // An older version is the role's concern: the endpoint's policy is one, whichever comes after it.
      expect(await asked(resource, `${arn}:1`)).toMatchObject({ allowed: false, layers: ['identity'] })
    }
    expect(await asked(behind, `${arn}:2`, 'bedrock:InvokeModel', through)).toEqual({ allowed: true })
    expect(await asked(behind, undefined, 'bedrock:InvokeModel', through)).toMatchObject({ allowed: false })
    expect(await asked(model('amazon.titan-embed-text-v2:0'))).toEqual({ allowed: true })
    expect(await asked(arn, undefined, 'bedrock:ApplyGuardrail')).toEqual({ allowed: true })
    expect(await asked(arn.replace('gr1', 'gr2'), undefined, 'bedrock:ApplyGuardrail')).toMatchObject({
      allowed: false,
    })
  })

  it('allows both versions of a guardrail while one is followed by the other', async () => {
    const arn = `arn:aws:bedrock:${REGION}:${TENANT_ACCOUNT}:guardrail/gr1`
    const policies = ['1', '2'].map((version) =>
      tenantRolePolicy({ ...models, guardrail: { arn, version }, endpointId: 'vpce-0abc' }),
    )
    const own = caller({ account: TENANT_ACCOUNT, role: 'genai-models-tenant1', policies })
    const carrying = (version: string) =>
      own({
        action: 'bedrock:InvokeModel',
        resource: model('amazon.titan-text-lite-v1'),
        context: { ...THROUGH, 'bedrock:GuardrailIdentifier': `${arn}:${version}` },
      })
    expect((await Promise.all(['1', '2', '3'].map(carrying))).map(({ allowed }) => allowed)).toEqual([
      true,
      true,
      false,
    ])
  })

  it('refuses every other role at the endpoint', async () => {
    const decision = await caller({ account: TENANT_ACCOUNT, role: 'administrator', policies: [EVERYTHING] })({
      action: 'bedrock:InvokeModel',
      resource: model('amazon.titan-text-lite-v1'),
      context: THROUGH,
      endpointPolicy,
    })
    expect(decision).toMatchObject({ allowed: false, layers: ['endpoint'] })
  })
})
