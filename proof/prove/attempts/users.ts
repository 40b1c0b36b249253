/** The user pool itself: attempts to become another user, or a user at all, before the gateway sees any token. */
import { randomUUID } from 'node:crypto'
import type { Origin } from '@genai/local-cloud/network/path'
import { LAPTOP } from '../../../cli/demo/validate.ts'
import { ITEMS_USED_FOR_MILLISECONDS, TENANT_CLAIM } from '../../../shared/tenant.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { ended, type Outcome, type Step } from '../outcome.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { fromFunction } from './models.ts'

/** Layers of the gateway that refuse a token that the pool did issue, but not for this tenant. */
const AT_THE_GATEWAY: readonly Layer[] = ['loadBalancerToken', 'tenantMatch']

/** The call is not signed, so no policy is evaluated: these operations are for callers whose credentials IAM knows. */
const UNSIGNED = 'One layer: an administrator’s operation takes AWS credentials, and there are none.'
const POOL_KNOWS =
  'One layer: a refresh token means something to the pool only, which knows those that it issued and has not ended.'

function ask(testbed: Testbed, tenantId: string, idToken: string): Promise<Outcome> {
  return testbed.request(
    {
      target: `/${tenantId}/invoke`,
      headers: [
        ['authorization', `Bearer ${idToken}`],
        ['content-type', 'application/json'],
      ],
      body: JSON.stringify({ prompt: 'Whose model are you?' }),
    },
    'served',
  )
}

/** Signs up for a tenant, confirms the address as its owner can, signs in, and asks that tenant's model. */
async function signUpAndAsk(testbed: Testbed, tenantId: string, attributes: readonly object[]): Promise<Outcome> {
  const { hub, people, pool } = testbed
  const username = `${randomUUID()}@example.com`
  const password = 'attempts at isolation 1 A!'
  const signedUp = await pool.unsigned('SignUp', {
    ClientId: hub.userPoolClientId,
    Username: username,
    Password: password,
    UserAttributes: attributes,
  })
  if (!signedUp.ok) return signedUp.outcome
  try {
    await people.operator.confirm(username)
    const session = await pool.signIn(username, password)
    return session.ok ? await ask(testbed, tenantId, session.value.idToken) : session.outcome
  } finally {
    await people.operator.remove(username)
  }
}

async function joinGroup(testbed: Testbed, from: Origin): Promise<Outcome> {
  const { tenant1, people } = testbed
  const credentials = testbed.steal(tenant1.executionRoleArn)
  const group = { Username: people.own.username, GroupName: 'tenant2' }
  const step = await testbed.administer(from, credentials, 'AdminAddUserToGroup', group)
  if (step.ok) await people.operator.leaveGroup(people.own.username, 'tenant2')
  return ended(step, 'a user of the first tenant in the second tenant’s group')
}

const ofTenant = (tenantId: string) => [{ Name: TENANT_CLAIM, Value: tenantId }]

async function refreshAndAsk(testbed: Testbed, refreshToken: string): Promise<Outcome> {
  const session = await testbed.pool.refresh({ refreshToken })
  return session.ok ? await ask(testbed, 'tenant1', session.value.idToken) : session.outcome
}

const administrators = (testbed: Testbed, operation: string, input: Readonly<Record<string, unknown>>) =>
  testbed.pool
    .unsigned(operation, { UserPoolId: testbed.hub.userPoolId, Username: testbed.people.own.username, ...input })
    .then((step: Step<unknown>) => ended(step, `${operation} without credentials`))

type UserAttempt = Omit<Attempt, 'family' | 'means'>

