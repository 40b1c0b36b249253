/** What EC2's rows share: ARNs by id, creation with tags, and changes of tags. */

import { call, newTags, ownTags, retag } from '../../resource/permission.ts'
import type { Permission, Situation } from '../../resource/resource-type.ts'
import { arn } from '../../resource/values.ts'

const TAGGING = { add: 'ec2:CreateTags', remove: 'ec2:DeleteTags' } as const

export const ec2Arn = (situation: Pick<Situation, 'account' | 'region'>, kind: string, id: string): string =>
  arn(situation, 'ec2', `${kind}/${id}`)

/**
 * EC2 checks a creation against the resources that it makes, and its tags by a separate call.
 * @param context condition keys of the creation, besides those of its tags
 */
export function creation(situation: Situation, operation: string, made: string, context = {}): readonly Permission[] {
  const tags = newTags(situation)
  return [
    call(`ec2:${operation}`, made, { ...tags, ...context }),
    ...(Object.keys(tags).length > 0 ? [call('ec2:CreateTags', made, { ...tags, 'ec2:CreateAction': operation })] : []),
  ]
}

/** A call that is checked against the existing resource. */
export const onOwn = (situation: Situation, operation: string, resource: string): Permission =>
  call(`ec2:${operation}`, resource, ownTags(situation))

export const ec2Retag = (situation: Situation, resource: string): readonly Permission[] =>
  retag(situation, TAGGING, resource)
