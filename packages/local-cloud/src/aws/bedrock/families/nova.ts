/** Amazon Nova: what it refuses, and its own parameters. */
import { integer, oneOf, read, required, structure } from '../../../wire/protocol/shape.ts'
import type { FoundationModel } from '../catalogue.ts'
import type { Reasoning } from '../model-backend.ts'
import { invalid, malformed } from '../refusals.ts'
import type { Family } from './family.ts'
import { checkImages } from './images.ts'

export const REASONING_CONFIG = structure({
  type: required(oneOf('enabled', 'disabled')),
  maxReasoningEffort: oneOf('low', 'medium', 'high'),
})

const ADDITIONAL = {
  inferenceConfig: structure({ topK: integer({ min: 0, max: 128 }) }),
  reasoningConfig: REASONING_CONFIG,
}

export const nova: Family = {
  additional(fields, model) {
    for (const name of Object.keys(fields))
      if (!Object.hasOwn(ADDITIONAL, name)) throw malformed(`extraneous key [${name}] is not permitted`)
    const refusals = { serialization: malformed, validation: malformed }
    const { inferenceConfig, reasoningConfig } = read(structure(ADDITIONAL), fields, refusals)
    const reasoning = reasoningOf(reasoningConfig, model)
    return {
      ...(reasoning && { reasoning }),
      ...(inferenceConfig?.topK !== undefined && { topK: inferenceConfig.topK }),
    }
  },
  check(_model, { reasoning, maxTokens, temperature, topP, tools, toolChoice, messages }, refuse) {
    // The refusal is documented; its words are the stand-in's.
    if (reasoning?.effort === 'high' && (maxTokens ?? temperature ?? topP) !== undefined)
      throw invalid('maxTokens, temperature and topP must be unset when maxReasoningEffort is high.')
    if (toolChoice?.type === 'tool' && !tools.some(({ name }) => name === toolChoice.name))
      throw invalid(`The tool ${toolChoice.name} of toolChoice is not in toolConfig.tools.`)
    const empty = messages.some(({ content }) =>
      content.some((block) => block.type === 'toolResult' && block.content.length === 0),
    )
    if (empty) throw malformed('#/messages: a toolResult without content is not permitted')
    checkImages(messages, refuse)
  },
}

export function reasoningOf(
  config: { readonly type: string; readonly maxReasoningEffort?: string } | undefined,
  { features }: FoundationModel,
): Reasoning | undefined {
  if (!config) return undefined
  if (!features.has('reasoning')) throw malformed('extraneous key [reasoningConfig] is not permitted')
  if (config.type === 'disabled') return undefined
  if (config.maxReasoningEffort === undefined)
    throw malformed('#/reasoningConfig: required key [maxReasoningEffort] not found')
  return { effort: config.maxReasoningEffort }
}
