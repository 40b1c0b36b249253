/** `aws.ecr.LifecyclePolicy`: declared and checked; no image expires here. */
import { AwsError } from '../../../errors.ts'
import type { Properties, Value } from '../../../ledger/ledger.ts'
import { idPart } from '../../../resource/import-id.ts'
import { lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, asObject, known, object, objects, others, text } from '../../../resource/values.ts'
import { ecr, findRepository, LIFECYCLE_POLICY } from '../images.ts'

const invalid = (why: string) =>
  new AwsError(
    'InvalidParameterException',
    `Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: ${why}'`,
  )

export const lifecyclePolicy: ResourceType = {
  type: LIFECYCLE_POLICY,
  inputs: ['repository', 'policy'],
  required: ['repository', 'policy'],
  replaces: ['repository', 'policy'],
  // Deleting a repository deletes its policy.
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const repository = known(situation.inputs, 'repository')
    if (!findRepository(situation.ledger, situation, repository))
      throw new AwsError(
        'RepositoryNotFoundException',
        `The repository with name '${repository}' does not exist in the registry with id '${situation.account}'`,
      )
    if (others(situation, LIFECYCLE_POLICY, ['repository', repository]).some(({ urn }) => !urn.includes('#')))
      throw new AwsError('InvalidParameterException', `The repository '${repository}' has a lifecycle policy already`)
    refuseRules(known(situation.inputs, 'policy'))
  },
  answer: ({ inputs, account }) => ({ id: known(inputs, 'repository'), outputs: { registryId: account } }),
  permissions: lifeCycle((situation) => {
    const repository = arn(situation, 'ecr', `repository/${known(situation.inputs, 'repository')}`)
    return {
      create: [ecr('PutLifecyclePolicy', repository)],
      read: [ecr('GetLifecyclePolicy', repository)],
      delete: [ecr('DeleteLifecyclePolicy', repository)],
    }
  }),
  importId: { format: 'REPOSITORY', pattern: /^\S+$/, of: ({ inputs }) => [idPart(inputs, 'repository')] },
}

function refuseRules(policy: string): void {
  let document: Properties | undefined
  try {
    document = asObject(JSON.parse(policy) as Value)
  } catch {
    throw invalid('the text is no JSON')
  }
  const rules = objects(document ?? {}, 'rules')
  if (rules.length === 0) throw invalid('a policy has at least one rule')
  const priorities = new Set(rules.map(({ rulePriority }) => rulePriority))
  if (priorities.size < rules.length) throw invalid('each rule has a rulePriority of its own')
  for (const rule of rules) refuseRule(rule)
}

function refuseRule(rule: Properties): void {
  if (!Number.isInteger(rule.rulePriority) || Number(rule.rulePriority) < 1)
    throw invalid('rulePriority is a whole number of 1 or more')
  const selection = object(rule, 'selection') ?? {}
  const status = text(selection, 'tagStatus') ?? ''
  if (!['tagged', 'untagged', 'any'].includes(status)) throw invalid('tagStatus is tagged, untagged or any')
  if (status === 'tagged' && !selection.tagPrefixList && !selection.tagPatternList)
    throw invalid('a rule for tagged images has a tagPrefixList or a tagPatternList')
  const type = text(selection, 'countType')
  if (type !== 'imageCountMoreThan' && type !== 'sinceImagePushed')
    throw invalid('countType is imageCountMoreThan or sinceImagePushed')
  if ((type === 'sinceImagePushed') !== (text(selection, 'countUnit') === 'days'))
    throw invalid('countUnit is days for sinceImagePushed, and is left out otherwise')
  if (!Number.isInteger(selection.countNumber) || Number(selection.countNumber) < 1)
    throw invalid('countNumber is a whole number of 1 or more')
  if (text(object(rule, 'action') ?? {}, 'type') !== 'expire') throw invalid('the action of a rule is expire')
}
