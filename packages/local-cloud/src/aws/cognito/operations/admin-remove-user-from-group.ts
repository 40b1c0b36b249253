import { MEMBERSHIP, requireGroup } from '../groups.ts'
import { administrative } from '../operation.ts'
import { groupsOf } from '../pool.ts'
import { requireUser } from '../users.ts'

export const adminRemoveUserFromGroup = administrative(MEMBERSHIP, async ({ input, pool, data, surroundings, now }) => {
  const user = requireUser(pool, data, input.Username)
  const { name } = requireGroup(groupsOf(surroundings.ledger, pool.id), input.GroupName)
  data.put({ ...user, groups: user.groups.filter((group) => group !== name), modifiedAt: now })
  return {}
})
