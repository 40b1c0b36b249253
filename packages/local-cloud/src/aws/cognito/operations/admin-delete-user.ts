import { administrative, ONE_USER } from '../operation.ts'
import { requireUser } from '../users.ts'

export const adminDeleteUser = administrative(ONE_USER, async ({ input, pool, data }) => {
  data.delete(requireUser(pool, data, input.Username).username)
  return {}
})
