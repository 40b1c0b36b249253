/** User pools with users, for the suites of Cognito: the fixture is set up anew in each file. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import type { JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Cognito, type CognitoOptions, createCognito, type Message } from '../../src/aws/cognito/cognito.ts'
import type { Declared, Properties } from '../../src/ledger/ledger.ts'
import type { WireResponse } from '../../src/wire/service.ts'
import { type Fixture, LAPTOP, publicService, REGION, resource, startFixture } from './services-fixture.ts'

export const UserPoolId = 'us-east-1_AbCdEfGhI'
export const ClientId = '1example23456789'
export const PASSWORD = 'Correct-horse-7'
export const HOST = `cognito-idp.${REGION}.amazonaws.com`
export const POOL: Properties = {
  usernameAttributes: ['email'],
  adminCreateUserConfig: { allowAdminCreateUserOnly: true },
  passwordPolicy: {
    minimumLength: 12,
    requireLowercase: true,
    requireUppercase: true,
    requireNumbers: true,
    requireSymbols: true,
    temporaryPasswordValidityDays: 1,
  },
  schemas: [
    {
      name: 'tenant_id',
      attributeDataType: 'String',
      mutable: true,
      stringAttributeConstraints: { minLength: '2', maxLength: '20' },
    },
    { name: 'fixed', attributeDataType: 'String', mutable: false },
  ],
}
export const CLIENT: Properties = {
  userPoolId: UserPoolId,
  explicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  readAttributes: ['email', 'email_verified', 'custom:tenant_id'],
  writeAttributes: ['name'],
  preventUserExistenceErrors: 'ENABLED',
  accessTokenValidity: 10,
  idTokenValidity: 15,
  refreshTokenValidity: 1,
  tokenValidityUnits: { accessToken: 'minutes', idToken: 'minutes', refreshToken: 'days' },
}
export const pool = (id: string, more: Properties = {}) =>
  resource('aws:cognito/userPool:UserPool', id, { ...POOL, ...more })
export const client = (id: string, more: Properties = {}) =>
  resource('aws:cognito/userPoolClient:UserPoolClient', id, { ...CLIENT, ...more })
export const group = (name: string, more: Properties = {}) =>
  resource('aws:cognito/userGroup:UserGroup', `${UserPoolId}/${name}`, { name, userPoolId: UserPoolId, ...more })

export let fixture: Fixture
export let cognito: Cognito
export let idp: CognitoIdentityProviderClient
export const mail: Message[] = []

const EVERYTHING = [
  pool(UserPoolId),
  client(ClientId),
  client('legacy', { preventUserExistenceErrors: 'LEGACY', readAttributes: [], writeAttributes: [] }),
  client('norefresh', { explicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] }),
  pool('us-east-1_Open', { adminCreateUserConfig: {}, usernameAttributes: [] }),
  client('open', { userPoolId: 'us-east-1_Open', writeAttributes: ['email', 'custom:tenant_id'] }),
  client('secretive', { clientSecret: 'hush' }),
  group('tenant1', { precedence: 2 }),
  group('tenant2', { precedence: 1 }),
]

/** Starts the service anew; the bindings that this file exports are of the one that was started last. */
export async function startCognito(
  options: CognitoOptions = {},
  resources: readonly Declared[] = EVERYTHING,
): Promise<void> {
  fixture = await startFixture(
    ({ surroundings, credentials, ledger }) => {
      cognito = createCognito(surroundings, credentials, options)
      ledger.onChange(cognito.effect)
      return [cognito]
    },
    { resources },
  )
  idp = new CognitoIdentityProviderClient(await fixture.client())
}

/** For the suites that share one service with all pools and clients. */
export function useCognito(): void {
  beforeAll(() => startCognito({ deliver: (message) => mail.push(message) }))
  afterAll(() => fixture.close())
  beforeEach(() => {
    fixture.asked.length = 0
    fixture.ahead = 0
    fixture.at = undefined
    fixture.decide = () => ({ allowed: true })
    fixture.lookUp = (_from, host) => publicService(host)
  })
}

let users = 0
/** A user with a password of their own, in the group of tenant1. */
export async function person(): Promise<{ email: string; sub: string }> {
  users += 1
  const email = `person${users}@example.com`
  const { User } = await idp.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username: email,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'custom:tenant_id', Value: 'tenant1' },
        { Name: 'email_verified', Value: 'true' },
      ],
    }),
  )
  await idp.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password: PASSWORD, Permanent: true }))
  await idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'tenant1' }))
  return { email, sub: User?.Username ?? '' }
}
export const signIn = (USERNAME: string, PASSWORD_: string = PASSWORD, clientId = ClientId) =>
  idp.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD: PASSWORD_ },
    }),
  )
export const refresh = (REFRESH_TOKEN = '', clientId = ClientId) =>
  idp.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN },
    }),
  )
export async function tokensOf(email: string) {
  const { AuthenticationResult: { IdToken = '', AccessToken = '', RefreshToken = '', ExpiresIn } = {} } =
    await signIn(email)
  return { IdToken, AccessToken, RefreshToken, ExpiresIn }
}
export async function fetchJson(target: string): Promise<{ status: number; json: unknown }> {
  const answer = (await fixture.wire.call(LAPTOP, { host: HOST, method: 'GET', target })) as WireResponse
  return { status: answer.status, json: JSON.parse(String(answer.body)) }
}
export const keySet = async () => (await fetchJson(`/${UserPoolId}/.well-known/jwks.json`)).json as JSONWebKeySet
