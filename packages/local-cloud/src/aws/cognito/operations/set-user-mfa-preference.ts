/** Sets whether a sign-in asks for a code, in pools that leave this to the users. The user or an administrator calls it. */
import { AwsError } from '../../../errors.ts'
import { boolean, required, structure } from '../../../wire/protocol/shape.ts'
import { ACCESS_TOKEN, administrative, forUser, POOL_ID, USERNAME } from '../operation.ts'
import type { UserPool } from '../pool.ts'
import type { PoolData, User } from '../pool-data.ts'
import { requireUser } from '../users.ts'

const SETTINGS = { SoftwareTokenMfaSettings: structure({ Enabled: boolean, PreferredMfa: boolean }) }

interface Settings {
  readonly Enabled?: boolean | undefined
  readonly PreferredMfa?: boolean | undefined
}

export const setUserMfaPreference = forUser(
  structure({ AccessToken: ACCESS_TOKEN, ...SETTINGS }),
  async ({ input, pool, data, user }) =>
    prefer(pool, data, user, input.SoftwareTokenMfaSettings, 'User has not verified software token mfa'),
)

export const adminSetUserMfaPreference = administrative(
  structure({ UserPoolId: POOL_ID, Username: required(USERNAME), ...SETTINGS }),
  async ({ input, pool, data }) =>
    prefer(
      pool,
      data,
      requireUser(pool, data, input.Username),
      input.SoftwareTokenMfaSettings,
      'User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA',
    ),
)

function prefer(pool: UserPool, data: PoolData, user: User, settings: Settings | undefined, without: string) {
  const { softwareToken: token } = user
  const { Enabled: enabled = false, PreferredMfa: preferred = false } = settings ?? {}
  if (enabled && !token) throw new AwsError('InvalidParameterException', without)
  // In pools where every user must have a factor, others have seen Cognito report success and change nothing.
  const isFixed = pool.mfa === 'ON' && !enabled
  if (settings && token && !isFixed)
    data.update(user.username, { softwareToken: { ...token, enabled, preferred: enabled && preferred } })
  return {}
}
