/** Anthropic's models: what they refuse, in their words, and their own parameters. */
import type { AwsError } from '../../../errors.ts'
import { boolean, integer, list, oneOf, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import type { FoundationModel } from '../catalogue.ts'
import type { JsonSchema } from '../json-schema.ts'
import type { Prompt, Reasoning } from '../model-backend.ts'
import { invalid, modelError } from '../refusals.ts'
import { checkThinking } from './claude-thinking.ts'
import type { Family } from './family.ts'
import { checkImages } from './images.ts'

type Refuse = (message: string) => AwsError

/** Betas that Bedrock accepts, according to its documentation of November 2026. */
const BETAS = [
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'dev-full-thinking-2025-05-14',
  'effort-2025-11-24',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'token-efficient-tools-2025-02-19',
  'tool-examples-2025-10-29',
  'tool-search-tool-2025-10-19',
]

const THINKING = structure({
  type: required(oneOf('enabled', 'disabled', 'adaptive')),
  budget_tokens: integer(),
  display: oneOf('summarized', 'omitted'),
})

/** Parameters that only Anthropic's models have, through either API. */
export const OWN_FIELDS = {
  thinking: THINKING,
  top_k: integer({ min: 0 }),
  anthropic_beta: list(text()),
}

export const EFFORT = oneOf('low', 'medium', 'high', 'xhigh', 'max')

const ADDITIONAL = {
  ...OWN_FIELDS,
  /** An older name of `thinking`. */
  reasoning_config: THINKING,
  output_config: structure({ effort: EFFORT }),
  tool_choice: structure({ type: oneOf('auto', 'any'), disable_parallel_tool_use: required(boolean) }),
}

/** Members that `Converse` has in another place. */
const TAKEN = ['system', 'messages', 'max_tokens', 'temperature', 'top_p', 'stop_sequences', 'model', 'stream']

export const claude: Family = {
  additional(fields, model, { toolChoice }) {
    for (const name of Object.keys(fields)) {
      if (TAKEN.includes(name)) throw invalid(`The additional field ${name} conflicts with an existing field.`)
      if (!Object.hasOwn(ADDITIONAL, name)) throw modelError(`${name}: Extra inputs are not permitted`)
    }
    const refusals = { serialization: modelError, validation: modelError }
    const { thinking, reasoning_config, output_config, tool_choice, top_k, anthropic_beta } = read(
      structure(ADDITIONAL),
      fields,
      refusals,
    )
    checkBetas(anthropic_beta, modelError)
    if (tool_choice) checkOwnChoice(tool_choice.type, toolChoice)
    const reasoning = reasoningOf(thinking ?? reasoning_config, output_config?.effort, model, modelError)
    return {
      ...(reasoning && { reasoning }),
      ...(top_k !== undefined && { topK: top_k }),
      ...(tool_choice?.disable_parallel_tool_use && { oneToolCall: true }),
    }
  },
  check(model, prompt, refuse) {
    const { temperature, topP, tools, toolChoice, stopSequences, messages, schema } = prompt
    if (model.features.has('oneSamplingParameter') && temperature !== undefined && topP !== undefined)
      throw refuse('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
    if (model.features.has('noSamplingParameters')) checkNoSampling(prompt, refuse)
    if (stopSequences.some((sequence) => sequence.trim() === ''))
      throw refuse('stop_sequences: each stop sequence must contain non-whitespace')
    const names = tools.map(({ name }) => name)
    if (new Set(names).size < names.length) throw refuse('tools: Tool names must be unique.')
    if (toolChoice?.type === 'tool' && !names.includes(toolChoice.name))
      throw refuse(`tool_choice: Tool '${toolChoice.name}' not found in provided tools`)
    checkPrefill(model, messages, refuse)
    checkImages(messages, refuse)
    checkThinking(prompt, refuse)
    if (schema) checkSchema(schema, refuse)
  },
}

function checkNoSampling({ temperature, topP, topK }: Prompt, refuse: Refuse): void {
  for (const [name, value] of Object.entries({ temperature, top_p: topP, top_k: topK }))
    if (value !== undefined) throw refuse(`\`${name}\` is deprecated for this model.`)
}

/** Bedrock refuses a `type` beside `toolConfig.toolChoice`, and accepts `disable_parallel_tool_use` beside it. Source: LiteLLM. */
function checkOwnChoice(type: string | undefined, toolChoice: Prompt['toolChoice']): void {
  if (type !== undefined && toolChoice)
    throw invalid('The additional field tool_choice.type conflicts with an existing field.')
  if (type === undefined && !toolChoice) throw modelError('tool_choice.type: Field required')
}

/** @throws AwsError for a flag that Bedrock does not know */
export function checkBetas(betas: readonly string[] = [], refuse: Refuse): void {
  if (betas.some((beta) => !BETAS.includes(beta))) throw refuse('invalid beta flag')
}

interface Thinking {
  readonly type: 'enabled' | 'disabled' | 'adaptive'
  readonly budget_tokens?: number
  readonly display?: 'summarized' | 'omitted'
}

export function reasoningOf(
  thinking: Thinking | undefined,
  effort: string | undefined,
  { features }: FoundationModel,
  refuse: Refuse,
): Reasoning | undefined {
  if (effort !== undefined && !features.has('adaptiveReasoning'))
    throw refuse('This model does not support the effort parameter.')
  if (!thinking) return features.has('alwaysReasons') ? {} : undefined
  if (!features.has('reasoning')) throw refuse('thinking: Extra inputs are not permitted')
  const shown = thinking.display === 'omitted' ? { hidden: true } : {}
  switch (thinking.type) {
    case 'disabled':
      if (features.has('alwaysReasons')) throw refuse('"thinking.type.disabled" is not supported for this model.')
      return undefined
    case 'adaptive':
      if (!features.has('adaptiveReasoning')) throw refuse('adaptive thinking is not supported on this model')
      return { ...shown, ...(effort !== undefined && { effort }) }
    case 'enabled': {
      if (!features.has('budgetedReasoning'))
        throw refuse(
          '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
        )
      const { budget_tokens: budgetTokens } = thinking
      if (budgetTokens === undefined) throw refuse('thinking.enabled.budget_tokens: Field required')
      return { ...shown, budgetTokens }
    }
  }
}

function checkPrefill({ features }: FoundationModel, messages: Prompt['messages'], refuse: Refuse): void {
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return
  if (!features.has('prefill'))
    throw refuse(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    )
  const block = last.content.at(-1)
  if (block?.type === 'text' && block.text.trimEnd() !== block.text)
    throw refuse('messages: final assistant content cannot end with trailing whitespace')
}

/** Every object in a schema must forbid additional properties. */
function checkSchema(schema: unknown, refuse: Refuse): void {
  if (typeof schema !== 'object' || schema === null) return
  const { type, additionalProperties } = schema as JsonSchema
  if (type === 'object' && additionalProperties !== false)
    throw refuse(
      "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    )
  for (const [name, value] of Object.entries(schema))
    if (name !== 'enum' && name !== 'const' && name !== 'default') checkSchema(value, refuse)
}
