/** Membership of groups. Groups themselves are declared, with `aws.cognito.UserGroup`. */
import { AwsError } from '../../../errors.ts'
import { integer, required, structure, text } from '../../../wire/protocol/shape.ts'
import { administrative, POOL_ID, USERNAME } from '../operation.ts'
import { page } from '../page.ts'
import { groupsOf, type UserGroup } from '../pool.ts'
import { requireUser, userView } from '../users.ts'

const MEMBERSHIP = structure({
  UserPoolId: POOL_ID,
  Username: required(USERNAME),
  GroupName: required(text({ min: 1, max: 128 })),
})

export const adminAddUserToGroup = administrative(MEMBERSHIP, async ({ input, pool, data, surroundings, now }) => {
  const user = requireUser(pool, data, input.Username)
  const { name } = requireGroup(groupsOf(surroundings.ledger, pool.id), input.GroupName)
  if (!user.groups.includes(name)) data.put({ ...user, groups: [...user.groups, name], modifiedAt: now })
  return {}
})

export const adminRemoveUserFromGroup = administrative(MEMBERSHIP, async ({ input, pool, data, surroundings, now }) => {
  const user = requireUser(pool, data, input.Username)
  const { name } = requireGroup(groupsOf(surroundings.ledger, pool.id), input.GroupName)
  data.put({ ...user, groups: user.groups.filter((group) => group !== name), modifiedAt: now })
  return {}
})

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

const OF_POOL = structure({ UserPoolId: POOL_ID, Limit: integer({ min: 0, max: 60 }), NextToken: text({ min: 1 }) })

export const listGroups = administrative(OF_POOL, async ({ input, pool, surroundings }) => {
  const groups = groupsOf(surroundings.ledger, pool.id)
  const { items, next } = page(groups, ({ name }) => name, input.Limit, input.NextToken)
  return { Groups: items.map((group) => groupView(group, pool.id)), ...(next && { NextToken: next }) }
})

function requireGroup(groups: readonly UserGroup[], name: string): UserGroup {
  const group = groups.find((candidate) => candidate.name === name)
  if (!group) throw new AwsError('ResourceNotFoundException', 'Group not found.')
  return group
}

const groupView = ({ name, description, precedence, roleArn }: UserGroup, poolId: string) => ({
  GroupName: name,
  UserPoolId: poolId,
  ...(description !== undefined && { Description: description }),
  ...(roleArn !== undefined && { RoleArn: roleArn }),
  ...(precedence !== Number.MAX_SAFE_INTEGER && { Precedence: precedence }),
})
