import { describe, expect, test } from 'vitest'
import { type ApiCall, type AuthorizeOptions, createAuthorize, type Decision, type Session } from './authorize.ts'
import type { Declared } from './ledger.ts'
import type { Organization, PolicyDocument, PolicyStatement } from './organization.ts'
import { declared, HUB_ACCOUNT, ledgerOf } from './testing/ledger-builder.ts'

const TENANT_ACCOUNT = '222222222222'
const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement })
const allow = (
  Action: string | string[],
  Resource: string | string[] = '*',
  Condition?: PolicyStatement['Condition'],
) => ({ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) }) as const
const deny = (Action: string | string[], Resource: string | string[] = '*', Condition?: PolicyStatement['Condition']) =>
  ({ ...allow(Action, Resource, Condition), Effect: 'Deny' }) as const
const trusting = (account: string, Action: string | string[], Condition?: PolicyStatement['Condition']) =>
  ({
    Effect: 'Allow',
    Action,
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    ...(Condition && { Condition }),
  }) as const

const organization = (serviceControlPolicies: PolicyDocument[] = []): Organization => ({
  id: 'o-example',
  arn: 'arn:aws:organizations::999999999999:organization/o-example',
  ramSharing: true,
  accounts: [HUB_ACCOUNT, TENANT_ACCOUNT].map((id) => ({
    id,
    name: id,
    models: [],
    serviceControlPolicies,
    zones: {},
    roles: [
      {
        name: 'platform-deployer',
        trust: policy({ Effect: 'Allow', Principal: { AWS: id }, Action: 'sts:AssumeRole' }),
        policy: policy(allow('iam:*')),
      },
    ],
  })),
  deployerRoleArn: `arn:aws:iam::${HUB_ACCOUNT}:role/platform-deployer`,
  profiles: {},
})

const ROLE = `arn:aws:iam::${HUB_ACCOUNT}:role/gateway`
const session: Session = {
  arn: `arn:aws:sts::${HUB_ACCOUNT}:assumed-role/gateway/s1`,
  account: HUB_ACCOUNT,
  roleArn: ROLE,
  sessionName: 's1',
  tags: {},
  sessionPolicies: [],
}

function role(policies: readonly PolicyDocument[], outputs: Declared['outputs'] = {}): Declared[] {
  return [
    declared('aws:iam/role:Role', 'gateway', {
      arn: ROLE,
      name: 'gateway',
      assumeRolePolicy: JSON.stringify(policy(trusting(HUB_ACCOUNT, 'sts:AssumeRole'))),
      ...outputs,
    }),
    ...policies.map((document, index) =>
      declared('aws:iam/rolePolicy:RolePolicy', `gateway:${index}`, {
        role: 'gateway',
        policy: JSON.stringify(document),
      }),
    ),
  ]
}

const TABLE = `arn:aws:dynamodb:us-east-1:${HUB_ACCOUNT}:table/genai-tenants`
const query: ApiCall = {
  action: 'dynamodb:Query',
  resource: TABLE,
  resourceAccount: HUB_ACCOUNT,
  region: 'us-east-1',
  session,
  context: {},
}

interface Setting {
  readonly policies?: readonly PolicyDocument[]
  readonly role?: Declared['outputs']
  readonly extra?: readonly Declared[]
  readonly serviceControl?: PolicyDocument[]
  readonly options?: AuthorizeOptions
}

const authorize = (call: ApiCall, setting: Setting = {}): Promise<Decision> =>
  createAuthorize(
    ledgerOf(role(setting.policies ?? [policy(allow('dynamodb:Query'))], setting.role), setting.extra ?? []),
    organization(setting.serviceControl),
    setting.options,
  )(call)

const ALLOWED = { allowed: true }

