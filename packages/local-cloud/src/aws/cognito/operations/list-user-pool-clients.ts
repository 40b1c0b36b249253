import { integer, structure, text } from '../../../wire/protocol/shape.ts'
import { administrative, POOL_ID } from '../operation.ts'
import { page } from '../page.ts'
import { USER_POOL_CLIENT } from '../pool.ts'

const INPUT = structure({ UserPoolId: POOL_ID, MaxResults: integer({ min: 1, max: 60 }), NextToken: text({ min: 1 }) })

export const listUserPoolClients = administrative(INPUT, async ({ input, pool, data, surroundings }) => {
  const declared = surroundings.ledger
    .all(USER_POOL_CLIENT)
    .filter(({ outputs }) => outputs.userPoolId === pool.id)
    .map(({ id, outputs }) => ({ id, name: String(outputs.name) }))
  const { items, next } = page([...declared, ...data.clients()], ({ id }) => id, input.MaxResults, input.NextToken)
  return {
    UserPoolClients: items.map(({ id, name }) => ({ ClientId: id, ClientName: name, UserPoolId: pool.id })),
    ...(next && { NextToken: next }),
  }
})
