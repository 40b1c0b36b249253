import { AwsError } from '../../../errors.ts'
import { integer, list, structure, text } from '../../../wire/protocol/shape.ts'
import { administrative, POOL_ID } from '../operation.ts'
import { page } from '../page.ts'
import type { User } from '../pool-data.ts'
import { userView } from '../users.ts'

const INPUT = structure({
  UserPoolId: POOL_ID,
  Filter: text({ max: 256 }),
  Limit: integer({ min: 0, max: 60 }),
  PaginationToken: text({ min: 1 }),
  AttributesToGet: list(text({ min: 1, max: 32 })),
})

export const listUsers = administrative(INPUT, async ({ input, data }) => {
  const users = data.users().filter(filterOf(input.Filter ?? ''))
  const { items, next } = page(users, ({ username }) => username, input.Limit, input.PaginationToken)
  return {
    Users: items.map((user) => userView(user, input.AttributesToGet)),
    ...(next && { PaginationToken: next }),
  }
})

/** The attributes that Cognito can search by. Custom attributes are not among them. */
const SEARCHABLE: Readonly<Record<string, (user: User) => string | undefined>> = {
  username: ({ username }) => username,
  sub: ({ sub }) => sub,
  status: ({ enabled }) => (enabled ? 'Enabled' : 'Disabled'),
  'cognito:user_status': ({ status }) => status,
  ...Object.fromEntries(
    ['email', 'phone_number', 'name', 'given_name', 'family_name', 'preferred_username'].map((name) => [
      name,
      ({ attributes }: User) => attributes[name],
    ]),
  ),
}

function filterOf(filter: string): (user: User) => boolean {
  if (filter.trim() === '') return () => true
  const [, name = '', operator, value = ''] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(filter) ?? []
  const wanted = value.replace(/\\(.)/g, '$1')
  const attribute = Object.hasOwn(SEARCHABLE, name) ? SEARCHABLE[name] : undefined
  if (!attribute)
    throw new AwsError('InvalidParameterException', `One or more requested attributes cannot be searched: ${filter}`)
  return operator === '='
    ? (user) => attribute(user) === wanted
    : (user) => attribute(user)?.startsWith(wanted) === true
}