describe('the identity layer', () => {
  test('refuses what no policy allows, in AWS’s words', async () => {
    expect(await authorize(query, { policies: [] })).toEqual({
      allowed: false,
      layer: 'identity',
      layers: ['identity'],
      explicit: false,
      message: `User: ${session.arn} is not authorized to perform: dynamodb:Query on resource: ${TABLE} because no identity-based policy allows the dynamodb:Query action`,
    })
  })

  test('refuses what a policy denies, whatever else allows it', async () => {
    const policies = [policy(allow('dynamodb:*')), policy(deny('dynamodb:Query'))]
    expect(await authorize(query, { policies })).toMatchObject({
      layer: 'identity',
      explicit: true,
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
    })
  })

  const describeSubnets = { ...query, action: 'ec2:DescribeSubnets', resource: '*' }
  test.each<[string, Setting]>([
    ['a separate inline policy', {}],
    [
      'the role’s own inline policies',
      {
        policies: [],
        role: { inlinePolicies: [{ name: 'p', policy: JSON.stringify(policy(allow('dynamodb:Query'))) }] },
      },
    ],
    [
      'an attached policy',
      {
        policies: [],
        extra: [
          declared('aws:iam/policy:Policy', 'p', { arn: 'arn:p', policy: JSON.stringify(policy(allow('dynamodb:*'))) }),
          declared('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'a', { role: 'gateway', policyArn: 'arn:p' }),
        ],
      },
    ],
    [
      'an AWS managed policy',
      {
        policies: [],
        role: { managedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'] },
      },
    ],
  ])('reads %s', async (_, setting) => {
    expect(await authorize(setting.role?.managedPolicyArns ? describeSubnets : query, setting)).toEqual(ALLOWED)
  })

  test('a role of the same name in another account lends nothing', async () => {
    const extra = [
      declared(
        'aws:iam/rolePolicy:RolePolicy',
        'other',
        { role: 'gateway', policy: JSON.stringify(policy(allow('dynamodb:*'))) },
        { account: TENANT_ACCOUNT },
      ),
    ]
    expect(await authorize(query, { policies: [], extra })).toMatchObject({ layer: 'identity' })
  })

  test('roles of the organisation are known; a role that is gone may do nothing', async () => {
    const deployer = { ...session, roleArn: `arn:aws:iam::${HUB_ACCOUNT}:role/platform-deployer` }
    const call = { ...query, action: 'iam:GetRole', resource: ROLE }
    expect(await authorize({ ...call, session: deployer })).toEqual(ALLOWED)
    const gone = { ...session, roleArn: `arn:aws:iam::${HUB_ACCOUNT}:role/gone` }
    expect(await authorize({ ...call, session: gone })).toMatchObject({ layer: 'identity', explicit: false })
  })

  test('an unknown AWS managed policy fails loudly', async () => {
    const setting = { role: { managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] } }
    await expect(authorize(query, setting)).rejects.toThrow('does not support the AWS managed policy')
  })

  test.each([
    [
      allow('dynamodb:Query', '*', { StringEqual: { 'aws:PrincipalAccount': '1' } }),
      'Invalid Condition type: StringEqual',
    ],
    [{ ...allow('dynamodb:Query'), Effect: 'Alow' } as unknown as PolicyStatement, 'Effect'],
    [allow('dynamodbQuery'), 'Action'],
  ])('a policy that IAM would not save fails loudly', async (statement, message) => {
    await expect(authorize(query, { policies: [policy(statement)] })).rejects.toThrow(message)
  })

  test('a change of the ledger is in force with the next call', async () => {
    const [gateway, inline] = role([policy(allow('dynamodb:Query'))]) as [Declared, Declared]
    const ledger = ledgerOf(gateway, inline)
    const decide = createAuthorize(ledger, organization())
    expect(await decide(query)).toEqual(ALLOWED)
    await ledger.delete(inline.urn)
    expect(await decide(query)).toMatchObject({ layer: 'identity' })
  })

  test('an action that IAM does not have, or of another kind of resource, fails loudly', async () => {
    await expect(authorize({ ...query, action: 'dynamodb:Qwery' })).rejects.toThrow('IAM has no action dynamodb:Qwery')
    await expect(authorize({ ...query, resource: ROLE })).rejects.toThrow('IAM has no resource like')
  })
})

describe('condition keys and variables', () => {
  const leadingKeys = policy(
    allow('dynamodb:Query', TABLE, {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['tenant1'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    }),
  )
  test.each([
    [['tenant1'], true],
    [['tenant2'], false],
    [['tenant1', 'tenant2'], false],
    [undefined, false],
  ])('dynamodb:LeadingKeys %j', async (keys, allowed) => {
    const context = keys ? { 'dynamodb:LeadingKeys': keys } : {}
    expect(await authorize({ ...query, context }, { policies: [leadingKeys] })).toMatchObject({ allowed })
  })

  // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, which IAM fills in
  const byTag = policy(allow('iam:GetRole', 'arn:aws:iam::*:role/genai-gateway-${aws:PrincipalTag/tenant_id}'))
  const getRole = (tenant: string, tags: Session['tags']): ApiCall => ({
    ...query,
    action: 'iam:GetRole',
    resource: `arn:aws:iam::${HUB_ACCOUNT}:role/genai-gateway-${tenant}`,
    session: { ...session, tags },
  })
  test('a session tag in a resource', async () => {
    const setting = { policies: [byTag] }
    expect(await authorize(getRole('tenant1', { tenant_id: 'tenant1' }), setting)).toEqual(ALLOWED)
    expect(await authorize(getRole('tenant2', { tenant_id: 'tenant1' }), setting)).toMatchObject({ layer: 'identity' })
    expect(await authorize(getRole('tenant1', {}), setting)).toMatchObject({ layer: 'identity' })
  })
  test('the role’s own tags count, and a session tag wins over them', async () => {
    const setting = { policies: [byTag], role: { tags: { Tenant_Id: 'tenant1' } } }
    expect(await authorize(getRole('tenant1', {}), setting)).toEqual(ALLOWED)
    expect(await authorize(getRole('tenant1', { tenant_id: 'tenant2' }), setting)).toMatchObject({ allowed: false })
    expect(await authorize(getRole('tenant2', { tenant_id: 'tenant2' }), setting)).toEqual(ALLOWED)
  })

  test.each([
    ['aws:PrincipalArn', ROLE],
    ['aws:PrincipalAccount', HUB_ACCOUNT],
    ['aws:PrincipalOrgID', 'o-example'],
    ['aws:ResourceAccount', HUB_ACCOUNT],
    ['aws:ResourceOrgID', 'o-example'],
    ['aws:RequestedRegion', 'us-east-1'],
    ['aws:SecureTransport', 'true'],
    ['aws:SourceVpce', 'vpce-1'],
    ['aws:PrincipalType', 'AssumedRole'],
  ])('%s', async (key, value) => {
    const call = { ...query, context: { 'aws:SourceVpce': 'vpce-1' } }
    const when = (expected: string) => ({
      policies: [policy(allow('dynamodb:*', '*', { StringEquals: { [key]: expected } }))],
    })
    expect(await authorize(call, when(value))).toEqual(ALLOWED)
    expect(await authorize(call, when('other'))).toMatchObject({ layer: 'identity' })
  })

  test('a caller cannot choose whom it is', async () => {
    const policies = [policy(allow('dynamodb:*', '*', { StringEquals: { 'aws:PrincipalAccount': TENANT_ACCOUNT } }))]
    const call = { ...query, context: { 'aws:PrincipalAccount': TENANT_ACCOUNT } }
    expect(await authorize(call, { policies })).toMatchObject({ layer: 'identity' })
  })

  test('lambda:SourceFunctionArn is there for a function’s own credentials only', async () => {
    const policies = [
      policy(
        allow('ec2:CreateNetworkInterface'),
        deny('ec2:CreateNetworkInterface', '*', {
          ArnLike: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:*:*:function:*' },
        }),
      ),
    ]
    const call = {
      ...query,
      action: 'ec2:CreateNetworkInterface',
      resource: `arn:aws:ec2:us-east-1:${HUB_ACCOUNT}:subnet/subnet-1`,
    }
    expect(await authorize(call, { policies })).toEqual(ALLOWED)
    const sourceFunctionArn = `arn:aws:lambda:us-east-1:${HUB_ACCOUNT}:function:f`
    const fromFunction = { ...call, session: { ...session, sourceFunctionArn } }
    expect(await authorize(fromFunction, { policies })).toMatchObject({ layer: 'identity', explicit: true })
  })

  test('a resource that has no id yet is not any one resource', async () => {
    const subnets = `arn:aws:ec2:us-east-1:${HUB_ACCOUNT}:subnet`
    const call = { ...query, action: 'ec2:CreateSubnet', resource: `${subnets}/*` }
    expect(await authorize(call, { policies: [policy(allow('ec2:*', `${subnets}/*`))] })).toEqual(ALLOWED)
    expect(await authorize(call, { policies: [policy(allow('ec2:*', `${subnets}/subnet-1`))] })).toMatchObject({
      layer: 'identity',
    })
  })

  test('the destinations of a global inference profile, which have no region', async () => {
    const model = 'arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0'
    const profile = `arn:aws:bedrock:us-east-1:${HUB_ACCOUNT}:inference-profile/global.amazon.nova-2-lite-v1:0`
    const policies = [
      policy(allow('bedrock:InvokeModel', model, { ArnEquals: { 'bedrock:InferenceProfileArn': profile } })),
    ]
    const call = { ...query, action: 'bedrock:InvokeModel', resource: model }
    expect(await authorize({ ...call, context: { 'bedrock:InferenceProfileArn': profile } }, { policies })).toEqual(
      ALLOWED,
    )
    expect(await authorize(call, { policies })).toMatchObject({ layer: 'identity' })
  })

  test('the clock is the one that was given', async () => {
    const policies = [policy(allow('dynamodb:*', '*', { DateLessThan: { 'aws:CurrentTime': '2026-01-02T00:00:00Z' } }))]
    const at = (date: string) => ({ policies, options: { now: () => Date.parse(date) / 1000 } })
    expect(await authorize(query, at('2026-01-01T23:59:59Z'))).toEqual(ALLOWED)
    expect(await authorize(query, at('2026-01-02T00:00:01Z'))).toMatchObject({ allowed: false })
  })
})

describe('layers that only take away', () => {
  const boundary = (document: PolicyDocument): Setting => ({
    role: { permissionsBoundary: 'arn:b' },
    extra: [declared('aws:iam/policy:Policy', 'b', { arn: 'arn:b', policy: JSON.stringify(document) })],
  })
  test('permissions boundary', async () => {
    expect(await authorize(query, boundary(policy(allow('dynamodb:*'))))).toEqual(ALLOWED)
    expect(await authorize(query, boundary(policy(allow('s3:*'))))).toMatchObject({
      layer: 'boundary',
      explicit: false,
    })
    const denied = boundary(policy(allow('*'), deny('dynamodb:*')))
    expect(await authorize(query, denied)).toMatchObject({ layer: 'boundary', explicit: true })
  })
  test('a boundary grants nothing', async () => {
    expect(await authorize(query, { ...boundary(policy(allow('*'))), policies: [] })).toMatchObject({
      layer: 'identity',
    })
  })

  test('session policy', async () => {
    const narrowed = (document: PolicyDocument) => ({ ...query, session: { ...session, sessionPolicies: [document] } })
    expect(await authorize(narrowed(policy(allow('dynamodb:Query'))))).toEqual(ALLOWED)
    expect(await authorize(narrowed(policy(allow('dynamodb:GetItem'))))).toMatchObject({
      layer: 'session',
      message: expect.stringContaining('because no session policy allows the dynamodb:Query action'),
    })
  })

  test('service control policies: of those that allow, each must; those that deny stand beside FullAWSAccess', async () => {
    const under = (...serviceControl: PolicyDocument[]) => authorize(query, { serviceControl })
    expect(await under()).toEqual(ALLOWED)
    expect(await under(policy(deny('bedrock:*')))).toEqual(ALLOWED)
    expect(await under(policy(deny('dynamodb:*')))).toMatchObject({ layer: 'serviceControl', explicit: true })
    expect(await under(policy(allow('dynamodb:*')))).toEqual(ALLOWED)
    expect(await under(policy(allow('*')), policy(allow('bedrock:*')))).toMatchObject({
      layer: 'serviceControl',
      explicit: false,
    })
  })

  test('endpoint policy: principals, actions and conditions of the caller', async () => {
    const through = (...statements: PolicyStatement[]) => authorize({ ...query, endpointPolicy: policy(...statements) })
    expect(await through({ ...allow('dynamodb:*'), Principal: '*' })).toEqual(ALLOWED)
    expect(await through({ ...allow('dynamodb:*'), Principal: { AWS: [ROLE] } })).toEqual(ALLOWED)
    expect(await through({ ...allow('dynamodb:PutItem'), Principal: '*' })).toMatchObject({
      layer: 'endpoint',
      message: expect.stringContaining('because no VPC endpoint policy allows the dynamodb:Query action'),
    })
    expect(await through({ ...allow('*'), Principal: { AWS: `${ROLE}2` } })).toMatchObject({ layer: 'endpoint' })
    expect(
      await through({ ...allow('*', '*', { ArnEquals: { 'aws:PrincipalArn': `${ROLE}2` } }), Principal: '*' }),
    ).toMatchObject({ layer: 'endpoint' })
  })
  test('an endpoint policy without principals is malformed', async () => {
    await expect(authorize({ ...query, endpointPolicy: policy(allow('*')) })).rejects.toThrow(
      'Missing required field Principal',
    )
  })

  test('all that refuse are named, an explicit denial first', async () => {
    const decision = await authorize(
      {
        ...query,
        session: { ...session, sessionPolicies: [policy(deny('*'))] },
        endpointPolicy: policy({ ...allow('s3:*'), Principal: '*' }),
      },
      { ...boundary(policy(allow('s3:*'))), policies: [], serviceControl: [policy(allow('s3:*'))] },
    )
    expect(decision).toMatchObject({
      layer: 'session',
      explicit: true,
      layers: ['serviceControl', 'endpoint', 'identity', 'boundary', 'session'],
    })
  })
})

describe('resource policies and accounts', () => {
  const granting = (Principal: PolicyStatement['Principal'], Effect: 'Allow' | 'Deny' = 'Allow') =>
    policy({ Effect, Principal: Principal ?? '*', Action: 'dynamodb:*', Resource: '*' })
  const far = { ...query, resource: TABLE.replace(HUB_ACCOUNT, TENANT_ACCOUNT), resourceAccount: TENANT_ACCOUNT }

  test('within an account, the resource’s grant is enough; naming the account is not', async () => {
    const call = (Principal: PolicyStatement['Principal']) =>
      authorize({ ...query, resourcePolicy: granting(Principal) }, { policies: [] })
    expect(await call({ AWS: ROLE })).toEqual(ALLOWED)
    expect(await call('*')).toEqual(ALLOWED)
    expect(await call({ AWS: HUB_ACCOUNT })).toMatchObject({ layer: 'identity' })
    expect(await call({ Service: 'lambda.amazonaws.com' })).toMatchObject({ layer: 'identity' })
  })

  test('a grant to the role stays within its boundary, one to the session does not', async () => {
    const setting: Setting = {
      policies: [],
      role: { permissionsBoundary: 'arn:b' },
      extra: [declared('aws:iam/policy:Policy', 'b', { arn: 'arn:b', policy: JSON.stringify(policy(allow('s3:*'))) })],
    }
    expect(await authorize({ ...query, resourcePolicy: granting({ AWS: ROLE }) }, setting)).toMatchObject({
      layer: 'boundary',
    })
    expect(await authorize({ ...query, resourcePolicy: granting({ AWS: session.arn }) }, setting)).toEqual(ALLOWED)
  })

  test('across accounts, both must allow', async () => {
    expect(await authorize({ ...far, resourcePolicy: granting({ AWS: HUB_ACCOUNT }) })).toEqual(ALLOWED)
    expect(await authorize(far)).toMatchObject({ layers: ['resource'] })
    expect(await authorize({ ...far, resourcePolicy: granting({ AWS: TENANT_ACCOUNT }) })).toMatchObject({
      layers: ['resource'],
    })
    expect(await authorize({ ...far, resourcePolicy: granting({ AWS: ROLE }) }, { policies: [] })).toMatchObject({
      layers: ['identity'],
    })
    expect(await authorize(far, { policies: [] })).toMatchObject({ layers: ['identity', 'resource'] })
  })

  test('a denial at the resource wins', async () => {
    expect(await authorize({ ...query, resourcePolicy: granting({ AWS: HUB_ACCOUNT }, 'Deny') })).toMatchObject({
      layer: 'resource',
      explicit: true,
    })
  })

  test('an unsigned request: the endpoint’s policy must admit anyone, and the resource’s too where it has one', async () => {
    // Fetching the key set is no action of IAM.
    const keySet: ApiCall = { ...query, action: 'cognito-idp:GetKeySet', resource: '*', session: 'anonymous' }
    const serviceControl = [policy(deny('*'))]
    expect(await authorize(keySet, { serviceControl })).toEqual(ALLOWED)
    const endpoint = (Principal: PolicyStatement['Principal']) =>
      authorize({ ...keySet, endpointPolicy: policy({ ...allow('*'), Principal: Principal ?? '*' }) })
    expect(await endpoint('*')).toEqual(ALLOWED)
    expect(await endpoint({ AWS: '*' })).toEqual(ALLOWED)
    expect(await endpoint({ AWS: HUB_ACCOUNT })).toMatchObject({
      layer: 'endpoint',
      message: expect.stringContaining('User: anonymous'),
    })
    expect(await authorize({ ...keySet, resourcePolicy: granting({ AWS: ROLE }) })).toMatchObject({ layer: 'resource' })
  })
})

describe('assuming a role', () => {
  const TENANT_ROLE = `arn:aws:iam::${TENANT_ACCOUNT}:role/genai-models-tenant1`
  const trust = policy(
    trusting(HUB_ACCOUNT, 'sts:AssumeRole', {
      StringEquals: { 'sts:ExternalId': `${HUB_ACCOUNT}/tenant1` },
      ArnEquals: { 'aws:PrincipalArn': ROLE },
    }),
    trusting(HUB_ACCOUNT, 'sts:TagSession', {
      StringEquals: { 'aws:RequestTag/tenant_id': 'tenant1' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant_id'] },
    }),
  )
  const assume: ApiCall = {
    action: 'sts:AssumeRole',
    resource: TENANT_ROLE,
    resourceAccount: TENANT_ACCOUNT,
    region: 'us-east-1',
    session,
    context: {
      'sts:ExternalId': `${HUB_ACCOUNT}/tenant1`,
      'aws:RequestTag/tenant_id': 'tenant1',
      'aws:TagKeys': ['tenant_id'],
    },
    resourcePolicy: trust,
  }
  const policies = [policy(allow(['sts:AssumeRole', 'sts:TagSession'], TENANT_ROLE))]

  test('both sides and the external id', async () => {
    expect(await authorize(assume, { policies })).toEqual(ALLOWED)
    expect(await authorize({ ...assume, context: {} }, { policies })).toMatchObject({
      layers: ['resource'],
      message: `User: ${session.arn} is not authorized to perform: sts:AssumeRole on resource: ${TENANT_ROLE} because no role trust policy allows the sts:AssumeRole action`,
    })
    expect(await authorize(assume, { policies: [] })).toMatchObject({ layers: ['identity'] })
  })
  test('another role of the trusted account is not enough', async () => {
    const roleArn = `arn:aws:iam::${HUB_ACCOUNT}:role/platform-deployer`
    expect(await authorize({ ...assume, session: { ...session, roleArn } }, { policies })).toMatchObject({
      layers: ['identity', 'resource'],
    })
  })
  test('tagging the session is an action of its own, to which the external id says nothing', async () => {
    const tag = { ...assume, action: 'sts:TagSession' }
    expect(await authorize(tag, { policies })).toEqual(ALLOWED)
    const other = { ...tag, context: { ...tag.context, 'aws:RequestTag/tenant_id': 'tenant2' } }
    expect(await authorize(other, { policies })).toMatchObject({ layers: ['resource'] })
    const more = { ...tag, context: { ...tag.context, 'aws:TagKeys': ['tenant_id', 'admin'] } }
    expect(await authorize(more, { policies })).toMatchObject({ layers: ['resource'] })
    const withExternalId = policy(
      trusting(HUB_ACCOUNT, 'sts:TagSession', { StringEquals: { 'sts:ExternalId': `${HUB_ACCOUNT}/tenant1` } }),
    )
    expect(await authorize({ ...tag, resourcePolicy: withExternalId }, { policies })).toMatchObject({
      layers: ['resource'],
    })
  })
  test('within the account, too, the trust policy must allow', async () => {
    const near = { ...assume, resource: `arn:aws:iam::${HUB_ACCOUNT}:role/near`, resourceAccount: HUB_ACCOUNT }
    const everyRole = { policies: [policy(allow('sts:*'))] }
    expect(await authorize(near, everyRole)).toEqual(ALLOWED)
    expect(await authorize(near, { policies: [] })).toMatchObject({ layers: ['identity'] })
    const { resourcePolicy: _, ...untrusted } = near
    expect(await authorize(untrusted, everyRole)).toMatchObject({ layers: ['resource'] })
    const namesRole = policy({ Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'sts:AssumeRole' })
    expect(await authorize({ ...near, resourcePolicy: namesRole }, { policies: [] })).toEqual(ALLOWED)
  })
  test('asking who one is needs no permission', async () => {
    const who = { ...assume, action: 'sts:GetCallerIdentity', resource: '*', resourceAccount: HUB_ACCOUNT }
    const { resourcePolicy: _, ...call } = who
    expect(await authorize(call, { policies: [policy(deny('*'))] })).toEqual(ALLOWED)
  })

  test('layers switched off show what the others stop', async () => {
    const { resourcePolicy: _, ...untrusted } = assume
    const nothing = { policies: [], serviceControl: [policy(deny('sts:*'))] }
    expect(await authorize(untrusted, nothing)).toMatchObject({ layers: ['serviceControl', 'identity', 'resource'] })
    const without = (...layers: NonNullable<Exclude<AuthorizeOptions['without'], (call: ApiCall) => unknown>>) =>
      authorize(untrusted, { ...nothing, options: { without: layers } })
    expect(await without('serviceControl')).toMatchObject({ layers: ['identity', 'resource'] })
    expect(await without('serviceControl', 'identity')).toMatchObject({ layers: ['resource'] })
    expect(await without('serviceControl', 'resource')).toMatchObject({ layers: ['identity'] })
    expect(await without('serviceControl', 'identity', 'resource')).toEqual(ALLOWED)
    const ofRole = {
      without: ({ session: s }: ApiCall) => (s !== 'anonymous' && s.roleArn === ROLE ? (['identity'] as const) : []),
    }
    expect(await authorize(assume, { policies: [], options: ofRole })).toEqual(ALLOWED)
  })
})

test('a decision takes a few milliseconds at most', async () => {
  const statements = Array.from({ length: 30 }, (_, index) =>
    allow(`dynamodb:${index % 2 ? 'Query' : 'GetItem'}`, `${TABLE}${index}`, {
      StringEquals: { 'aws:PrincipalTag/tenant': 't' },
    }),
  )
  const decide = createAuthorize(
    ledgerOf(role([policy(...statements, allow('dynamodb:Query'))])),
    organization([policy(deny('iam:*'))]),
  )
  const call = { ...query, endpointPolicy: policy({ ...allow('*'), Principal: '*' }) }
  expect(await decide(call)).toEqual(ALLOWED)
  const started = performance.now()
  for (let index = 0; index < 100; index += 1) await decide(call)
  const milliseconds = (performance.now() - started) / 100
  console.info(`authorize: ${milliseconds.toFixed(2)} ms a decision`)
  expect(milliseconds).toBeLessThan(10)
})
