/** The body of `POST /v1/responses`. */
import * as v from 'valibot'
import { apiObject, notOffered } from '../openai/api-object.ts'
import { breakpoint, number, schemaObject, text, textOr, tokens, toolName } from '../openai/chat-schema.ts'
import * as fields from './fields.ts'

const anything = v.nullish(v.unknown())
const prompt_cache_breakpoint = v.nullish(breakpoint)

const inputText = apiObject(fields.TEXT_PART, { type: v.literal('input_text'), text, prompt_cache_breakpoint })
const inputImage = apiObject(fields.IMAGE_PART, {
  type: v.literal('input_image'),
  image_url: text,
  prompt_cache_breakpoint,
})
const inputFile = apiObject(fields.FILE_PART, {
  type: v.literal('input_file'),
  file_data: text,
  filename: v.nullish(text),
  prompt_cache_breakpoint,
})
const outputText = apiObject(fields.OUTPUT_TEXT, { type: v.literal('output_text'), text })
const refusal = apiObject(fields.REFUSAL_PART, { type: v.literal('refusal'), refusal: text })

const inputParts = textOr(v.variant('type', [inputText, inputImage, inputFile]))
const message = <const Role extends string, Content extends v.GenericSchema>(role: Role, content: Content) =>
  apiObject(fields.MESSAGE, {
    type: v.nullish(v.literal('message')),
    role: v.literal(role),
    content,
    id: anything,
    status: anything,
  })
const messages = v.variant('role', [
  message('user', inputParts),
  message('system', textOr(v.variant('type', [inputText]))),
  message('developer', textOr(v.variant('type', [inputText]))),
  message('assistant', textOr(v.variant('type', [outputText, inputText, refusal]))),
])

const call = apiObject(fields.CALL, {
  type: v.literal('function_call'),
  call_id: v.pipe(v.string(), v.minLength(1, 'must not be empty.')),
  name: toolName,
  arguments: text,
  id: anything,
  status: anything,
})
const callOutput = apiObject(fields.CALL_OUTPUT, {
  type: v.literal('function_call_output'),
  call_id: text,
  output: textOr(v.variant('type', [inputText])),
  id: anything,
  status: anything,
  name: anything,
})
const reasoning = apiObject(fields.REASONING_ITEM, {
  type: v.literal('reasoning'),
  id: anything,
  summary: anything,
  content: anything,
  encrypted_content: v.nullish(text),
  status: anything,
})
const reference = notOffered(
  'type',
  'item_reference',
  'Nothing is stored here: send store: false, and the items themselves.',
)
const items = v.variant('type', [call, callOutput, reasoning, reference])

export type Part = v.InferOutput<
  typeof inputText | typeof inputImage | typeof inputFile | typeof outputText | typeof refusal
>
export interface InputMessage {
  readonly role: 'user' | 'system' | 'developer' | 'assistant'
  readonly content: string | readonly Part[]
}
type Item = InputMessage | v.InferOutput<typeof call | typeof callOutput | typeof reasoning>

/** A message needs no `type`, and a reference to an item may also have none. */
const item = v.lazy((input): v.GenericSchema<unknown, Item> => {
  const { type, role } =
    typeof input === 'object' && input !== null ? (input as { type?: unknown; role?: unknown }) : {}
  if (type === 'message' || role !== undefined) return messages as v.GenericSchema<unknown, InputMessage>
  return items as v.GenericSchema<unknown, Item>
})

/** Every other kind of tool runs at OpenAI, so the gateway cannot offer it. */
const builtIn = v.pipe(
  v.looseObject({ type: v.string() }),
  v.check(() => false, 'is a tool that runs at OpenAI. Give the model a tool of type function.'),
)
const functionTool = apiObject(fields.TOOL, {
  type: v.literal('function'),
  name: toolName,
  description: v.nullish(text),
  parameters: v.nullish(schemaObject),
  strict: v.nullish(v.boolean()),
})
const isFunction = (input: unknown) =>
  typeof input === 'object' && input !== null && 'type' in input && input.type === 'function'
const tool = v.lazy(
  (input): v.GenericSchema<unknown, v.InferOutput<typeof functionTool>> =>
    (isFunction(input) ? functionTool : builtIn) as v.GenericSchema<unknown, v.InferOutput<typeof functionTool>>,
)

const namedChoice = apiObject(fields.NAMED_CHOICE, { type: v.literal('function'), name: toolName })
const choices = v.variant('type', [
  namedChoice,
  apiObject(fields.ALLOWED_CHOICE, {
    type: v.literal('allowed_tools'),
    mode: v.picklist(['auto', 'required']),
    tools: v.array(namedChoice),
  }),
])
const choiceNames = v.picklist(['none', 'auto', 'required'])
const toolChoice = v.lazy(
  (input): v.GenericSchema<unknown, v.InferOutput<typeof choiceNames> | v.InferOutput<typeof choices>> =>
    typeof input === 'object' ? choices : choiceNames,
)

const format = v.variant('type', [
  v.strictObject({ type: v.literal('text') }),
  apiObject(fields.JSON_FORMAT, {
    type: v.literal('json_schema'),
    name: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ and -.')),
    description: v.nullish(text),
    schema: schemaObject,
    strict: v.nullish(v.boolean()),
  }),
  notOffered('type', 'json_object', 'Bedrock needs a schema: use json_schema, or ask for JSON in the prompt.'),
])

const included = v.pipe(
  v.string(),
  v.check((name) => name !== 'message.output_text.logprobs', 'is not offered: Bedrock tells no probabilities.'),
)

export const responsesSchema = apiObject(fields.RESPONSES, {
  model: text,
  input: v.lazy(
    (input): v.GenericSchema<unknown, string | Item[]> =>
      Array.isArray(input) ? v.pipe(v.array(item), v.minLength(1, 'must not be empty.')) : text,
  ),
  include: v.nullish(v.array(included)),
  instructions: v.nullish(text),
  max_output_tokens: v.nullish(tokens),
  parallel_tool_calls: v.nullish(v.boolean()),
  reasoning: v.nullish(
    apiObject(fields.REASONING, {
      effort: v.nullish(v.picklist(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
      summary: anything,
      generate_summary: anything,
    }),
  ),
  stream: v.nullish(v.boolean()),
  stream_options: v.nullish(apiObject(fields.STREAM_OPTIONS, {})),
  temperature: v.nullish(number(0, 2)),
  text: v.nullish(apiObject(fields.TEXT, { format: v.nullish(format) })),
  tool_choice: v.nullish(toolChoice),
  tools: v.nullish(v.array(tool)),
  top_p: v.nullish(number(0, 1)),
})

export type ResponsesRequest = v.InferOutput<typeof responsesSchema>
export type InputItem = Item
