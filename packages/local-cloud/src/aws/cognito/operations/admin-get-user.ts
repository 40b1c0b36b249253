import { administrative, ONE_USER } from '../operation.ts'
import { mfaView } from '../second-factor.ts'
import { attributesOf, requireUser } from '../users.ts'

export const adminGetUser = administrative(ONE_USER, async ({ input, pool, data }) => {
  const user = requireUser(pool, data, input.Username)
  return {
    Username: user.username,
    UserAttributes: attributesOf(user),
    UserCreateDate: user.createdAt,
    UserLastModifiedDate: user.modifiedAt,
    Enabled: user.enabled,
    UserStatus: user.status,
    ...mfaView(user, pool.mfa),
  }
})
