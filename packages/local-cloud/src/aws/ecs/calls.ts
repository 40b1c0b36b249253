/** What ECS's rows share: calls with the condition key of a cluster, and tags of a creation. */
import type { LedgerView } from '../../ledger/ledger.ts'
import { call, newTags, requestTags, when } from '../../resource/permission.ts'
import type { Permission, Situation } from '../../resource/resource-type.ts'
import { object } from '../../resource/values.ts'

export const CLUSTER = 'aws:ecs/cluster:Cluster'
export const TASK_DEFINITION = 'aws:ecs/taskDefinition:TaskDefinition'
export const SERVICE = 'aws:ecs/service:Service'

export const TAGGING = { add: 'ecs:TagResource', remove: 'ecs:UntagResource' } as const

/** ECS checks a creation, and its tags by a separate call. */
export function creation(situation: Situation, operation: string, arn: string, context = {}): readonly Permission[] {
  const tags = object(situation.inputs, 'tags') ?? {}
  return [
    call(`ecs:${operation}`, arn, { ...newTags(situation), ...context }),
    ...when(
      Object.keys(tags).length > 0,
      call('ecs:TagResource', arn, { ...requestTags(tags), 'ecs:CreateAction': operation }),
    ),
  ]
}

/** A cluster by its ARN or its name. */
export const clusterOf = (
  ledger: LedgerView,
  { account, region }: Pick<Situation, 'account' | 'region'>,
  given: string,
) =>
  ledger
    .all(CLUSTER)
    .find((one) => one.account === account && one.region === region && [one.id, one.outputs.name].includes(given))
