import { describe, expect, test } from 'vitest'
import type { Declared } from '../ledger/ledger.ts'
import type { PolicyDocument, PolicyStatement } from '../organization.ts'
import {
  ALLOWED,
  allow,
  authorize,
  deny,
  organization,
  policy,
  query,
  ROLE,
  role,
  type Setting,
  session,
  TABLE,
  TENANT_ACCOUNT,
} from '../testing/deciding.ts'
import { declared, HUB_ACCOUNT, ledgerOf } from '../testing/ledger-builder.ts'
import { type ApiCall, createAuthorize } from './authorize.ts'

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

  test.each<[string, PolicyDocument]>([
    [
      'the condition key aws:TokenIssueTime',
      policy(deny('*', '*', { DateLessThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } })),
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    ['the condition key aws:userid', policy(allow('s3:*', 'arn:aws:s3:::bucket/${aws:userid}'))],
    ['NotPrincipal', policy({ ...allow('*'), NotPrincipal: '*' } as PolicyStatement)],
    [
      'variables in a policy of version 2008-10-17',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
      { ...policy(allow('s3:*', 'arn:aws:s3:::${aws:PrincipalAccount}')), Version: '2008-10-17' as '2012-10-17' },
    ],
  ])('what would be evaluated otherwise than on AWS fails loudly: %s', async (what, document) => {
    await expect(authorize(query, { policies: [document] })).rejects.toThrow(`does not support ${what}`)
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

test('a decision costs as much as the statements that it reads, not more', async () => {
  const MANY = 30
  const deciding = (count: number) => {
    const statements = Array.from({ length: count }, (_, index) =>
      allow(`dynamodb:${index % 2 ? 'Query' : 'GetItem'}`, `${TABLE}${index}`, {
        StringEquals: { 'aws:PrincipalTag/tenant': 't' },
      }),
    )
    const ledger = ledgerOf(role([policy(...statements, allow('dynamodb:Query'))]))
    return createAuthorize(ledger, organization([policy(deny('iam:*'))]))
  }
  const call = { ...query, endpointPolicy: policy({ ...allow('*'), Principal: '*' }) }
  const [one, many] = [deciding(1), deciding(MANY)]
  const spent = { one: 0, many: 0 }
  const timed = async (decide: typeof one) => {
    const started = performance.now()
    expect(await decide(call)).toEqual(ALLOWED)
    return performance.now() - started
  }
  // In turns: what else the machine does slows both down.
  for (let round = 0; round < 50; round += 1) {
    spent.one += await timed(one)
    spent.many += await timed(many)
  }
  expect(spent.many).toBeLessThan(MANY * spent.one)
})
