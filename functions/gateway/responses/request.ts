/** Turns a request of the Responses API into a chat request, which is then mapped to Bedrock's Converse like any other. */
import type { Body } from '../body.ts'
import { GatewayError } from '../errors.ts'
import { mayLoseNumbers, parseKeepingNumbers } from '../json.ts'
import { ignoredIn } from '../openai/api-object.ts'
import { type BedrockModel, type MappedChat, mapChat } from '../openai/chat-request.ts'
import type { AssistantMessage, ChatMessage, ChatRequest, ContentPart, ToolMessage } from '../openai/chat-schema.ts'
import { parseFields } from '../validate.ts'
import * as fields from './fields.ts'
import { type Thought, unsealed } from './reasoning.ts'
import { type InputItem, type InputMessage, type ResponsesRequest, responsesSchema } from './schema.ts'

export const readResponses = ({ text, fields: parsed }: Body): ResponsesRequest =>
  parseFields(responsesSchema, mayLoseNumbers(text) ? parseKeepingNumbers(text) : parsed)

export function mapResponses(request: ResponsesRequest, model: BedrockModel): MappedChat {
  const { messages, places } = conversation(request)
  try {
    const { body, ignored } = mapChat(chatRequest(request, messages), model)
    const names = [...ignored.map((name) => nameOf(name, places)), ...ignoredFields(request)]
    return { body, ignored: [...new Set(names)].sort() }
  } catch (error) {
    if (error instanceof GatewayError && error.param !== undefined) throw renamed(error, error.param, places)
    throw error
  }
}

function chatRequest(request: ResponsesRequest, messages: readonly ChatMessage[]): ChatRequest {
  const { format } = request.text ?? {}
  const { tools, tool_choice: choice } = request
  const functionOf = ({ name }: { readonly name: string }) => ({ type: 'function' as const, function: { name } })
  return {
    model: request.model,
    messages: [...messages],
    max_completion_tokens: request.max_output_tokens,
    parallel_tool_calls: request.parallel_tool_calls,
    reasoning_effort: request.reasoning?.effort,
    ...(format?.type === 'json_schema' && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: format.name, description: format.description ?? undefined, schema: format.schema },
      },
    }),
    temperature: request.temperature,
    top_p: request.top_p,
    ...(tools && {
      tools: tools.map(({ name, description, parameters, strict }) => ({
        type: 'function' as const,
        function: { name, description, parameters, strict },
      })),
    }),
    ...(choice && {
      tool_choice:
        typeof choice === 'string'
          ? choice
          : choice.type === 'function'
            ? functionOf(choice)
            : { type: choice.type, allowed_tools: { mode: choice.mode, tools: choice.tools.map(functionOf) } },
    }),
  } as ChatRequest
}

interface Conversation {
  readonly messages: readonly ChatMessage[]
  /** For each message, the field from which it was made. */
  readonly places: readonly string[]
}

type TextPart = Extract<ContentPart, { type: 'text' }>

/** An assistant's message while it is put together: all items between two turns of the caller become one message. */
interface Answer {
  role: 'assistant'
  content: TextPart[]
  tool_calls: NonNullable<AssistantMessage['tool_calls']>
  thinking_blocks: Thought[]
}

