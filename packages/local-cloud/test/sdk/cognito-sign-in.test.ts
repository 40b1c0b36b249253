import { createHmac } from 'node:crypto'
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminSetUserPasswordCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  ClientId,
  fixture,
  HOST,
  idp,
  keySet,
  mail,
  PASSWORD,
  person,
  refresh,
  signIn,
  tokensOf,
  UserPoolId,
  useCognito,
} from './cognito-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

describe.skipIf(REMOTE)('Cognito, signing in', () => {
  useCognito()

  describe('signing in', () => {
    it("gives an ID token with Cognito's claims, which the published key set verifies", async () => {
      const { email, sub } = await person()
      const { IdToken, ExpiresIn } = await tokensOf(email)
      const now = Math.floor(Date.now() / 1000)
      const { payload, protectedHeader } = await jwtVerify(IdToken, createLocalJWKSet(await keySet()), {
        issuer: `https://${HOST}/${UserPoolId}`,
        audience: ClientId,
        algorithms: ['RS256'],
      })
      expect(payload).toEqual({
        sub,
        email,
        email_verified: true,
        'cognito:username': sub,
        'cognito:groups': ['tenant1'],
        token_use: 'id',
        'custom:tenant_id': 'tenant1',
        iss: `https://${HOST}/${UserPoolId}`,
        aud: ClientId,
        auth_time: expect.closeTo(now, -1),
        iat: expect.closeTo(now, -1),
        exp: (payload.iat ?? 0) + 900,
        jti: expect.any(String),
        origin_jti: expect.any(String),
        event_id: expect.any(String),
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
      fixture.at = Date.now() / 1000
      for (let attempt = 0; attempt < 5; attempt += 1) await failure(signIn(email, 'Wrong-horse-7'))
      fixture.at += 0.9
      expect((await failure(signIn(email))).message).toBe('Password attempts exceeded')
      fixture.at += 0.2
      await expect(signIn(email)).resolves.toHaveProperty('AuthenticationResult')
    })

    it('goes on with a refresh token, for this client and its time', async () => {
      const { email } = await person()
      const { RefreshToken, IdToken } = await tokensOf(email)
      await idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'tenant2' }))
      fixture.ahead = 60
      const { AuthenticationResult } = await refresh(RefreshToken)
      const [before, after] = [IdToken, AuthenticationResult?.IdToken ?? ''].map((token) => decodeJwt(token))
      expect(after).toMatchObject({ origin_jti: before?.origin_jti, auth_time: before?.auth_time })
      expect(after?.['cognito:groups']).toEqual(['tenant2', 'tenant1'])
      expect(after?.iat).toBeGreaterThan(before?.iat ?? Number.POSITIVE_INFINITY)
      expect(AuthenticationResult).not.toHaveProperty('RefreshToken')
      expect((await failure(refresh(RefreshToken, 'legacy'))).message).toBe('Invalid Refresh Token')
      fixture.ahead = 86_401
      expect((await failure(refresh(RefreshToken))).message).toBe('Refresh Token has expired')
    })

    it.each([
      ['norefresh', 'REFRESH_TOKEN_AUTH', 'InvalidParameterException', /REFRESH_TOKEN_AUTH flow not enabled/],
      ['norefresh', 'USER_PASSWORD_AUTH', 'InvalidParameterException', /USER_PASSWORD_AUTH flow not enabled/],
      [ClientId, 'USER_SRP_AUTH', 'InvalidParameterException', /USER_SRP_AUTH flow not enabled/],
      ['norefresh', 'USER_SRP_AUTH', 'UnsupportedByLocalCloud', /USER_SRP_AUTH/],
      ['nobody', 'USER_PASSWORD_AUTH', 'ResourceNotFoundException', /nobody does not exist/],
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
            ClientId: id,
            AuthFlow: 'USER_PASSWORD_AUTH',
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
          ClientId,
          ChallengeName: 'NEW_PASSWORD_REQUIRED',
          Session,
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
      fixture.ahead = 181
      expect((await failure(answer(Session, PASSWORD, {}, Username))).message).toMatch(/session is expired/)
      fixture.ahead = 86_401
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
})
