import { administrative, ONE_USER } from '../operation.ts'
import { requireUser } from '../users.ts'

export const adminEnableUser = administrative(ONE_USER, async ({ input, pool, data, now }) => {
  data.put({ ...requireUser(pool, data, input.Username), enabled: true, modifiedAt: now })
  return {}
})
