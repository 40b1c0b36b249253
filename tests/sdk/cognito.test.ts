import { createHmac } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  ChangePasswordCommand,
  CognitoIdentityProviderClient,
  ForgotPasswordCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  SignUpCommand,
  UpdateUserAttributesCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../local/ledger.ts'
import type { Path } from '../../local/reach.ts'
import { type Cognito, createCognito, type Message } from '../../local/services/cognito/cognito.ts'
import type { WireResponse } from '../../local/services/service.ts'
import {
  failure,
  HUB,
  LAPTOP,
  publicService,
  REGION,
  REMOTE,
  resource,
  type Stand,
  sessionOf,
  startStand,
  TENANT,
} from './stand.ts'

const UserPoolId = 'us-east-1_AbCdEfGhI'
const ClientId = '1example23456789'
const PASSWORD = 'Correct-horse-7'
const HOST = `cognito-idp.${REGION}.amazonaws.com`
const POOL: Properties = {
  usernameAttributes: ['email'],
  adminCreateUserConfig: { allowAdminCreateUserOnly: true },
  passwordPolicy: {
    ...{
      minimumLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: true,
    },
    temporaryPasswordValidityDays: 1,
  },
  schemas: [
    {
      ...{ name: 'tenant_id', attributeDataType: 'String', mutable: true },
      stringAttributeConstraints: { minLength: '2', maxLength: '20' },
    },
    { name: 'fixed', attributeDataType: 'String', mutable: false },
  ],
}
const CLIENT: Properties = {
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
const pool = (id: string, more: Properties = {}) => resource('aws:cognito/userPool:UserPool', id, { ...POOL, ...more })
const client = (id: string, more: Properties = {}) =>
  resource('aws:cognito/userPoolClient:UserPoolClient', id, { ...CLIENT, ...more })
const group = (name: string, more: Properties = {}) =>
  resource('aws:cognito/userGroup:UserGroup', `${UserPoolId}/${name}`, { name, userPoolId: UserPoolId, ...more })

describe.skipIf(REMOTE)('Cognito', () => {
  let stand: Stand
  let cognito: Cognito
  let idp: CognitoIdentityProviderClient
  const mail: Message[] = []
  beforeAll(async () => {
    stand = await startStand(
      ({ surroundings, credentials }) => {
        cognito = createCognito(surroundings, credentials, { deliver: (message) => mail.push(message) })
        return [cognito]
      },
      {
        resources: [
          pool(UserPoolId),
          client(ClientId),
          client('legacy', { preventUserExistenceErrors: 'LEGACY', readAttributes: [], writeAttributes: [] }),
          client('norefresh', { explicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] }),
          pool('us-east-1_Open', { adminCreateUserConfig: {}, usernameAttributes: [] }),
          client('open', { userPoolId: 'us-east-1_Open', writeAttributes: ['email', 'custom:tenant_id'] }),
          pool('us-east-1_Mfa', { mfaConfiguration: 'ON' }),
          client('mfa', { userPoolId: 'us-east-1_Mfa' }),
          client('secretive', { clientSecret: 'hush' }),
          group('tenant1', { precedence: 2 }),
          group('tenant2', { precedence: 1 }),
        ],
      },
    )
    stand.ledger.onChange(cognito.effect)
    idp = new CognitoIdentityProviderClient(await stand.client())
  })
  afterAll(() => stand.close())
  beforeEach(() => {
    stand.asked.length = 0
    stand.ahead = 0
    stand.decide = () => ({ allowed: true })
    stand.lookUp = (_from, host) => publicService(host)
  })

  let users = 0
  /** A user with a password of their own, in the group of tenant1. */
  async function person(): Promise<{ email: string; sub: string }> {
    users += 1
    const email = `person${users}@example.com`
    const { User } = await idp.send(
      new AdminCreateUserCommand({
        ...{ UserPoolId, Username: email, MessageAction: 'SUPPRESS' },
        UserAttributes: [
          { Name: 'custom:tenant_id', Value: 'tenant1' },
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    )
    await idp.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password: PASSWORD, Permanent: true }),
    )
    await idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'tenant1' }))
    return { email, sub: User?.Username ?? '' }
  }
  const signIn = (USERNAME: string, PASSWORD_: string = PASSWORD, clientId = ClientId) =>
    idp.send(
      new InitiateAuthCommand({
        ...{ ClientId: clientId, AuthFlow: 'USER_PASSWORD_AUTH' },
        AuthParameters: { USERNAME, PASSWORD: PASSWORD_ },
      }),
    )
  const refresh = (REFRESH_TOKEN = '', clientId = ClientId) =>
    idp.send(
      new InitiateAuthCommand({
        ClientId: clientId,
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN },
      }),
    )
  async function tokensOf(email: string) {
    const { AuthenticationResult: { IdToken = '', AccessToken = '', RefreshToken = '', ExpiresIn } = {} } =
      await signIn(email)
    return { IdToken, AccessToken, RefreshToken, ExpiresIn }
  }
  async function fetchJson(target: string): Promise<{ status: number; json: unknown }> {
    const answer = (await stand.wire.call(LAPTOP, { host: HOST, method: 'GET', target })) as WireResponse
    return { status: answer.status, json: JSON.parse(String(answer.body)) }
  }
  const keySet = async () => (await fetchJson(`/${UserPoolId}/.well-known/jwks.json`)).json as JSONWebKeySet

  describe('signing in', () => {
    it("gives an ID token with Cognito's claims, which the published key set verifies", async () => {
      const { email, sub } = await person()
      const { IdToken, ExpiresIn } = await tokensOf(email)
      const now = Math.floor(Date.now() / 1000)
      const { payload, protectedHeader } = await jwtVerify(IdToken, createLocalJWKSet(await keySet()), {
        ...{ issuer: `https://${HOST}/${UserPoolId}`, audience: ClientId, algorithms: ['RS256'] },
      })
      expect(payload).toEqual({
        ...{
          sub,
          email,
          email_verified: true,
          'cognito:username': sub,
          'cognito:groups': ['tenant1'],
          token_use: 'id',
        },
        ...{ 'custom:tenant_id': 'tenant1', iss: `https://${HOST}/${UserPoolId}`, aud: ClientId },
        ...{ auth_time: expect.closeTo(now, -1), iat: expect.closeTo(now, -1), exp: (payload.iat ?? 0) + 900 },
        ...{ jti: expect.any(String), origin_jti: expect.any(String), event_id: expect.any(String) },
      })
      expect(protectedHeader).toEqual({ alg: 'RS256', kid: expect.any(String) })
      expect(ExpiresIn).toBe(600)
    })

    it('gives an access token without the attributes, signed with the other key', async () => {
      const { email, sub } = await person()
      const { AccessToken, IdToken } = await tokensOf(email)
      const keys = createLocalJWKSet(await keySet())
      const { payload, protectedHeader } = await jwtVerify(AccessToken, keys)
      expect(payload).toMatchObject({
        sub,
        username: sub,
        client_id: ClientId,
        token_use: 'access',
        exp: (payload.iat ?? 0) + 600,
      })
      expect(payload).not.toHaveProperty('custom:tenant_id')
      expect(payload).not.toHaveProperty('aud')
      expect(protectedHeader.kid).not.toBe((await jwtVerify(IdToken, keys)).protectedHeader.kid)
    })

    it('leaves out of the ID token what the client may not read', async () => {
      const { email } = await person()
      const { AuthenticationResult } = await signIn(email, PASSWORD, 'legacy')
      const claims = decodeJwt(AuthenticationResult?.IdToken ?? '')
      expect(claims).toMatchObject({ email })
      expect(claims).not.toHaveProperty('custom:tenant_id')
    })

    it('finds the user whatever the case of the address, and by the user name', async () => {
      const { email, sub } = await person()
      await expect(signIn(email.toUpperCase())).resolves.toHaveProperty('AuthenticationResult.IdToken')
      await expect(signIn(sub)).resolves.toHaveProperty('AuthenticationResult.IdToken')
    })

    it('answers a wrong password and an unknown user alike, unless the client wants to know', async () => {
      const { email } = await person()
      const wrong = await failure(signIn(email, 'Wrong-horse-7'))
      const unknown = await failure(signIn('nobody@example.com'))
      expect([wrong.name, wrong.message]).toEqual(['NotAuthorizedException', 'Incorrect username or password.'])
      expect([unknown.name, unknown.message]).toEqual([wrong.name, wrong.message])
      expect((await failure(signIn('nobody@example.com', PASSWORD, 'legacy'))).name).toBe('UserNotFoundException')
    })

    it('makes a guesser wait', async () => {
      const { email } = await person()
      for (let attempt = 0; attempt < 5; attempt += 1) await failure(signIn(email, 'Wrong-horse-7'))
      expect((await failure(signIn(email))).message).toBe('Password attempts exceeded')
      stand.ahead = 2
      await expect(signIn(email)).resolves.toHaveProperty('AuthenticationResult')
    })

    it('goes on with a refresh token, for this client and its time', async () => {
      const { email } = await person()
      const { RefreshToken, IdToken } = await tokensOf(email)
      await idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'tenant2' }))
      stand.ahead = 60
      const { AuthenticationResult } = await refresh(RefreshToken)
      const [before, after] = [IdToken, AuthenticationResult?.IdToken ?? ''].map((token) => decodeJwt(token))
      expect(after).toMatchObject({ origin_jti: before?.origin_jti, auth_time: before?.auth_time })
      expect(after?.['cognito:groups']).toEqual(['tenant2', 'tenant1'])
      expect(after?.iat).toBeGreaterThan(before?.iat ?? Number.POSITIVE_INFINITY)
      expect(AuthenticationResult).not.toHaveProperty('RefreshToken')
      expect((await failure(refresh(RefreshToken, 'legacy'))).message).toBe('Invalid Refresh Token')
      stand.ahead = 86_401
      idp = new CognitoIdentityProviderClient(await stand.client())
      expect((await failure(refresh(RefreshToken))).message).toBe('Refresh Token has expired')
    })

    it.each([
      ['norefresh', 'REFRESH_TOKEN_AUTH', 'InvalidParameterException', /REFRESH_TOKEN_AUTH flow not enabled/],
      ['norefresh', 'USER_PASSWORD_AUTH', 'InvalidParameterException', /USER_PASSWORD_AUTH flow not enabled/],
      [ClientId, 'USER_SRP_AUTH', 'InvalidParameterException', /USER_SRP_AUTH flow not enabled/],
      ['norefresh', 'USER_SRP_AUTH', 'UnsupportedByLocalCloud', /USER_SRP_AUTH/],
      ['nobody', 'USER_PASSWORD_AUTH', 'ResourceNotFoundException', /nobody does not exist/],
      ['mfa', 'USER_PASSWORD_AUTH', 'UnsupportedByLocalCloud', /mfaConfiguration/],
      ['secretive', 'USER_PASSWORD_AUTH', 'NotAuthorizedException', /SECRET_HASH was not received/],
    ])('refuses, for the client %s, the flow %s with %s', async (id, AuthFlow, name, message) => {
      const AuthParameters = { USERNAME: 'a@example.com', PASSWORD }
      const error = await failure(
        idp.send(new InitiateAuthCommand({ ClientId: id, AuthFlow: AuthFlow as 'USER_PASSWORD_AUTH', AuthParameters })),
      )
      expect(error.name).toBe(name)
      expect(error.message).toMatch(message)
    })

    it('takes the proof of a client that has a secret', async () => {
      const { email } = await person()
      const hashOf = (secret: string) => createHmac('sha256', secret).update(`${email}secretive`).digest('base64')
      const send = (SECRET_HASH: string, id = 'secretive') =>
        idp.send(
          new InitiateAuthCommand({
            ...{ ClientId: id, AuthFlow: 'USER_PASSWORD_AUTH' },
            AuthParameters: { USERNAME: email, PASSWORD, SECRET_HASH },
          }),
        )
      await expect(send(hashOf('hush'))).resolves.toHaveProperty('AuthenticationResult.IdToken')
      expect((await failure(send(hashOf('shout')))).message).toMatch(/Unable to verify secret hash/)
      expect((await failure(send(hashOf('hush'), ClientId))).message).toMatch(/Unable to verify secret hash/)
    })

    it('does not let in who is disabled while the password is checked', async () => {
      const { email } = await person()
      const [attempt] = await Promise.allSettled([
        signIn(email),
        idp.send(new AdminDisableUserCommand({ UserPoolId, Username: email })),
      ])
      expect(attempt).toMatchObject({ status: 'rejected', reason: { message: 'User is disabled.' } })
    })

    it('never repeats a password in an error', async () => {
      const Password = 'short-Secret'
      const { email } = await person()
      for (const refusal of [
        idp.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password })),
        idp.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password: Password.repeat(30) })),
        signIn(email, Password),
      ])
        expect((await failure(refusal)).message).not.toContain(Password)
    })
  })

  describe('a temporary password', () => {
    const invite = (Username: string) =>
      idp.send(new AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword: 'Temporary-1-pw' }))
    const answer = (Session = '', NEW_PASSWORD = PASSWORD, more: Record<string, string> = {}, USERNAME = '') =>
      idp.send(
        new RespondToAuthChallengeCommand({
          ...{ ClientId, ChallengeName: 'NEW_PASSWORD_REQUIRED', Session },
          ChallengeResponses: { USERNAME, NEW_PASSWORD, ...more },
        }),
      )

    it('is sent by e-mail, and must be changed at the first sign-in', async () => {
      const Username = 'invited@example.com'
      const { User } = await invite(Username)
      expect(User?.UserStatus).toBe('FORCE_CHANGE_PASSWORD')
      expect(mail.at(-1)).toMatchObject({ kind: 'invitation', to: Username, temporaryPassword: 'Temporary-1-pw' })
      const { ChallengeName, Session, AuthenticationResult } = await signIn(Username, 'Temporary-1-pw')
      expect([ChallengeName, AuthenticationResult]).toEqual(['NEW_PASSWORD_REQUIRED', undefined])
      expect((await failure(answer(Session, 'weak', {}, Username))).name).toBe('InvalidPasswordException')
      const unwritable = await failure(
        answer(Session, PASSWORD, { 'userAttributes.custom:tenant_id': 'tenant2' }, Username),
      )
      expect(unwritable.message).toBe('A client attempted to write unauthorized attribute')
      const done = await answer(Session, PASSWORD, { 'userAttributes.name': 'In Vited' }, Username)
      expect(decodeJwt(done.AuthenticationResult?.IdToken ?? '')).toMatchObject({ email: Username })
      expect((await failure(answer(Session, PASSWORD, {}, Username))).message).toBe('Invalid session for the user.')
      await expect(signIn(Username)).resolves.toHaveProperty('AuthenticationResult.IdToken')
    })

    it('runs out, as does the session of its challenge', async () => {
      const Username = 'late@example.com'
      await invite(Username)
      const { Session } = await signIn(Username, 'Temporary-1-pw')
      stand.ahead = 181
      expect((await failure(answer(Session, PASSWORD, {}, Username))).message).toMatch(/session is expired/)
      stand.ahead = 86_401
      expect((await failure(signIn(Username, 'Temporary-1-pw'))).message).toMatch(/Temporary password has expired/)
    })

    it('is made up to fit the policy, and can be sent again', async () => {
      const Username = 'again@example.com'
      await idp.send(new AdminCreateUserCommand({ UserPoolId, Username }))
      const first = mail.at(-1)?.temporaryPassword ?? ''
      await idp.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'RESEND' }))
      const second = mail.at(-1)?.temporaryPassword ?? ''
      expect(second).not.toBe(first)
      await expect(signIn(Username, second)).resolves.toHaveProperty('ChallengeName', 'NEW_PASSWORD_REQUIRED')
      expect((await failure(signIn(Username, first))).message).toBe('Incorrect username or password.')
    })
  })

  describe('administration', () => {
    it('is signed and allowed by IAM on the pool', async () => {
      await person()
      expect(stand.asked[0]).toMatchObject({
        ...{ action: 'cognito-idp:AdminCreateUser', resourceAccount: HUB, session: stand.session },
        resource: `arn:aws:cognito-idp:${REGION}:${HUB}:userpool/${UserPoolId}`,
      })
      stand.decide = () => ({
        allowed: false,
        layer: 'identity',
        layers: ['identity'],
        explicit: false,
        message: 'not authorized',
      })
      const denied = await failure(idp.send(new ListUsersCommand({ UserPoolId })))
      expect([denied.name, denied.message]).toEqual(['AccessDeniedException', 'not authorized'])
    })

    it("does not see another account's pool", async () => {
      const other = new CognitoIdentityProviderClient(
        await stand.client(stand.credentials.issue(sessionOf(TENANT), 900)),
      )
      const error = await failure(other.send(new AdminGetUserCommand({ UserPoolId, Username: 'x' })))
      expect(error.name).toBe('ResourceNotFoundException')
    })

    it.each([
      ['an address twice', 'UsernameExistsException', { Username: 'PERSON1@example.com' }],
      ['a user name that is no address', 'InvalidParameterException', { Username: 'someone' }],
      [
        'an attribute that is not declared',
        'InvalidParameterException',
        { UserAttributes: [{ Name: 'custom:x', Value: '1' }] },
      ],
      [
        'an attribute that is too long',
        'InvalidParameterException',
        { UserAttributes: [{ Name: 'custom:tenant_id', Value: 'x'.repeat(21) }] },
      ],
      ['a weak temporary password', 'InvalidPasswordException', { TemporaryPassword: 'weak' }],
      ['a parameter that is not there', 'UnsupportedByLocalCloud', { ForceAliasCreation: true }],
    ])('refuses %s', async (_what, name, change) => {
      const error = await failure(
        idp.send(
          new AdminCreateUserCommand({ UserPoolId, Username: 'new@example.com', MessageAction: 'SUPPRESS', ...change }),
        ),
      )
      expect(error.name).toBe(name)
    })

    it.each([
      ['Aa1-', 'not long enough'],
      ['lowercase-only-1', 'uppercase'],
      ['UPPERCASE-ONLY-1', 'lowercase'],
      ['No-numbers-here', 'numeric'],
      ['NoSymbolsHere12', 'symbol'],
    ])('holds the password %s against the policy: %s', async (Password, message) => {
      const { email } = await person()
      const error = await failure(idp.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password })))
      expect(error.name).toBe('InvalidPasswordException')
      expect(error.message).toContain(message)
    })

    it('disables a user: no sign-in, no refresh, no access token, until enabled', async () => {
      const { email } = await person()
      const { RefreshToken, AccessToken } = await tokensOf(email)
      await idp.send(new AdminDisableUserCommand({ UserPoolId, Username: email }))
      expect((await failure(signIn(email))).message).toBe('User is disabled.')
      expect((await failure(refresh(RefreshToken))).name).toBe('NotAuthorizedException')
      expect((await failure(idp.send(new GetUserCommand({ AccessToken })))).message).toMatch(/revoked/)
      await idp.send(new AdminEnableUserCommand({ UserPoolId, Username: email }))
      await expect(signIn(email)).resolves.toHaveProperty('AuthenticationResult')
    })

    it('signs a user out everywhere', async () => {
      const { email } = await person()
      const [first, second] = [await tokensOf(email), await tokensOf(email)]
      await idp.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username: email }))
      for (const { RefreshToken } of [first, second])
        expect((await failure(refresh(RefreshToken))).message).toBe('Refresh Token has been revoked')
    })

    it('moves a user to another tenant, and deletes', async () => {
      const { email } = await person()
      const UserAttributes = [{ Name: 'custom:tenant_id', Value: 'tenant2' }]
      await idp.send(new AdminUpdateUserAttributesCommand({ UserPoolId, Username: email, UserAttributes }))
      expect(decodeJwt((await tokensOf(email)).IdToken)['custom:tenant_id']).toBe('tenant2')
      await idp.send(new AdminDeleteUserCommand({ UserPoolId, Username: email }))
      expect((await failure(idp.send(new AdminGetUserCommand({ UserPoolId, Username: email })))).name).toBe(
        'UserNotFoundException',
      )
    })

    it('sets an immutable attribute with the user, and never after', async () => {
      const Username = 'fixed@example.com'
      const fixed = (Value: string) => [{ Name: 'custom:fixed', Value }]
      await idp.send(
        new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS', UserAttributes: fixed('a') }),
      )
      const change = idp.send(
        new AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes: fixed('b') }),
      )
      expect((await failure(change)).message).toMatch(/custom:fixed: Attribute cannot be updated/)
      const { UserAttributes } = await idp.send(new AdminGetUserCommand({ UserPoolId, Username }))
      expect(UserAttributes).toContainEqual({ Name: 'custom:fixed', Value: 'a' })
    })

    it('lists users by page and by filter', async () => {
      const { email, sub } = await person()
      const found = await idp.send(new ListUsersCommand({ UserPoolId, Filter: `email = "${email}"` }))
      expect(found.Users?.map(({ Username }) => Username)).toEqual([sub])
      const seen = new Set<string | undefined>()
      let PaginationToken: string | undefined
      do {
        const page = await idp.send(
          new ListUsersCommand({ UserPoolId, Limit: 3, ...(PaginationToken && { PaginationToken }) }),
        )
        for (const { Username } of page.Users ?? []) seen.add(Username)
        PaginationToken = page.PaginationToken
      } while (PaginationToken)
      const all = await idp.send(new ListUsersCommand({ UserPoolId }))
      expect(seen).toEqual(new Set(all.Users?.map(({ Username }) => Username)))
      const custom = idp.send(new ListUsersCommand({ UserPoolId, Filter: 'custom:tenant_id = "tenant1"' }))
      expect((await failure(custom)).message).toMatch(/cannot be searched/)
    })
  })

  describe('groups', () => {
    it('have members, and must be declared', async () => {
      const { email, sub } = await person()
      const { Groups } = await idp.send(new AdminListGroupsForUserCommand({ UserPoolId, Username: email }))
      expect(Groups?.map(({ GroupName }) => GroupName)).toEqual(['tenant1'])
      const { Users } = await idp.send(new ListUsersInGroupCommand({ UserPoolId, GroupName: 'tenant1' }))
      expect(Users?.map(({ Username }) => Username)).toContain(sub)
      await idp.send(new AdminRemoveUserFromGroupCommand({ UserPoolId, Username: email, GroupName: 'tenant1' }))
      expect(decodeJwt((await tokensOf(email)).IdToken)).not.toHaveProperty('cognito:groups')
      const unknown = idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'tenant9' }))
      expect((await failure(unknown)).message).toBe('Group not found.')
      const all = await idp.send(new ListGroupsCommand({ UserPoolId }))
      expect(all.Groups?.map(({ GroupName }) => GroupName)).toEqual(['tenant2', 'tenant1'])
    })

    it('lose their members when they are deleted, for good', async () => {
      const doomed = group('doomed')
      await stand.ledger.put(doomed)
      const { email } = await person()
      await idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'doomed' }))
      await stand.ledger.delete(doomed.urn)
      await stand.ledger.put({ ...doomed })
      expect(decodeJwt((await tokensOf(email)).IdToken)['cognito:groups']).toEqual(['tenant1'])
    })

    it('keep them when the deployment that deleted them is taken back', async () => {
      const kept = group('kept')
      await stand.ledger.put(kept)
      const { email } = await person()
      await idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'kept' }))
      const refused = resource('test:refused:Refused', 'refused', {})
      stand.ledger.onChange(({ resource: { type }, kind }) => {
        if (type === refused.type && kind === 'created') throw new Error('refused')
      })
      await expect(
        stand.ledger.commit([
          { kind: 'deleted', resource: kept },
          { kind: 'created', resource: refused },
        ]),
      ).rejects.toThrow('refused')
      expect(decodeJwt((await tokensOf(email)).IdToken)['cognito:groups']).toEqual(expect.arrayContaining(['kept']))
    })
  })

  describe('a user', () => {
    it('reads and writes what the app client allows, never their tenant', async () => {
      const { email } = await person()
      const { AccessToken } = await tokensOf(email)
      const write = (Name: string, Value: string) =>
        idp.send(new UpdateUserAttributesCommand({ AccessToken, UserAttributes: [{ Name, Value }] }))
      await write('name', 'A Person')
      for (const name of ['custom:tenant_id', 'email', 'email_verified']) {
        const error = await failure(write(name, 'tenant2'))
        expect([error.name, error.message]).toEqual([
          'NotAuthorizedException',
          'A client attempted to write unauthorized attribute',
        ])
      }
      const { UserAttributes = [] } = await idp.send(new GetUserCommand({ AccessToken }))
      expect(Object.fromEntries(UserAttributes.map(({ Name, Value }) => [Name, Value]))).toMatchObject({
        'custom:tenant_id': 'tenant1',
        email,
      })
    })

    it('changes their password', async () => {
      const { email } = await person()
      const { AccessToken } = await tokensOf(email)
      const change = (PreviousPassword: string, ProposedPassword: string) =>
        idp.send(new ChangePasswordCommand({ AccessToken, PreviousPassword, ProposedPassword }))
      expect((await failure(change('Wrong-horse-7', 'Another-horse-8'))).name).toBe('NotAuthorizedException')
      expect((await failure(change(PASSWORD, 'weak'))).name).toBe('InvalidPasswordException')
      await change(PASSWORD, 'Another-horse-8')
      await expect(signIn(email, 'Another-horse-8')).resolves.toHaveProperty('AuthenticationResult')
      expect((await failure(signIn(email))).name).toBe('NotAuthorizedException')
    })

    it('signs out everywhere, or ends one sign-in', async () => {
      const { email } = await person()
      const [first, second] = [await tokensOf(email), await tokensOf(email)]
      await idp.send(new RevokeTokenCommand({ ClientId, Token: first.RefreshToken }))
      expect((await failure(idp.send(new GetUserCommand(first)))).message).toBe('Access Token has been revoked')
      expect((await failure(refresh(first.RefreshToken))).message).toBe('Refresh Token has been revoked')
      await expect(refresh(second.RefreshToken)).resolves.toHaveProperty('AuthenticationResult')
      await idp.send(new GlobalSignOutCommand(second))
      expect((await failure(refresh(second.RefreshToken))).message).toBe('Refresh Token has been revoked')
    })

    it.each(['IdToken', 'garbage', 'expired', 'unsigned'])('is not let in with a token that is: %s', async (kind) => {
      const { email } = await person()
      const { IdToken, AccessToken } = await tokensOf(email)
      const [header, payload] = AccessToken.split('.')
      const none = Buffer.from('{"alg":"none"}').toString('base64url')
      const token = { IdToken, garbage: 'a.b.c', expired: AccessToken, unsigned: `${none}.${payload}.` }[kind] ?? ''
      if (kind === 'expired') stand.ahead = 601
      expect(header).toBeDefined()
      const error = await failure(idp.send(new GetUserCommand({ AccessToken: token })))
      expect(error.name).toBe('NotAuthorizedException')
      expect(error.message).toMatch(kind === 'expired' ? /expired/ : /Invalid Access Token/)
    })

    it('does not sign up where only administrators make users', async () => {
      const error = await failure(
        idp.send(new SignUpCommand({ ClientId, Username: 'me@example.com', Password: PASSWORD })),
      )
      expect([error.name, error.message]).toEqual([
        'NotAuthorizedException',
        'SignUp is not permitted for this user pool',
      ])
    })

    it('signs up where it is allowed, writing what the client may write, and waits to be confirmed', async () => {
      const UserAttributes = [{ Name: 'custom:tenant_id', Value: 'tenant2' }]
      await idp.send(new SignUpCommand({ ClientId: 'open', Username: 'me', Password: PASSWORD, UserAttributes }))
      expect((await failure(signIn('me', PASSWORD, 'open'))).name).toBe('UserNotConfirmedException')
      await idp.send(new AdminConfirmSignUpCommand({ UserPoolId: 'us-east-1_Open', Username: 'me' }))
      const { AuthenticationResult } = await signIn('me', PASSWORD, 'open')
      // This is why the hub's client must not be able to write it.
      expect(decodeJwt(AuthenticationResult?.IdToken ?? '')['custom:tenant_id']).toBe('tenant2')
    })

    it('is told which operation is not there', async () => {
      const error = await failure(idp.send(new ForgotPasswordCommand({ ClientId, Username: 'me' })))
      expect(error.message).toMatch(/cognito-idp:ForgotPassword/)
    })
  })

  describe('keys', () => {
    it('are of the pool alone, and rotate without breaking tokens', async () => {
      const { email } = await person()
      const { IdToken } = await tokensOf(email)
      const other = (await fetchJson('/us-east-1_Open/.well-known/jwks.json')).json as JSONWebKeySet
      await expect(jwtVerify(IdToken, createLocalJWKSet(other))).rejects.toThrow()
      const before = await keySet()
      await cognito.rotateKeys(UserPoolId)
      const after = await keySet()
      expect([before.keys.length, after.keys.length]).toEqual([2, 4])
      const fresh = (await tokensOf(email)).IdToken
      await expect(jwtVerify(fresh, createLocalJWKSet(before))).rejects.toThrow()
      for (const token of [IdToken, fresh]) await jwtVerify(token, createLocalJWKSet(after))
    })

    it('are found through the OpenID configuration', async () => {
      const { json } = await fetchJson(`/${UserPoolId}/.well-known/openid-configuration`)
      expect(json).toMatchObject({
        issuer: `https://${HOST}/${UserPoolId}`,
        jwks_uri: `https://${HOST}/${UserPoolId}/.well-known/jwks.json`,
      })
      expect((await fetchJson('/us-east-1_None/.well-known/jwks.json')).status).toBe(400)
      expect((await fetchJson('/elsewhere')).status).toBe(404)
    })

    it('come through an endpoint only as far as its policy lets nobody in particular in', async () => {
      const endpoint = resource('aws:ec2/vpcEndpoint:VpcEndpoint', 'vpce-1', {})
      await stand.ledger.put(endpoint)
      stand.lookUp = (_from, host): Path => ({
        ...publicService(host),
        target: {
          kind: 'endpoint',
          endpointId: 'vpce-1',
          vpcId: 'vpc-1',
          service: 'com.amazonaws.us-east-1.cognito-idp',
        },
      })
      await keySet()
      expect(stand.asked.at(-1)).toMatchObject({
        ...{ session: 'anonymous', resource: `arn:aws:cognito-idp:${REGION}:${HUB}:userpool/${UserPoolId}` },
        context: { 'aws:SourceVpc': 'vpc-1', 'aws:SourceVpce': 'vpce-1' },
        endpointPolicy: { Statement: [{ Effect: 'Allow', Principal: '*' }] },
      })
      stand.decide = () => ({ allowed: false, layer: 'endpoint', layers: ['endpoint'], explicit: false, message: 'no' })
      const { status, json } = await fetchJson(`/${UserPoolId}/.well-known/jwks.json`)
      expect([status, json]).toEqual([400, { __type: 'AccessDeniedException', message: 'no' }])
    })
  })

  it('keeps users, keys and sign-ins in its directory, readable by the user alone and without a password or token', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'cognito-'))
    const start = (resources = [pool(UserPoolId), client(ClientId)]) =>
      startStand(
        ({ surroundings, credentials }) => {
          cognito = createCognito(surroundings, credentials, { directory })
          return [cognito]
        },
        { resources },
      )
    const [outer, outerCognito, outerIdp] = [stand, cognito, idp]
    try {
      stand = await start()
      idp = new CognitoIdentityProviderClient(await stand.client())
      const Username = 'kept@example.com'
      await idp.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }))
      await idp.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: PASSWORD, Permanent: true }))
      const { RefreshToken, IdToken } = await tokensOf(Username)
      await cognito.close()
      await stand.close()
      expect(await readdir(directory)).toEqual([`${UserPoolId}.json`])
      const file = path.join(directory, `${UserPoolId}.json`)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const content = await readFile(file, 'utf8')
      expect(content).not.toContain(PASSWORD)
      expect(content).not.toContain(RefreshToken)

      stand = await start()
      idp = new CognitoIdentityProviderClient(await stand.client())
      await jwtVerify(IdToken, createLocalJWKSet(await keySet()))
      await expect(refresh(RefreshToken)).resolves.toHaveProperty('AuthenticationResult')
      await expect(signIn(Username)).resolves.toHaveProperty('AuthenticationResult')
      stand.ledger.onChange(cognito.effect)
      for (const { urn } of stand.ledger.all('aws:cognito/userPool:UserPool')) await stand.ledger.delete(urn)
      expect(await readdir(directory)).toEqual([])
      await stand.close()
    } finally {
      ;[stand, cognito, idp] = [outer, outerCognito, outerIdp]
      await rm(directory, { recursive: true })
    }
  })
})
