/** Reads a chat request and turns it into a request of Bedrock's Converse. */
import type { Body } from '../body.ts'
import { mayLoseNumbers, parseKeepingNumbers } from '../json.ts'
import { defaultMaxTokens, featuresOf, type ModelFeatures } from '../model/features.ts'
import type { ConverseRequest } from '../model/wire.ts'
import { parseFields } from '../validate.ts'
import { type ChatMessage, type ChatRequest, chatSchema } from './chat-schema.ts'
import { ignoredFields } from './ignored.ts'
import { convertMessages } from './messages.ts'
import { planReasoning, type ReasoningPlan } from './reasoning.ts'
import { refuse } from './refuse.ts'
import { oneCallATurn, readTools, type Tools, toolConfiguration } from './tools.ts'

export const readChat = ({ text, fields }: Body): ChatRequest =>
  parseFields(chatSchema, mayLoseNumbers(text) ? parseKeepingNumbers(text) : fields)

export interface BedrockModel {
  /** Bedrock's id of the model. */
  readonly id: string
  /** The tenant's own default for the tokens of an answer of this model. */
  readonly maxTokens?: number
}

export interface MappedChat {
  readonly body: ConverseRequest
  /** Fields that were sent and are not carried to Bedrock, by their names in the API. */
  readonly ignored: readonly string[]
}

export function mapChat(request: ChatRequest, model: BedrockModel): MappedChat {
  if (request.stream_options && !request.stream)
    throw refuse('stream_options', 'is for streams. Send stream: true, or leave it out.')
  const features = featuresOf(model.id)
  const ignored = new Set(ignoredFields(request))
  const ignore = (field: string) => ignored.add(field)

  const asked = maxTokens(request)
  const tokens = asked ?? defaultMaxTokens(features, model.maxTokens)
  const reasoning = planReasoning(request, features, tokens, ignore)
  const tools = readTools(request)
  refuseBesideReasoning(request, reasoning, asked, tools)

  const options = { features, tools: tools !== undefined, reasons: keepsReasoning(reasoning, features), ignore }
  const { system, messages } = convertMessages(request.messages as readonly ChatMessage[], options)
  const outputConfig = structuredOutput(request, features)
  const extra = { ...reasoning.fields, ...singleCall(request, tools, options) }
  return {
    body: {
      messages: [...messages],
      ...(system.length > 0 && { system: [...system] }),
      inferenceConfig: {
        ...(!reasoning.excludes.includes('max_tokens') && { maxTokens: tokens }),
        ...sampling(request, features),
        ...stopSequences(request, features),
      },
      ...(tools && { toolConfig: toolConfiguration(tools, options) }),
      ...(Object.keys(extra).length > 0 && {
        additionalModelRequestFields: extra as NonNullable<ConverseRequest['additionalModelRequestFields']>,
      }),
      ...(outputConfig && { outputConfig }),
    },
    ignored: [...ignored].sort(),
  }
}

/** Claude accepts its earlier reasoning only while it reasons; other models sign no reasoning. */
const keepsReasoning = ({ reasons }: ReasoningPlan, { claude }: ModelFeatures): boolean => reasons || !claude

function maxTokens({ max_completion_tokens: completion, max_tokens: older }: ChatRequest): number | undefined {
  if (typeof completion === 'number' && typeof older === 'number' && completion !== older) {
    throw refuse('max_tokens', 'is another number than max_completion_tokens. Send one of them.')
  }
  return completion ?? older ?? undefined
}

function refuseBesideReasoning(
  { temperature, top_p: topP, ...request }: ChatRequest,
  { excludes, reasons }: ReasoningPlan,
  asked: number | undefined,
  tools: Tools | undefined,
): void {
  const advice = 'cannot be sent with this reasoning_effort. Leave one of them out.'
  if (excludes.includes('max_tokens') && asked !== undefined) {
    throw refuse(typeof request.max_completion_tokens === 'number' ? 'max_completion_tokens' : 'max_tokens', advice)
  }
  if (excludes.includes('temperature') && !isDefault(temperature)) throw refuse('temperature', advice)
  if (excludes.includes('top_p') && !isDefault(topP)) throw refuse('top_p', advice)
  if (excludes.includes('forced tool_choice') && tools?.choice && !('auto' in tools.choice)) {
    throw refuse(
      'tool_choice',
      'cannot ask for a call while this model reasons. Send auto, or leave reasoning_effort out.',
    )
  }
  if (reasons && excludes.includes('temperature') && request.messages.at(-1)?.role === 'assistant') {
    throw refuse(
      `messages.${request.messages.length - 1}`,
      'begins an answer, which this model does not take while it reasons.',
    )
  }
}

/** 1 is the default of both fields in OpenAI's API, and clients send it to ask for nothing special. */
const isDefault = (value: number | null | undefined): boolean => value === undefined || value === null || value === 1

function sampling({ temperature, top_p: topP }: ChatRequest, { sampling: takes, maxTemperature }: ModelFeatures) {
  if (takes === 'none') {
    const given = !isDefault(temperature) ? 'temperature' : !isDefault(topP) ? 'top_p' : undefined
    if (given) throw refuse(given, 'is not taken by this model. Leave it out.')
    return {}
  }
  if (typeof temperature === 'number' && maxTemperature !== undefined && temperature > maxTemperature) {
    throw refuse('temperature', `must be 0 to ${maxTemperature} for this model.`, 'number_out_of_range')
  }
  const both = typeof temperature === 'number' && typeof topP === 'number'
  if (takes === 'one' && both && !isDefault(temperature) && !isDefault(topP)) {
    throw refuse('top_p', 'cannot be sent with temperature to this model. Leave one of them out.')
  }
  const one = takes === 'one' && both
  return {
    ...(typeof temperature === 'number' && !(one && isDefault(temperature) && !isDefault(topP)) && { temperature }),
    ...(typeof topP === 'number' && !(one && isDefault(topP)) && { topP }),
  }
}

function stopSequences({ stop }: ChatRequest, { claude }: ModelFeatures) {
  const texts = typeof stop === 'string' ? [stop] : (stop ?? [])
  if (texts.length === 0) return {}
  if (claude && texts.some((text) => text.trim() === '')) {
    throw refuse('stop', 'has a text of white space only, which this model does not take.')
  }
  return { stopSequences: texts }
}

/** Structured output is left to Bedrock itself; if the model does not support it there, it is refused and not imitated with a tool. */
function structuredOutput(
  { response_format: format }: ChatRequest,
  features: ModelFeatures,
): ConverseRequest['outputConfig'] {
  if (format?.type !== 'json_schema') return undefined
  if (!features.structuredOutput) {
    throw refuse(
      'response_format',
      "cannot be kept to by this model. Use another of the tenant's models, or a tool with this schema.",
    )
  }
  const { name, description, schema } = format.json_schema
  const jsonSchema = { schema: JSON.stringify(schema), name, ...(description && { description }) }
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}

function singleCall(
  { parallel_tool_calls: parallel }: ChatRequest,
  tools: Tools | undefined,
  { features, ignore }: { readonly features: ModelFeatures; readonly ignore: (field: string) => void },
): Readonly<Record<string, unknown>> {
  if (parallel !== false || !tools) return {}
  if (features.claude) return oneCallATurn(tools.choice)
  ignore('parallel_tool_calls')
  return {}
}
