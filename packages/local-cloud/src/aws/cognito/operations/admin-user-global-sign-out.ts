import { administrative, ONE_USER } from '../operation.ts'
import { requireUser } from '../users.ts'

export const adminUserGlobalSignOut = administrative(ONE_USER, async ({ input, pool, data }) => {
  const user = requireUser(pool, data, input.Username)
  data.revoke(({ username }) => username === user.username)
  return {}
})
