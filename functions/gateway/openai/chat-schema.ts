/** The body of `POST /v1/chat/completions`. */
import * as v from 'valibot'
import { MAX_TOKENS } from '../constants.ts'
import { apiObject, notOffered } from './api-object.ts'
import * as fields from './fields.ts'

export const text = v.string()
/** Names of tools: OpenAI's limit and Bedrock's are the same. */
export const toolName = v.pipe(
  v.string(),
  v.regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ and -.'),
)
export const schemaObject = v.record(v.string(), v.unknown())

export function number(minimum: number, maximum: number) {
  const range = `must be ${minimum} to ${maximum}.`
  return v.pipe(v.number(), v.minValue(minimum, range), v.maxValue(maximum, range))
}
export const tokens = v.pipe(
  v.number(),
  v.integer('must be a whole number.'),
  v.minValue(MAX_TOKENS.minimum, 'must be 1 or more.'),
  v.maxValue(MAX_TOKENS.maximum, `must be ${MAX_TOKENS.maximum} or less.`),
)

/** Accepts a text, or a list of what `part` accepts. */
export const textOr = <Part extends v.GenericSchema>(part: Part) => {
  const list = v.array(part)
  return v.lazy(
    (input): v.GenericSchema<unknown, string | v.InferOutput<Part>[]> => (Array.isArray(input) ? list : text),
  )
}

const cacheControl = apiObject(fields.CACHE_CONTROL, {
  type: v.literal('ephemeral'),
  ttl: v.nullish(v.picklist(['5m', '1h'])),
})
export const breakpoint = apiObject(fields.BREAKPOINT, { mode: v.literal('explicit') })
const cache = { cache_control: v.nullish(cacheControl), prompt_cache_breakpoint: v.nullish(breakpoint) }
const { cache_control } = cache

const textPart = apiObject(fields.TEXT_PART, { type: v.literal('text'), text, ...cache })
const imagePart = apiObject(fields.IMAGE_PART, {
  type: v.literal('image_url'),
  image_url: apiObject(fields.IMAGE_URL, { url: text }),
  ...cache,
})
const filePart = apiObject(fields.FILE_PART, {
  type: v.literal('file'),
  file: apiObject(fields.FILE, { file_data: text, filename: v.nullish(text) }),
  ...cache,
})
const refusalPart = apiObject(fields.REFUSAL_PART, { type: v.literal('refusal'), refusal: text })
const audioPart = notOffered('type', 'input_audio', 'Models take texts, images and files.')

const texts = textOr(v.variant('type', [textPart]))
const systemMessage = <const Role extends 'system' | 'developer'>(role: Role) =>
  apiObject(fields.SYSTEM_MESSAGE, { role: v.literal(role), content: texts, cache_control })
const userMessage = apiObject(fields.USER_MESSAGE, {
  role: v.literal('user'),
  content: textOr(v.variant('type', [textPart, imagePart, filePart, audioPart])),
  cache_control,
})

const toolCall = apiObject(fields.TOOL_CALL, {
  id: v.pipe(v.string(), v.minLength(1, 'must not be empty.')),
  type: v.nullish(v.literal('function')),
  function: apiObject(fields.CALLED, { name: toolName, arguments: text }),
})
/** LiteLLM's form, so that clients can send reasoning back as they got it. */
const thinkingBlock = v.variant('type', [
  v.strictObject({ type: v.literal('thinking'), thinking: text, signature: v.nullish(text) }),
  v.strictObject({ type: v.literal('redacted_thinking'), data: text }),
])
const assistantMessage = apiObject(fields.ASSISTANT_MESSAGE, {
  role: v.literal('assistant'),
  content: v.nullish(textOr(v.variant('type', [textPart, refusalPart]))),
  refusal: v.nullish(text),
  tool_calls: v.nullish(v.array(toolCall)),
  reasoning_content: v.nullish(text),
  thinking_blocks: v.nullish(v.array(thinkingBlock)),
  cache_control,
})
const toolMessage = apiObject(fields.TOOL_MESSAGE, {
  role: v.literal('tool'),
  content: texts,
  tool_call_id: text,
  cache_control,
})
const functionMessage = notOffered('role', 'function', 'Use the role tool.')

