import {
  AdminConfirmSignUpCommand,
  ChangePasswordCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  RevokeTokenCommand,
  SignUpCommand,
  UpdateUserAttributesCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Path } from '../../src/network/path.ts'
import {
  ClientId,
  cognito,
  fetchJson,
  fixture,
  HOST,
  idp,
  keySet,
  PASSWORD,
  person,
  refresh,
  signIn,
  tokensOf,
  UserPoolId,
  useCognito,
} from './cognito-fixture.ts'
import { failure, HUB, publicService, REGION, REMOTE, resource } from './services-fixture.ts'

describe.skipIf(REMOTE)('Cognito, users and keys', () => {
  useCognito()

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
      if (kind === 'expired') fixture.ahead = 601
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
      await fixture.ledger.put(endpoint)
      fixture.lookUp = (_from, host): Path => ({
        ...publicService(host),
        target: {
          kind: 'endpoint',
          endpointId: 'vpce-1',
          vpcId: 'vpc-1',
          service: 'com.amazonaws.us-east-1.cognito-idp',
        },
      })
      await keySet()
      expect(fixture.asked.at(-1)).toMatchObject({
        session: 'anonymous',
        resource: `arn:aws:cognito-idp:${REGION}:${HUB}:userpool/${UserPoolId}`,
        context: { 'aws:SourceVpc': 'vpc-1', 'aws:SourceVpce': 'vpce-1' },
        endpointPolicy: { Statement: [{ Effect: 'Allow', Principal: '*' }] },
      })
      fixture.decide = () => ({
        allowed: false,
        layer: 'endpoint',
        layers: ['endpoint'],
        explicit: false,
        message: 'no',
      })
      const { status, json } = await fetchJson(`/${UserPoolId}/.well-known/jwks.json`)
      expect([status, json]).toEqual([400, { __type: 'AccessDeniedException', message: 'no' }])
    })
  })
})
