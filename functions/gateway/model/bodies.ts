/**
 * Bodies of InvokeModel, family by family: where the number of tokens stands that a request asks for. A family whose body
 * nobody knows well enough is refused, since its requests could be neither bounded nor accounted for.
 */

import { isMap } from '../../../shared/is-map.ts'
import type { Fields } from '../body.ts'
import { MAX_TOKENS } from '../constants.ts'
import { GatewayError } from '../errors.ts'
import { optionalWholeNumber } from '../values.ts'
import { baseModelId } from './features.ts'
import type { Model } from './model.ts'

interface BodyFormat {
  /** By the id of the foundation model. */
  readonly ids: RegExp
  /** Path of the field, `.` between its parts; absent: the model writes no tokens. */
  readonly maxTokens?: string
}

/** From AWS's user guide, "Inference request parameters and response fields for foundation models" (November 2026). */
const FORMATS: readonly BodyFormat[] = [
  { ids: /^anthropic\.claude-/, maxTokens: 'max_tokens' },
  { ids: /^amazon\.nova-(?!canvas|reel|sonic)/, maxTokens: 'inferenceConfig.maxTokens' },
  { ids: /^amazon\.titan-text-/, maxTokens: 'textGenerationConfig.maxTokenCount' },
  { ids: /^amazon\.titan-embed-/ },
  { ids: /^cohere\.embed-/ },
  { ids: /^cohere\.command-r/, maxTokens: 'max_tokens' },
  { ids: /^meta\.llama/, maxTokens: 'max_gen_len' },
  { ids: /^mistral\./, maxTokens: 'max_tokens' },
]

/** @throws GatewayError for a family that is not known, or a number of tokens out of range */
export function requireKnownBody({ name, id }: Model, fields: Fields): void {
  const format = FORMATS.find(({ ids }) => ids.test(baseModelId(id)))
  if (!format) {
    throw new GatewayError(
      'operation_not_supported',
      `The bodies of the model "${name}" are not known well enough to be passed on. Use converse, or a model of Anthropic, Amazon, Cohere, Meta or Mistral.`,
    )
  }
  if (format.maxTokens !== undefined) maxTokensOf(fields, format.maxTokens)
}

/** Path of the field that says how long an answer may be; undefined for a model that writes none, or one that is not known. */
export const maxTokensField = (modelId: string): string | undefined =>
  FORMATS.find(({ ids }) => ids.test(baseModelId(modelId)))?.maxTokens

/** The model with those after it whose bodies are the same: a body of InvokeModel can be put to them as it is. */
export function withSameBodies({ fallbacks, ...model }: Model): Model {
  const formatOf = (id: string) => FORMATS.find(({ ids }) => ids.test(baseModelId(id)))
  const same = fallbacks?.filter((id) => formatOf(id) === formatOf(model.id))
  return { ...model, ...(same && { fallbacks: same }) }
}

/** The tokens that the request asks for, if it says so. */
function maxTokensOf(fields: Fields, path: string): number | undefined {
  let value: unknown = fields
  for (const part of path.split('.')) value = isMap(value) && Object.hasOwn(value, part) ? value[part] : undefined
  return optionalWholeNumber(value ?? undefined, path, MAX_TOKENS)
}