const tool = v.variant('type', [
  apiObject(fields.TOOL, {
    type: v.literal('function'),
    function: apiObject(fields.FUNCTION, {
      name: toolName,
      description: v.nullish(text),
      parameters: v.nullish(schemaObject),
      strict: v.nullish(v.boolean()),
    }),
    cache_control,
  }),
  notOffered('type', 'custom', 'Use a tool of type function.'),
])
const namedChoice = apiObject(fields.NAMED_CHOICE, {
  type: v.literal('function'),
  function: v.strictObject({ name: toolName }),
})
const toolChoices = v.variant('type', [
  namedChoice,
  apiObject(fields.ALLOWED_CHOICE, {
    type: v.literal('allowed_tools'),
    allowed_tools: apiObject(fields.ALLOWED_TOOLS, {
      mode: v.picklist(['auto', 'required']),
      tools: v.array(namedChoice),
    }),
  }),
  notOffered('type', 'custom', 'Use a tool of type function.'),
])
const toolChoiceNames = v.picklist(['none', 'auto', 'required'])
const toolChoice = v.lazy(
  (input): v.GenericSchema<unknown, v.InferOutput<typeof toolChoiceNames> | v.InferOutput<typeof toolChoices>> =>
    typeof input === 'object' ? toolChoices : toolChoiceNames,
)

const responseFormat = v.variant('type', [
  v.strictObject({ type: v.literal('text') }),
  apiObject(fields.JSON_FORMAT, {
    type: v.literal('json_schema'),
    json_schema: apiObject(fields.JSON_SCHEMA, {
      name: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ and -.')),
      description: v.nullish(text),
      schema: schemaObject,
      strict: v.nullish(v.boolean()),
    }),
  }),
  notOffered('type', 'json_object', 'Bedrock needs a schema: use json_schema, or ask for JSON in the prompt.'),
])

const stopText = v.pipe(v.string(), v.minLength(1, 'must not be empty.'))
const stopTexts = v.pipe(v.array(stopText), v.maxLength(4, 'must have four texts or fewer.'))
const stop = v.lazy(
  (input): v.GenericSchema<unknown, string | string[]> => (Array.isArray(input) ? stopTexts : stopText),
)

export const chatSchema = apiObject(fields.CHAT, {
  model: text,
  messages: v.pipe(
    v.array(
      v.variant('role', [
        systemMessage('system'),
        systemMessage('developer'),
        userMessage,
        assistantMessage,
        toolMessage,
        functionMessage,
      ]),
    ),
    v.minLength(1, 'must not be empty.'),
  ),
  max_completion_tokens: v.nullish(tokens),
  max_tokens: v.nullish(tokens),
  parallel_tool_calls: v.nullish(v.boolean()),
  reasoning_effort: v.nullish(v.picklist(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
  response_format: v.nullish(responseFormat),
  stop: v.nullish(stop),
  stream: v.nullish(v.boolean()),
  stream_options: v.nullish(apiObject(fields.STREAM_OPTIONS, { include_usage: v.nullish(v.boolean()) })),
  temperature: v.nullish(number(0, 2)),
  tool_choice: v.nullish(toolChoice),
  tools: v.nullish(v.array(tool)),
  top_p: v.nullish(number(0, 1)),
})

export type ChatRequest = v.InferOutput<typeof chatSchema>
export type ChatMessage = Exclude<ChatRequest['messages'][number], { role: 'function' }>
export type UserMessage = Extract<ChatMessage, { role: 'user' }>
export type AssistantMessage = Extract<ChatMessage, { role: 'assistant' }>
export type ToolMessage = Extract<ChatMessage, { role: 'tool' }>
export type ContentPart = Exclude<UserMessage['content'], string>[number]
export type ChatTool = Extract<NonNullable<ChatRequest['tools']>[number], { type: 'function' }>
export type CacheControl = v.InferOutput<typeof cacheControl>
