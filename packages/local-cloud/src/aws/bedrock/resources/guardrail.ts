/** `aws.bedrock.Guardrail`: the draft, from which versions are made. */
import { AwsError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, changed, lifeCycle, newTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, autoName, known, object, objects, others, text } from '../../../resource/values.ts'

export const GUARDRAIL = 'aws:bedrock/guardrail:Guardrail'

const invalid = (message: string) => new AwsError('ValidationException', message)

const POLICIES = ['contentPolicyConfig', 'sensitiveInformationPolicyConfig', 'topicPolicyConfig', 'wordPolicyConfig']

export const guardrail: ResourceType = {
  type: GUARDRAIL,
  inputs: [
    'name',
    'description',
    'blockedInputMessaging',
    'blockedOutputsMessaging',
    'contentPolicyConfig.filtersConfigs',
    'sensitiveInformationPolicyConfig.piiEntitiesConfigs',
    'topicPolicyConfig.topicsConfigs',
    'wordPolicyConfig.wordsConfigs',
    'wordPolicyConfig.managedWordListsConfigs',
    'tags',
  ],
  required: ['blockedInputMessaging', 'blockedOutputsMessaging'],
  named: 'name',
  replaces: [],
  heldByOutputs: ['guardrailArn'],
  heldThrough: [],
  refuse(situation) {
    const { inputs } = situation
    const name = autoName(situation)
    if (!/^[0-9a-zA-Z-_]{1,50}$/.test(name)) throw invalid(`Value '${name}' at 'name' failed to satisfy constraint`)
    if (others(situation, GUARDRAIL, ['name', name]).length > 0)
      throw new AwsError('ConflictException', 'Another guardrail in your account already has this name.')
    for (const message of ['blockedInputMessaging', 'blockedOutputsMessaging'])
      if (known(inputs, message).length > 500)
        throw invalid(`Value at '${message}' failed to satisfy constraint: at most 500`)
    if (!POLICIES.some((policy) => object(inputs, policy)))
      throw invalid('At least one policy configuration must be provided to create a guardrail.')
    refuseTopics(situation)
    refuseFilters(situation)
  },
  answer(situation) {
    const id = text(situation.current?.outputs ?? {}, 'guardrailId') ?? situation.stableToken(12)
    const guardrailArn = arn(situation, 'bedrock', `guardrail/${id}`)
    return {
      id,
      outputs: { name: autoName(situation), guardrailId: id, guardrailArn, status: 'READY', version: 'DRAFT' },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const own = known(outputs, 'guardrailArn')
    const others = Object.keys({ ...situation.inputs, ...situation.current?.inputs }).filter((name) => name !== 'tags')
    return {
      create: [
        // AWS checks this permission without a resource, because the guardrail does not exist yet.
        call('bedrock:CreateGuardrail', '*', newTags(situation)),
        ...when(Object.keys(newTags(situation)).length > 0, call('bedrock:TagResource', own, newTags(situation))),
      ],
      read: [call('bedrock:GetGuardrail', own), call('bedrock:ListTagsForResource', own)],
      update: [
        ...when(changed(situation, ...others), call('bedrock:UpdateGuardrail', own)),
        ...retag(situation, { add: 'bedrock:TagResource', remove: 'bedrock:UntagResource' }, own),
      ],
      delete: [call('bedrock:DeleteGuardrail', own), call('bedrock:GetGuardrail', own)],
    }
  }),
  importId: {
    format: 'GUARDRAIL_ID,VERSION',
    pattern: /^[^,]+,[^,]+$/,
    of: ({ outputs }) => [`${idPart(outputs, 'guardrailId')},DRAFT`],
  },
}

const MAX_TOPICS = 30

function refuseTopics({ inputs }: Situation): void {
  const topics = objects(object(inputs, 'topicPolicyConfig') ?? {}, 'topicsConfigs')
  if (topics.length > MAX_TOPICS)
    throw new AwsError('ServiceQuotaExceededException', `The number of topics per guardrail is at most ${MAX_TOPICS}.`)
  for (const topic of topics) {
    const name = known(topic, 'name')
    if (!/^[0-9a-zA-Z\-_ !?.]{1,100}$/.test(name))
      throw invalid(`Value '${name}' at 'name' of a topic failed to satisfy constraint`)
    if (known(topic, 'definition').length > 200) throw invalid(`The definition of the topic '${name}' is too long.`)
    if (text(topic, 'type') !== 'DENY') throw invalid(`The type of the topic '${name}' must be DENY.`)
  }
}

const STRENGTHS = ['NONE', 'LOW', 'MEDIUM', 'HIGH']

function refuseFilters({ inputs }: Situation): void {
  for (const filter of objects(object(inputs, 'contentPolicyConfig') ?? {}, 'filtersConfigs')) {
    const [type, input, output] = [
      known(filter, 'type'),
      known(filter, 'inputStrength'),
      known(filter, 'outputStrength'),
    ]
    if (!STRENGTHS.includes(input) || !STRENGTHS.includes(output))
      throw invalid(`The strengths of ${type} must be one of ${STRENGTHS.join(', ')}.`)
    if (type === 'PROMPT_ATTACK' && output !== 'NONE')
      throw invalid('The output strength of the filter PROMPT_ATTACK must be NONE.')
  }
}
