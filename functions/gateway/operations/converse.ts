/** `POST /TENANT/model/MODEL/converse`: Bedrock's own API; body and answer are passed on unchanged. */
import { isMap } from '../../../shared/is-map.ts'
import type { Body } from '../body.ts'
import { MAX_TOKENS } from '../constants.ts'
import { GatewayError } from '../errors.ts'
import { rewriteJson } from '../json.ts'
import type { OfferedOperation } from '../operation.ts'
import { bedrockShape } from '../shapes/bedrock.ts'
import { optionalWholeNumber } from '../values.ts'

export const converse: OfferedOperation = {
  name: 'converse',
  method: 'POST',
  path: '/model/{model}/converse',
  shape: bedrockShape,
  async answer(call) {
    const model = call.model(call.path.model ?? '')
    const { json } = await call.models.converse(model, converseBody(call.body))
    return call.json(json)
  },
}

/**
 * The caller's text, which Bedrock itself validates. The gateway reads only `maxTokens`, and adds it if it is missing and nothing in the body
 * can contradict it.
 */
export function converseBody({ text, fields }: Body): string {
  const given = fields.inferenceConfig ?? {}
  if (!isMap(given)) throw new GatewayError('field_invalid', 'The field "inferenceConfig" must be an object.')
  const maxTokens = optionalWholeNumber(given.maxTokens ?? undefined, 'inferenceConfig.maxTokens', MAX_TOKENS)
  return maxTokens !== undefined || boundsTokens(fields.additionalModelRequestFields) ? text : withMaxTokens(text)
}

/**
 * Fields of single models that limit the answer, or that forbid or limit `maxTokens`: Nova's `reasoningConfig` accepts no `maxTokens` at a high
 * effort, and Claude's `thinking` only one that is larger than its budget.
 */
const BOUNDING = [
  'inferenceConfig',
  'max_completion_tokens',
  'max_gen_len',
  'max_new_tokens',
  'max_tokens',
  'maxTokens',
  'reasoning',
  'reasoning_config',
  'reasoningConfig',
  'textGenerationConfig',
  'thinking',
]

const boundsTokens = (fields: unknown): boolean => isMap(fields) && BOUNDING.some((name) => Object.hasOwn(fields, name))

const withMaxTokens = (text: string): string =>
  rewriteJson(text, (body) => {
    const given = isMap(body.inferenceConfig) ? body.inferenceConfig : {}
    return { ...body, inferenceConfig: { ...given, maxTokens: MAX_TOKENS.default } }
  })
