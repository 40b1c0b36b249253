import { integer, structure, text } from '../../../wire/protocol/shape.ts'
import { groupView } from '../groups.ts'
import { administrative, POOL_ID } from '../operation.ts'
import { page } from '../page.ts'
import { groupsOf } from '../pool.ts'

const OF_POOL = structure({ UserPoolId: POOL_ID, Limit: integer({ min: 0, max: 60 }), NextToken: text({ min: 1 }) })

export const listGroups = administrative(OF_POOL, async ({ input, pool, surroundings }) => {
  const groups = groupsOf(surroundings.ledger, pool.id)
  const { items, next } = page(groups, ({ name }) => name, input.Limit, input.NextToken)
  return { Groups: items.map((group) => groupView(group, pool.id)), ...(next && { NextToken: next }) }
})
