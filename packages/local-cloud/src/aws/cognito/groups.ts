/** Helpers that the operations about groups share. */

import { AwsError } from '../../errors.ts'
import { required, structure, text } from '../../wire/protocol/shape.ts'
import { POOL_ID, USERNAME } from './operation.ts'
import type { UserGroup } from './pool.ts'

export const MEMBERSHIP = structure({
  UserPoolId: POOL_ID,
  Username: required(USERNAME),
  GroupName: required(text({ min: 1, max: 128 })),
})

export function requireGroup(groups: readonly UserGroup[], name: string): UserGroup {
  const group = groups.find((candidate) => candidate.name === name)
  if (!group) throw new AwsError('ResourceNotFoundException', 'Group not found.')
  return group
}

export const groupView = ({ name, description, precedence, roleArn }: UserGroup, poolId: string) => ({
  GroupName: name,
  UserPoolId: poolId,
  ...(description !== undefined && { Description: description }),
  ...(roleArn !== undefined && { RoleArn: roleArn }),
  ...(precedence !== Number.MAX_SAFE_INTEGER && { Precedence: precedence }),
})
