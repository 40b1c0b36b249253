import { createAuthorize } from '@genai/local-cloud/iam/authorize'
import { Ledger } from '@genai/local-cloud/ledger/ledger'
import { describe, expect, it } from 'vitest'
import { type PolicyDocument, policy } from '../../shared/policies/document.ts'
import {
  cognitoEndpointPolicy,
  dynamodbEndpointPolicy,
  stsEndpointPolicy,
} from '../../shared/policies/hub-endpoints.ts'
import { caller, HUB, REGION, TENANT_ACCOUNT } from './evaluation.ts'

const TABLE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-tenants`
const USAGE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-usage`
const POOL = `arn:aws:cognito-idp:${REGION}:${HUB}:userpool/${REGION}_pool`
const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
const everybody = policy({ Effect: 'Allow', Principal: '*', Action: 'cognito-idp:*', Resource: POOL })

/** Somebody in the hub who may do everything, so that only the endpoint can refuse. */
const as = (role: string) => caller({ account: HUB, role, policies: [everything] })

describe('the DynamoDB endpoint', () => {
  const endpointPolicy = dynamodbEndpointPolicy({
    account: HUB,
    fargate: false,
    tableArn: TABLE,
    usageTableArn: USAGE,
  })

  it.each<[string, string, string, boolean]>([
    ['genai-gateway-tenant1', 'dynamodb:Query', TABLE, true],
    ['genai-gateway-tenant1', 'dynamodb:PutItem', TABLE, false],
    ['genai-gateway-tenant1', 'dynamodb:Query', `${TABLE}-other`, false],
    ['genai-hub-client', 'dynamodb:Query', TABLE, false],
    ['genai-gateway-tenant1', 'dynamodb:UpdateItem', USAGE, true],
    ['genai-gateway-tenant1', 'dynamodb:UpdateItem', TABLE, false],
    ['genai-gateway-tenant1', 'dynamodb:DeleteItem', USAGE, false],
    ['genai-hub-client', 'dynamodb:UpdateItem', USAGE, false],
  ])('%s %s %s: %s', async (role, action, resource, allowed) => {
    expect((await as(role)({ action, resource, endpointPolicy })).allowed).toBe(allowed)
  })
})

describe('the STS endpoint', () => {
  const trust = policy({ Effect: 'Allow', Principal: '*', Action: ['sts:AssumeRole', 'sts:TagSession'] })
  const assume = async (endpointPolicy: PolicyDocument, role: string, account: string, target: string) => {
    const resource = `arn:aws:iam::${account}:role/${target}`
    const question = { resource, resourceAccount: account, resourcePolicy: trust, endpointPolicy }
    const [assumed, tagged] = await Promise.all(
      ['sts:AssumeRole', 'sts:TagSession'].map((action) => as(role)({ ...question, action })),
    )
    return [assumed?.allowed, tagged?.allowed]
  }

  it('lets functions become tenant roles, and only those', async () => {
    const endpoint = stsEndpointPolicy({ account: HUB, fargate: false, sharing: { kind: 'organisation', arn: 'arn' } })
    expect(await assume(endpoint, 'genai-gateway-tenant1', TENANT_ACCOUNT, 'genai-models-tenant1')).toEqual([
      true,
      true,
    ])
    expect(await assume(endpoint, 'genai-gateway-tenant1', HUB, 'genai-onboarding')).toEqual([false, false])
    expect(await assume(endpoint, 'genai-gateway-tenant1', TENANT_ACCOUNT, 'admin')).toEqual([false, false])
    expect(await assume(endpoint, 'genai-hub-client', TENANT_ACCOUNT, 'genai-models-tenant1')).toEqual([false, false])
  })

  it('stays within the listed accounts', async () => {
    const sharing = { kind: 'accounts', accounts: ['333333333333'] } as const
    const endpoint = stsEndpointPolicy({ account: HUB, fargate: false, sharing })
    expect(await assume(endpoint, 'genai-gateway-tenant1', TENANT_ACCOUNT, 'genai-models-tenant1')).toEqual([
      false,
      false,
    ])
  })
})

describe('the Cognito endpoint', () => {
  const anonymous = (action: string) =>
    createAuthorize(new Ledger(), {
      id: 'o-1',
      arn: 'arn',
      ramSharing: true,
      accounts: [{ id: HUB, name: 'hub', models: [], serviceControlPolicies: [], roles: [] }],
      deployerRoleArn: '',
      profiles: {},
    })({
      action,
      resource: POOL,
      resourceAccount: HUB,
      region: REGION,
      session: 'anonymous',
      context: {},
      resourcePolicy: everybody,
      endpointPolicy: cognitoEndpointPolicy(),
    })

  it('lets the unsigned request for the key set through', async () => {
    expect((await anonymous('cognito-idp:GetSigningCertificate')).allowed).toBe(true)
  })

  it.each(['InitiateAuth', 'SignUp', 'ForgotPassword', 'UpdateUserAttributes', 'RespondToAuthChallenge'])(
    'refuses the unsigned %s',
    async (operation) => {
      expect((await anonymous(`cognito-idp:${operation}`)).allowed).toBe(false)
    },
  )

  it.each(['AdminCreateUser', 'AdminUpdateUserAttributes', 'ListUsers', 'GetSigningCertificate'])(
    'refuses the signed %s, whoever signs',
    async (operation) => {
      const question = { action: `cognito-idp:${operation}`, resource: POOL }
      expect((await as('admin')(question)).allowed).toBe(true)
      const decision = await as('admin')({ ...question, endpointPolicy: cognitoEndpointPolicy() })
      expect(decision).toMatchObject({ allowed: false, layer: 'endpoint' })
    },
  )
})
