import { integer, required, structure, text } from '../../../wire/protocol/shape.ts'
import { requireGroup } from '../groups.ts'
import { administrative, POOL_ID } from '../operation.ts'
import { page } from '../page.ts'
import { groupsOf } from '../pool.ts'
import { userView } from '../users.ts'

const OF_GROUP = structure({
  UserPoolId: POOL_ID,
  GroupName: required(text({ min: 1, max: 128 })),
  Limit: integer({ min: 0, max: 60 }),
  NextToken: text({ min: 1 }),
})

export const listUsersInGroup = administrative(OF_GROUP, async ({ input, pool, data, surroundings }) => {
  const { name } = requireGroup(groupsOf(surroundings.ledger, pool.id), input.GroupName)
  const members = data.users().filter(({ groups }) => groups.includes(name))
  const { items, next } = page(members, ({ username }) => username, input.Limit, input.NextToken)
  return { Users: items.map((user) => userView(user)), ...(next && { NextToken: next }) }
})
