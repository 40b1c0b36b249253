/**
 * Bodies of InvokeModel, by families of models: which field has the number of tokens that a request asks for. A model of an unknown family is
 * refused, because its requests could be neither limited nor accounted for.
 */

import { isMap } from '../../../shared/is-map.ts'
import type { Fields } from '../body.ts'
import { MAX_TOKENS } from '../constants.ts'
import { GatewayError } from '../errors.ts'
import { optionalWholeNumber } from '../values.ts'
import { baseModelId } from './features.ts'
import type { Model } from './model.ts'

interface BodyFormat {
  /** Matches ids of foundation models. */
  readonly ids: RegExp
  /** The path of the field, with `.` between its parts; absent if the model writes no tokens. */
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

/** @throws GatewayError for an unknown family, or a number of tokens out of range */
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

/** The path of the field with the most tokens of an answer; undefined for a model that writes none, or an unknown one. */
export const maxTokensField = (modelId: string): string | undefined =>
  FORMATS.find(({ ids }) => ids.test(baseModelId(modelId)))?.maxTokens

/** The model with those of its alternatives that take the same bodies of InvokeModel. */
export function withSameBodies({ fallbacks, ...model }: Model): Model {
  const formatOf = (id: string) => FORMATS.find(({ ids }) => ids.test(baseModelId(id)))
  const same = fallbacks?.filter((id) => formatOf(id) === formatOf(model.id))
  return { ...model, ...(same && { fallbacks: same }) }
}

/** The number of tokens that the request asks for, if any. */
function maxTokensOf(fields: Fields, path: string): number | undefined {
  return optionalWholeNumber(entryAt(fields, path) ?? undefined, path, MAX_TOKENS)
}

/** @param path names with `.` between them */
export function entryAt(body: unknown, path: string): unknown {
  let value = body
  for (const part of path.split('.')) value = isMap(value) && Object.hasOwn(value, part) ? value[part] : undefined
  return value
}
