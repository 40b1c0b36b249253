/** Groups themselves are declared, with `aws.cognito.UserGroup`. */

import { MEMBERSHIP, requireGroup } from '../groups.ts'
import { administrative } from '../operation.ts'
import { groupsOf } from '../pool.ts'
import { requireUser } from '../users.ts'

export const adminAddUserToGroup = administrative(MEMBERSHIP, async ({ input, pool, data, surroundings, now }) => {
  const user = requireUser(pool, data, input.Username)
  const { name } = requireGroup(groupsOf(surroundings.ledger, pool.id), input.GroupName)
  if (!user.groups.includes(name)) data.put({ ...user, groups: [...user.groups, name], modifiedAt: now })
  return {}
})