function conversation({ instructions, input }: ResponsesRequest): Conversation {
  const messages: ChatMessage[] = []
  const places: string[] = []
  const add = (message: ChatMessage, place: string) => {
    messages.push(message)
    places.push(place)
  }
  let answer: Answer | undefined
  const answering = (place: string): Answer => {
    if (answer) return answer
    answer = { role: 'assistant', content: [], tool_calls: [], thinking_blocks: [] }
    add(answer as unknown as ChatMessage, place)
    return answer
  }
  if (instructions) add({ role: 'system', content: instructions }, 'instructions')
  const items: readonly InputItem[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input
  for (const [index, item] of items.entries()) {
    const place = typeof input === 'string' ? 'input' : `input.${index}`
    if ('role' in item && item.role === 'assistant') {
      for (const text of texts(item.content)) answering(place).content.push({ type: 'text', text })
    } else if ('role' in item) {
      answer = undefined
      add({ role: item.role, content: parts(item.content) } as ChatMessage, place)
    } else if (item.type === 'function_call') {
      const { call_id: id, name, arguments: text } = item
      answering(place).tool_calls.push({ id, type: 'function', function: { name, arguments: text } })
    } else if (item.type === 'function_call_output') {
      answer = undefined
      const message: ToolMessage = { role: 'tool', tool_call_id: item.call_id, content: parts(item.output) as string }
      add(message, place)
    } else if (item.type === 'reasoning' && item.encrypted_content) {
      for (const thought of unsealed(item.encrypted_content, `${place}.encrypted_content`)) {
        answering(place).thinking_blocks.push(thought)
      }
    }
  }
  return { messages, places }
}

type Content = InputMessage['content']

const texts = (content: Content): readonly string[] =>
  typeof content === 'string'
    ? [content]
    : content.map((part) => (part.type === 'refusal' ? part.refusal : 'text' in part ? part.text : ''))

function parts(content: Content): string | ContentPart[] {
  if (typeof content === 'string') return content
  return content.map((part): ContentPart => {
    const { prompt_cache_breakpoint } = part as {
      readonly prompt_cache_breakpoint?: TextPart['prompt_cache_breakpoint']
    }
    const cache = prompt_cache_breakpoint ? { prompt_cache_breakpoint } : {}
    switch (part.type) {
      case 'input_image':
        return { type: 'image_url', image_url: { url: part.image_url }, ...cache }
      case 'input_file':
        return { type: 'file', file: { file_data: part.file_data, filename: part.filename }, ...cache }
      case 'refusal':
        return { type: 'text', text: part.refusal }
      default:
        return { type: 'text', text: part.text, ...cache }
    }
  })
}

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^messages$/, 'input'],
  [/^max_(completion_)?tokens$/, 'max_output_tokens'],
  [/^reasoning_effort$/, 'reasoning.effort'],
  [/^response_format/, 'text.format'],
  [/^tools\.function\./, 'tools.'],
  [/^tool_choice\.function\./, 'tool_choice.'],
  [/^tool_choice\.allowed_tools\./, 'tool_choice.'],
  [/^messages\.thinking_blocks$/, 'input.encrypted_content'],
  [/^messages\.tool_calls\./, 'input.'],
  [/^messages\./, 'input.'],
]

/** The name in this API of a chat request's field; for a field of a message, the item from which the message was made. */
function nameOf(param: string, places: readonly string[]): string {
  const [, index, rest = ''] = /^messages\.(\d+)(.*)$/.exec(param) ?? []
  if (index !== undefined) return `${places[Number(index)] ?? 'input'}${rest.startsWith('.content.') ? rest : ''}`
  const found = NAMES.find(([pattern]) => pattern.test(param))
  return found ? param.replace(found[0], found[1]) : param
}

function renamed(error: GatewayError, param: string, places: readonly string[]): GatewayError {
  const name = nameOf(param, places)
  const { code, message, cause, headers } = error
  return new GatewayError(code, message.replace(`"${param}"`, `"${name}"`), { cause, headers, param: name })
}

const ITEMS = { function_call: fields.CALL, function_call_output: fields.CALL_OUTPUT } as const
const PARTS = { input_image: fields.IMAGE_PART, input_file: fields.FILE_PART, output_text: fields.OUTPUT_TEXT } as const

/** Fields that only this API has, and that are not carried to Bedrock. */
function ignoredFields(request: ResponsesRequest): readonly string[] {
  const { text, reasoning, stream_options: stream, tools, input } = request
  const names = [
    ...ignoredIn(fields.RESPONSES, request, ''),
    ...(text ? ignoredIn(fields.TEXT, text, 'text.') : []),
    ...(reasoning ? ignoredIn(fields.REASONING, reasoning, 'reasoning.') : []),
    ...(stream ? ignoredIn(fields.STREAM_OPTIONS, stream, 'stream_options.') : []),
    ...(tools ?? []).flatMap((tool) => ignoredIn(fields.TOOL, tool, 'tools.')),
  ]
  for (const item of typeof input === 'string' ? [] : input) {
    if ('role' in item) {
      names.push(...ignoredIn(fields.MESSAGE, item, 'input.'))
      for (const part of typeof item.content === 'string' ? [] : item.content) {
        if (part.type in PARTS) {
          names.push(...ignoredIn(PARTS[part.type as keyof typeof PARTS], part, 'input.content.'))
        }
      }
    } else if (item.type in ITEMS) {
      names.push(...ignoredIn(ITEMS[item.type as keyof typeof ITEMS], item, 'input.'))
    }
  }
  return names
}
