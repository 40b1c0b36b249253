import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSts } from '../../src/aws/sts/sts.ts'
import type { Decision } from '../../src/iam/authorize.ts'
import {
  type Fixture,
  failure,
  HUB,
  LAPTOP,
  REGION,
  REMOTE,
  resource,
  sessionOf,
  startFixture,
  TENANT,
} from './services-fixture.ts'

const TRUST = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] }
const SESSION_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' }],
}
const ROLE = `arn:aws:iam::${TENANT}:role/genai-models-tenant1`
const ASSUME = { RoleArn: ROLE, RoleSessionName: 'gateway-tenant1' }

describe.runIf(REMOTE)('STS on AWS', () => {
  it('names the caller', async () => {
    const { Arn, Account } = await new STSClient({ region: REGION }).send(new GetCallerIdentityCommand({}))
    expect(Arn).toContain(`:${Account}:`)
  })
})

describe.skipIf(REMOTE)('STS', () => {
  let fixture: Fixture
  let sts: STSClient
  beforeAll(async () => {
    fixture = await startFixture(({ surroundings, credentials }) => [createSts(surroundings, credentials)], {
      resources: [
        resource(
          'aws:iam/role:Role',
          'genai-models-tenant1',
          { arn: ROLE, assumeRolePolicy: JSON.stringify(TRUST), uniqueId: 'AROAEXAMPLE' },
          TENANT,
        ),
        resource('aws:iam/policy:Policy', 'p', {
          arn: `arn:aws:iam::${HUB}:policy/reader`,
          policy: JSON.stringify(SESSION_POLICY),
        }),
      ],
    })
    sts = new STSClient(await fixture.client())
  })
  afterAll(() => fixture.close())
  beforeEach(() => {
    fixture.asked.length = 0
    fixture.events.length = 0
    fixture.ahead = 0
    fixture.decide = () => ({ allowed: true })
  })
  const signedBy = async (input: ConstructorParameters<typeof AssumeRoleCommand>[0]) => {
    const { Credentials } = await sts.send(new AssumeRoleCommand(input))
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  }

  it('names the caller, without asking for a permission', async () => {
    const identity = await sts.send(new GetCallerIdentityCommand({}))
    expect(identity).toMatchObject({ Account: HUB, Arn: `arn:aws:sts::${HUB}:assumed-role/caller/test` })
    expect(fixture.asked).toEqual([])
  })

  it('gives credentials of the role, which sign as the role', async () => {
    const { AssumedRoleUser, Credentials } = await sts.send(new AssumeRoleCommand({ ...ASSUME, DurationSeconds: 900 }))
    expect(AssumedRoleUser).toEqual({
      Arn: `arn:aws:sts::${TENANT}:assumed-role/genai-models-tenant1/gateway-tenant1`,
      AssumedRoleId: 'AROAEXAMPLE:gateway-tenant1',
    })
    expect(Math.abs((Credentials?.Expiration?.getTime() ?? 0) - Date.now() - 900_000)).toBeLessThan(60_000)
    const asRole = new STSClient(await fixture.client(await signedBy({ ...ASSUME, DurationSeconds: 900 })))
    expect((await asRole.send(new GetCallerIdentityCommand({}))).Arn).toBe(AssumedRoleUser?.Arn)
  })

  it('puts external id, session name, tags and trust policy to IAM, and asks for sts:TagSession as well', async () => {
    await sts.send(
      new AssumeRoleCommand({
        ...ASSUME,
        DurationSeconds: 900,
        ExternalId: `${HUB}/tenant1`,
        Tags: [{ Key: 'tenant_id', Value: 'tenant1' }],
        TransitiveTagKeys: ['tenant_id'],
      }),
    )
    expect(fixture.asked.map(({ action }) => action)).toEqual(['sts:AssumeRole', 'sts:TagSession'])
    expect(fixture.asked[0]).toMatchObject({
      resource: ROLE,
      resourceAccount: TENANT,
      resourcePolicy: TRUST,
      session: fixture.session,
      context: {
        'sts:ExternalId': `${HUB}/tenant1`,
        'sts:RoleSessionName': 'gateway-tenant1',
        'aws:RequestTag/tenant_id': 'tenant1',
        'aws:TagKeys': ['tenant_id'],
        'sts:TransitiveTagKeys': ['tenant_id'],
        'aws:SourceIp': '198.51.100.10',
      },
    })
  })

  it('hands transitive tags on, and refuses to set them anew', async () => {
    const asRole = new STSClient(
      await fixture.client(
        await signedBy({
          ...ASSUME,
          DurationSeconds: 900,
          Tags: [
            { Key: 'tenant_id', Value: 'tenant1' },
            { Key: 'team', Value: 'a' },
          ],
          TransitiveTagKeys: ['tenant_id'],
        }),
      ),
    )
    fixture.asked.length = 0
    await asRole.send(new AssumeRoleCommand({ ...ASSUME, DurationSeconds: 900 }))
    expect(fixture.asked[1]?.context).toMatchObject({
      'aws:RequestTag/tenant_id': 'tenant1',
      'aws:TagKeys': ['tenant_id'],
    })
    const Tags = [{ Key: 'Tenant_Id', Value: 'tenant2' }]
    const error = await failure(asRole.send(new AssumeRoleCommand({ ...ASSUME, DurationSeconds: 900, Tags })))
    expect(error).toMatchObject({ name: 'InvalidParameterValue' })
    expect(error.message).toMatch(/conflicts with a transitive tag key/)
  })

  it('keeps session policies, given and managed, with the session', async () => {
    const signed = await signedBy({
      ...ASSUME,
      DurationSeconds: 900,
      Policy: JSON.stringify(SESSION_POLICY),
      PolicyArns: [{ arn: `arn:aws:iam::${HUB}:policy/reader` }],
    })
    expect(fixture.credentials.find(signed.accessKeyId)?.session.sessionPolicies).toEqual([
      SESSION_POLICY,
      SESSION_POLICY,
    ])
  })

  it.each([
    ['longer than an hour, when chained', { ...ASSUME, DurationSeconds: 3601 }, 'ValidationError', /role chaining/],
    ['shorter than 15 minutes', { ...ASSUME, DurationSeconds: 60 }, 'ValidationError', /greater than or equal to 900/],
    ['a session name with a space', { ...ASSUME, RoleSessionName: 'a b' }, 'ValidationError', /roleSessionName/],
    ['no role', { ...ASSUME, RoleArn: undefined }, 'ValidationError', /'roleArn'.*must not be null/],
    [
      'a role that does not exist',
      { ...ASSUME, RoleArn: `${ROLE}x` },
      'AccessDenied',
      /not authorized to perform: sts:AssumeRole/,
    ],
    ['a policy that is no JSON', { ...ASSUME, Policy: '{' }, 'MalformedPolicyDocumentException', /not JSON/],
    [
      'a policy that IAM does not know',
      { ...ASSUME, Policy: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Maybe', Action: 'a' }] }) },
      'MalformedPolicyDocumentException',
      /of the session/,
    ],
    [
      'a tag twice',
      {
        ...ASSUME,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      },
      'InvalidParameterValue',
      /Duplicate tag keys/,
    ],
    ['a tag of AWS', { ...ASSUME, Tags: [{ Key: 'aws:x', Value: '1' }] }, 'InvalidParameterValue', /aws:/],
    ['MFA, which is not there', { ...ASSUME, TokenCode: '123456' }, 'UnsupportedByLocalCloud', /tokenCode/],
  ])('refuses %s', async (_what, input, name, message) => {
    const error = await failure(sts.send(new AssumeRoleCommand(input as typeof ASSUME)))
    expect(error.name).toBe(name)
    expect(error.message).toMatch(message)
  })

  it.each(['sts:AssumeRole', 'sts:TagSession'])('passes on what IAM says against %s', async (action) => {
    fixture.decide = (call): Decision =>
      call.action === action
        ? {
            allowed: false,
            layer: 'resource',
            layers: ['resource'],
            explicit: false,
            message: `not authorized to perform: ${action}`,
          }
        : { allowed: true }
    const Tags = [{ Key: 'tenant_id', Value: 'tenant1' }]
    const error = await failure(sts.send(new AssumeRoleCommand({ ...ASSUME, DurationSeconds: 900, Tags })))
    expect(error).toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } })
    expect(error.message).toContain(action)
    expect(fixture.events.at(-1)).toMatchObject({
      kind: 'request',
      operation: 'AssumeRole',
      status: 403,
      errorCode: 'AccessDenied',
      session: fixture.session.roleArn,
    })
  })

  it('names an operation that it does not have', async () => {
    const error = await failure(sts.send(new GetSessionTokenCommand({})))
    expect(error.message).toMatch(/does not support sts:GetSessionToken/)
  })

  it.each([
    ['a key that was never issued', { accessKeyId: 'ASIANOBODY' }, 'InvalidClientTokenId'],
    ['another secret', { secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['another session token', { sessionToken: 'wrong' }, 'InvalidClientTokenId'],
    ['no session token', { sessionToken: undefined }, 'InvalidClientTokenId'],
  ])('refuses %s', async (_what, change, name) => {
    const { expiration: _, ...issued } = fixture.credentials.issue(sessionOf(HUB), 900)
    const { sessionToken, ...keys } = { ...issued, ...change }
    const client = new STSClient(await fixture.client({ ...keys, ...(sessionToken !== undefined && { sessionToken }) }))
    const error = await failure(client.send(new GetCallerIdentityCommand({})))
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 403 } })
  })

  it('refuses expired credentials as expired', async () => {
    const client = new STSClient(await fixture.client(fixture.credentials.issue(sessionOf(HUB), -1)))
    expect(await failure(client.send(new GetCallerIdentityCommand({})))).toMatchObject({ name: 'ExpiredToken' })
  })

  it.each([600, -600])('refuses a signature when the clocks are %i seconds apart', async (ahead) => {
    fixture.ahead = ahead
    const client = new STSClient(await fixture.client(fixture.credentials.issue(sessionOf(HUB), 3600)))
    const error = await failure(client.send(new GetCallerIdentityCommand({})))
    expect(error.name).toBe('SignatureDoesNotMatch')
    expect(error.message).toMatch(ahead > 0 ? /Signature expired/ : /not yet current/)
  })

  it('answers over HTTP/1.1 to a request without a signature in its own XML', async () => {
    const { status, body } = (await fixture.wire.call(LAPTOP, {
      host: `sts.${REGION}.amazonaws.com`,
      method: 'POST',
      target: '/',
      body: Buffer.from('Action=GetCallerIdentity&Version=2011-06-15'),
    })) as { status: number; body: string }
    expect(status).toBe(403)
    expect(body).toMatch(
      /^<ErrorResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/"><Error><Type>Sender<\/Type><Code>MissingAuthenticationToken<\/Code>/,
    )
  })
})
