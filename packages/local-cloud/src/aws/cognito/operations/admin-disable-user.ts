import { administrative, ONE_USER } from '../operation.ts'
import { requireUser } from '../users.ts'

/** Also ends the user's sign-ins: refresh tokens and access tokens are refused from now on. */
export const adminDisableUser = administrative(ONE_USER, async ({ input, pool, data, now }) => {
  const user = requireUser(pool, data, input.Username)
  data.put({ ...user, enabled: false, modifiedAt: now })
  data.revoke(({ username }) => username === user.username)
  return {}
})