const attempts: readonly UserAttempt[] = [
  {
    name: 'own-claim-written',
    tried: "A user of the first tenant writes the second tenant's id into its own claim, and asks the second's model",
    expected: ['userPoolClient', 'userPool', ...AT_THE_GATEWAY],
    remark:
      'With both of the pool’s layers gone the claim is changed: what then stops it is the group, which it is not in.',
    async make(testbed) {
      const { pool, people } = testbed
      const { accessToken, refreshToken } = people.own.session
      const write = (tenantId: string) =>
        pool.unsigned('UpdateUserAttributes', { AccessToken: accessToken, UserAttributes: ofTenant(tenantId) })
      const written = await write('tenant2')
      if (!written.ok) return written.outcome
      try {
        const session = await pool.refresh({ refreshToken })
        return session.ok ? await ask(testbed, 'tenant2', session.value.idToken) : session.outcome
      } finally {
        await write('tenant1')
      }
    },
  },
  {
    name: 'sign-up',
    tried: "Somebody signs up, without a tenant, and asks the first tenant's model",
    expected: ['userPool', ...AT_THE_GATEWAY],
    make: (testbed) => signUpAndAsk(testbed, 'tenant1', []),
  },
  {
    name: 'sign-up-with-claim',
    tried: "Somebody signs up as the second tenant's user, and asks its model",
    expected: ['userPool', 'userPoolClient', ...AT_THE_GATEWAY],
    make: (testbed) => signUpAndAsk(testbed, 'tenant2', ofTenant('tenant2')),
  },
  {
    name: 'administration-without-credentials',
    tried: 'A user calls `AdminUpdateUserAttributes` for its own claim, without AWS credentials',
    expected: ['credentials'],
    remark: UNSIGNED,
    make: (testbed) => administrators(testbed, 'AdminUpdateUserAttributes', { UserAttributes: ofTenant('tenant2') }),
  },
  {
    name: 'group-joined-without-credentials',
    tried: "A user joins the second tenant's group (`AdminAddUserToGroup`), without AWS credentials",
    expected: ['credentials'],
    remark: `${UNSIGNED} Users have no operation of their own to join a group.`,
    make: (testbed) => administrators(testbed, 'AdminAddUserToGroup', { GroupName: 'tenant2' }),
  },
  {
    name: 'user-made-without-credentials',
    tried: 'Somebody makes a user of the second tenant (`AdminCreateUser`), without AWS credentials',
    expected: ['credentials'],
    remark: UNSIGNED,
    make: (testbed) =>
      administrators(testbed, 'AdminCreateUser', {
        Username: 'made@example.com',
        UserAttributes: ofTenant('tenant2'),
      }),
  },
  {
    name: 'group-joined-by-function',
    tried: "The first tenant's function puts a user into the second tenant's group, with its own role",
    expected: ['securityGroups', 'vpcRoutes'],
    remark: 'With `keySetVia: table` no way leads from the functions to Cognito.',
    make: (testbed) => joinGroup(testbed, fromFunction(testbed, testbed.tenant1)),
  },
  {
    name: 'group-joined-by-stolen-role',
    tried:
      "The first tenant's function's stolen credentials put a user into the second tenant's group, from the internet",
    expected: ['executionRole', 'permissionsBoundary'],
    make: (testbed) => joinGroup(testbed, LAPTOP),
  },
  {
    name: 'refresh-forged',
    tried: 'A refresh token that nobody issued',
    expected: ['userPoolSessions'],
    remark: POOL_KNOWS,
    make: (testbed) => refreshAndAsk(testbed, 'eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIn0.forged.forged.forged.forged'),
  },
  {
    name: 'refresh-altered',
    tried: 'A genuine refresh token with its end changed',
    expected: ['userPoolSessions'],
    remark: POOL_KNOWS,
    make: (testbed) => {
      const { refreshToken } = testbed.people.own.session
      return refreshAndAsk(testbed, refreshToken.slice(0, -4) + (refreshToken.endsWith('AAAA') ? 'BBBB' : 'AAAA'))
    },
  },
  {
    name: 'access-token-as-refresh-token',
    tried: 'An access token in place of a refresh token',
    expected: ['userPoolSessions'],
    remark: POOL_KNOWS,
    make: (testbed) => refreshAndAsk(testbed, testbed.people.own.session.accessToken),
  },
  {
    name: 'refresh-after-sign-out',
    tried: 'The refresh token of a user who has signed out everywhere',
    expected: ['userPoolSessions'],
    remark: POOL_KNOWS,
    make: (testbed) => refreshAndAsk(testbed, testbed.people.signedOut.session.refreshToken),
  },
  {
    name: 'refresh-after-disabled',
    tried: 'The refresh token of a user who was disabled',
    expected: ['userPoolSessions'],
    remark: `${POOL_KNOWS} What an ID token is still good for: “What stays possible for a while”.`,
    make: (testbed) => refreshAndAsk(testbed, testbed.people.disabled.session.refreshToken),
  },
  {
    name: 'removed-tenant-id-reused',
    tried: "A user of a removed tenant, whose id another tenant has now, signs in and asks the new tenant's model",
    expected: ['userStatus', ...AT_THE_GATEWAY],
    remark: 'Removal disables the users; an id used again makes a new group, which they are not in.',
    async make(testbed) {
      const { people, pool, iam } = testbed
      const { username, password } = people.former
      const off = iam.isOff('userStatus')
      // The layer is switched off: an administrator has enabled the user by mistake.
      if (off) await people.operator.enable(username)
      try {
        const session = await pool.signIn(username, password)
        return session.ok ? await ask(testbed, 'tenant1', session.value.idToken) : session.outcome
      } finally {
        if (off) await people.operator.disable(username)
      }
    },
  },
  {
    name: 'suspended-tenant',
    tried: 'A user of a suspended tenant asks its model with a token that is still valid',
    expected: ['tableItem'],
    remark: `One layer: a suspension is the status in the table, and a function obeys it within ${ITEMS_USED_FOR_MILLISECONDS / 1000} seconds. Removing the tenant takes the way to its model too.`,
    make: (testbed) => ask(testbed, testbed.suspended.tenantId, testbed.suspended.idToken),
  },
]

export const users: readonly Attempt[] = attempts.map((attempt) => ({ ...attempt, family: 'users', means: 'request' }))
