/** `aws.bedrock.GuardrailVersion`: a copy of the draft at the time when it was made, under the next number. */

import { AwsError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { flag, known, others, text } from '../../../resource/values.ts'
import { GUARDRAIL } from './guardrail.ts'

export const GUARDRAIL_VERSION = 'aws:bedrock/guardrailVersion:GuardrailVersion'

const MAX_VERSIONS = 20

export const guardrailVersion: ResourceType = {
  type: GUARDRAIL_VERSION,
  inputs: ['guardrailArn', 'description', 'skipDestroy'],
  required: ['guardrailArn'],
  replaces: ['guardrailArn', 'description'],
  // Deleting a guardrail deletes its versions.
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    draftOf(situation)
    if (
      others(situation, GUARDRAIL_VERSION, ['guardrailArn', known(situation.inputs, 'guardrailArn')]).length >=
      MAX_VERSIONS
    )
      throw new AwsError(
        'ServiceQuotaExceededException',
        `The number of versions per guardrail is at most ${MAX_VERSIONS}.`,
      )
  },
  answer(situation) {
    const guardrailArn = known(situation.inputs, 'guardrailArn')
    const version = text(situation.current?.outputs ?? {}, 'version') ?? String(nextOf(situation, guardrailArn))
    return { id: `${guardrailArn},${version}`, outputs: { guardrailArn, version, [COPY]: copyOf(situation) } }
  },
  permissions: lifeCycle(({ inputs }) => {
    const own = known(inputs, 'guardrailArn')
    const read = [call('bedrock:GetGuardrail', own)]
    return {
      create: [call('bedrock:CreateGuardrailVersion', own)],
      read,
      delete: when(flag(inputs, 'skipDestroy') !== true, call('bedrock:DeleteGuardrail', own), ...read),
    }
  }),
  importId: {
    format: 'GUARDRAIL_ARN,VERSION',
    pattern: /^[^,]+,[^,]+$/,
    of: ({ outputs }) => [`${idPart(outputs, 'guardrailArn')},${idPart(outputs, 'version')}`],
  },
}

/** The output that keeps the draft's inputs as JSON. AWS keeps them with a version; the provider has no such output. */
export const COPY = 'copy'

const copyOf = (situation: Situation): string =>
  text(situation.current?.outputs ?? {}, COPY) ?? JSON.stringify(draftOf(situation).inputs)

function draftOf(situation: Situation) {
  const guardrailArn = known(situation.inputs, 'guardrailArn')
  const draft = situation.ledger.findBy(GUARDRAIL, 'guardrailArn', guardrailArn)
  if (draft?.account !== situation.account || draft.region !== situation.region)
    throw new AwsError('ResourceNotFoundException', 'The guardrail does not exist.')
  return draft
}

const nextOf = (situation: Situation, guardrailArn: string): number =>
  1 +
  Math.max(
    0,
    ...situation.ledger
      .where(GUARDRAIL_VERSION, 'guardrailArn', guardrailArn)
      .map(({ outputs }) => Number(text(outputs, 'version') ?? 0)),
  )
