import {
  AdminAddUserToGroupCommand,
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
  CognitoIdentityProviderClient,
  GetUserCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { fixture, group, idp, person, refresh, signIn, tokensOf, UserPoolId, useCognito } from './cognito-fixture.ts'
import { failure, HUB, REGION, REMOTE, resource, sessionOf, TENANT } from './services-fixture.ts'

describe.skipIf(REMOTE)('Cognito, administration', () => {
  useCognito()

  describe('administration', () => {
    it('is signed and allowed by IAM on the pool', async () => {
      await person()
      expect(fixture.asked[0]).toMatchObject({
        action: 'cognito-idp:AdminCreateUser',
        resourceAccount: HUB,
        session: fixture.session,
        resource: `arn:aws:cognito-idp:${REGION}:${HUB}:userpool/${UserPoolId}`,
      })
      fixture.decide = () => ({
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
        await fixture.client(fixture.credentials.issue(sessionOf(TENANT), 900)),
      )
      const error = await failure(other.send(new AdminGetUserCommand({ UserPoolId, Username: 'x' })))
      expect(error.name).toBe('ResourceNotFoundException')
    })

    it('refuses an address twice, in whatever case', async () => {
      const { email } = await person()
      const again = new AdminCreateUserCommand({
        UserPoolId,
        Username: email.toUpperCase(),
        MessageAction: 'SUPPRESS',
      })
      expect((await failure(idp.send(again))).name).toBe('UsernameExistsException')
    })

    it.each([
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
      await fixture.ledger.put(doomed)
      const { email } = await person()
      await idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'doomed' }))
      await fixture.ledger.delete(doomed.urn)
      await fixture.ledger.put({ ...doomed })
      expect(decodeJwt((await tokensOf(email)).IdToken)['cognito:groups']).toEqual(['tenant1'])
    })

    it('keep them when the deployment that deleted them is taken back', async () => {
      const kept = group('kept')
      await fixture.ledger.put(kept)
      const { email } = await person()
      await idp.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: 'kept' }))
      const refused = resource('test:refused:Refused', 'refused', {})
      fixture.ledger.onChange(({ resource: { type }, kind }) => {
        if (type === refused.type && kind === 'created') throw new Error('refused')
      })
      await expect(
        fixture.ledger.commit([
          { kind: 'deleted', resource: kept },
          { kind: 'created', resource: refused },
        ]),
      ).rejects.toThrow('refused')
      expect(decodeJwt((await tokensOf(email)).IdToken)['cognito:groups']).toEqual(expect.arrayContaining(['kept']))
    })
  })
})
