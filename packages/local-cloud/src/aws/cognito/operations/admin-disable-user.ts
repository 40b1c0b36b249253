import { administrative, ONE_USER } from '../operation.ts'
import { requireUser } from '../users.ts'

/** Ends the user's sign-ins too: neither a refresh nor an access token is good for anything. */
export const adminDisableUser = administrative(ONE_USER, async ({ input, pool, data, now }) => {
  const user = requireUser(pool, data, input.Username)
  data.put({ ...user, enabled: false, modifiedAt: now })
  data.revoke(({ username }) => username === user.username)
  return {}
})
