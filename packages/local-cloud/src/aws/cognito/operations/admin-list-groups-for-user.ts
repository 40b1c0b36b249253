import { integer, required, structure, text } from '../../../wire/protocol/shape.ts'
import { groupView } from '../groups.ts'
import { administrative, POOL_ID, USERNAME } from '../operation.ts'
import { page } from '../page.ts'
import { groupsOf } from '../pool.ts'
import { requireUser } from '../users.ts'

const OF_USER = structure({
  UserPoolId: POOL_ID,
  Username: required(USERNAME),
  Limit: integer({ min: 0, max: 60 }),
  NextToken: text({ min: 1 }),
})

export const adminListGroupsForUser = administrative(OF_USER, async ({ input, pool, data, surroundings }) => {
  const user = requireUser(pool, data, input.Username)
  const groups = groupsOf(surroundings.ledger, pool.id).filter(({ name }) => user.groups.includes(name))
  const { items, next } = page(groups, ({ name }) => name, input.Limit, input.NextToken)
  return { Groups: items.map((group) => groupView(group, pool.id)), ...(next && { NextToken: next }) }
})
