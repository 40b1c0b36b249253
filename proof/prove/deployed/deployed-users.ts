/**
 * Attempts at the user pool of a deployed hub by somebody without AWS credentials. Each is made in a form that changes nothing if it succeeds.
 */

import type { Tokens } from '../../../cli/hub/cognito.ts'
import { TENANT_CLAIM } from '../../../shared/tenant.ts'
import type { Described } from '../attempt.ts'
import { ended, type Outcome, through } from '../outcome.ts'
import { refusedBy, type UserPoolCalls } from '../testbed/user-pool.ts'

export interface DeployedUser {
  readonly pool: UserPoolCalls
  readonly userPoolId: string
  readonly clientId: string
  readonly username: string
  readonly tokens: Tokens
  readonly tenantId: string
}

interface DeployedAttempt extends Pick<Described, 'name' | 'tried' | 'expected' | 'remark'> {
  make(user: DeployedUser): Promise<Outcome>
}

const attempts: readonly DeployedAttempt[] = [
  {
    name: 'own-claim-rewritten',
    tried: 'A user writes its own tenant claim; what it writes is what it has already',
    expected: ['userPoolClient'],
    async make({ pool, tokens, tenantId }) {
      const step = await pool.unsigned('UpdateUserAttributes', {
        AccessToken: tokens.accessToken,
        UserAttributes: [{ Name: TENANT_CLAIM, Value: tenantId }],
      })
      return ended(step, 'users may write their own tenant')
    },
  },
  {
    name: 'sign-up-of-known-name',
    tried: 'Somebody signs up under a name that is taken: a pool that is closed says so first',
    expected: ['userPool'],
    async make({ pool, clientId, username }) {
      const answered = await pool.call('SignUp', {
        ClientId: clientId,
        Username: username,
        Password: 'attempts at isolation 1 A!',
      })
      if (answered.ok || answered.code === 'UsernameExistsException') return through('anybody may sign up')
      return refusedBy(answered.code, answered.message)
    },
  },
  {
    name: 'user-read-without-credentials',
    tried: 'A user is looked up (`AdminGetUser`) without AWS credentials',
    expected: ['credentials'],
    async make({ pool, userPoolId, username }) {
      const step = await pool.unsigned('AdminGetUser', { UserPoolId: userPoolId, Username: username })
      return ended(step, 'administration without credentials')
    },
  },
  {
    name: 'refresh-forged',
    tried: 'A refresh token that nobody issued',
    expected: ['userPoolSessions'],
    make: async ({ pool }) =>
      ended(await pool.refresh({ refreshToken: 'forged.forged.forged.forged.forged' }), 'tokens for nobody'),
  },
  {
    name: 'access-token-as-refresh-token',
    tried: 'An access token in place of a refresh token',
    expected: ['userPoolSessions'],
    make: async ({ pool, tokens }) =>
      ended(await pool.refresh({ refreshToken: tokens.accessToken }), 'tokens that can be renewed for ever'),
  },
]

export async function tryUserPool(
  user: DeployedUser,
): Promise<readonly { readonly attempt: Described; readonly outcome: Outcome }[]> {
  const made = []
  for (const { make, ...attempt } of attempts)
    made.push({
      attempt: { ...attempt, family: 'users', means: 'request' } as const,
      outcome: await make(user),
    })
  return made
}
