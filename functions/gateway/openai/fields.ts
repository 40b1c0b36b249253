/**
 * How each field of a chat request is treated. The compiler compares the tables with the types of the `openai` package: a field that a new
 * version of the package adds is a compile error here until somebody has decided.
 */
import type { OpenAI } from 'openai'
import { ignored, mapped, refused, type Use, type Uses } from './field-uses.ts'

type Chat = OpenAI.Chat.Completions.ChatCompletionCreateParams
type Named<Message, Role extends string> = Extract<Message, { role: Role }>
type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam
type Part<Type extends string> = Extract<OpenAI.Chat.Completions.ChatCompletionContentPart, { type: Type }>
type Format<Type extends string> = Extract<NonNullable<Chat['response_format']>, { type: Type }>
type Choice<Type extends string> = Extract<NonNullable<Chat['tool_choice']>, { type: Type }>

export const CHAT = {
  messages: 'mapped',
  model: 'mapped',
  max_completion_tokens: 'mapped',
  max_tokens: 'mapped',
  parallel_tool_calls: 'mapped',
  reasoning_effort: 'mapped',
  response_format: 'mapped',
  stop: 'mapped',
  stream: 'mapped',
  stream_options: 'mapped',
  temperature: 'mapped',
  tool_choice: 'mapped',
  tools: 'mapped',
  top_p: 'mapped',

  metadata: ignored(),
  prediction: ignored(),
  prompt_cache_key: ignored(),
  prompt_cache_options: ignored(),
  prompt_cache_retention: ignored(),
  safety_identifier: ignored(),
  seed: ignored(),
  store: ignored(false),
  user: ignored(),
  verbosity: ignored('medium'),

  audio: refused('Models answer in text only.'),
  frequency_penalty: refused('Bedrock has no such setting. Leave it out, or send 0.', 0),
  function_call: refused('Use tool_choice.'),
  functions: refused('Use tools.', []),
  logit_bias: refused('Bedrock has no such setting. Leave it out.', {}),
  logprobs: refused('Bedrock tells no probabilities. Leave it out.', false),
  modalities: refused('Models answer in text only.', ['text']),
  moderation: refused('Nothing is moderated on request. Leave it out.'),
  n: refused('One answer a request. Send the request again for another one.', 1),
  presence_penalty: refused('Bedrock has no such setting. Leave it out, or send 0.', 0),
  service_tier: refused('Only the default tier is offered.', 'auto', 'default'),
  top_logprobs: refused('Bedrock tells no probabilities. Leave it out.', 0),
  web_search_options: refused('There is no search on the web. Give the model a tool of your own.'),
} as const satisfies Record<keyof Chat, Use>

export const STREAM_OPTIONS = {
  include_usage: 'mapped',
  include_obfuscation: ignored(false),
} as const satisfies Record<keyof NonNullable<Chat['stream_options']>, Use>

/** LiteLLM's names, which clients of other gateways already send. */
const CACHE = { cache_control: 'mapped' } as const

export const SYSTEM_MESSAGE = {
  ...mapped('role', 'content'),
  name: ignored(),
  ...CACHE,
} as const satisfies Record<keyof Named<Message, 'system' | 'developer'>, Use> & Uses

export const USER_MESSAGE = {
  ...mapped('role', 'content'),
  name: ignored(),
  ...CACHE,
} as const satisfies Record<keyof Named<Message, 'user'>, Use> & Uses

export const ASSISTANT_MESSAGE = {
  role: 'mapped',
  content: 'mapped',
  refusal: 'mapped',
  tool_calls: 'mapped',
  name: ignored(),
  audio: refused('Models take text and images only.'),
  function_call: refused('Use tool_calls.'),
  ...CACHE,
  reasoning_content: 'mapped',
  thinking_blocks: 'mapped',
  // Parts of answers that clients send back with the history.
  annotations: ignored([]),
  parsed: ignored(),
} as const satisfies Record<keyof Named<Message, 'assistant'>, Use> & Uses

export const TOOL_MESSAGE = {
  ...mapped('role', 'content', 'tool_call_id'),
  // LangChain sends the tool's name, which the call has already.
  name: ignored(),
  ...CACHE,
} as const satisfies Record<keyof Named<Message, 'tool'>, Use> & Uses

export const TEXT_PART = {
  ...mapped('type', 'text', 'prompt_cache_breakpoint'),
  ...CACHE,
} as const satisfies Record<keyof Part<'text'>, Use> & Uses

export const IMAGE_PART = {
  ...mapped('type', 'image_url', 'prompt_cache_breakpoint'),
  ...CACHE,
} as const satisfies Record<keyof Part<'image_url'>, Use> & Uses

export const IMAGE_URL = {
  url: 'mapped',
  detail: ignored('auto'),
} as const satisfies Record<keyof Part<'image_url'>['image_url'], Use>

export const FILE_PART = {
  ...mapped('type', 'file', 'prompt_cache_breakpoint'),
  ...CACHE,
} as const satisfies Record<keyof Part<'file'>, Use> & Uses

export const FILE = {
  file_data: 'mapped',
  filename: 'mapped',
  file_id: refused('Nothing is stored here. Send the file itself as file_data, a data: URL.'),
} as const satisfies Record<keyof Part<'file'>['file'], Use>

export const REFUSAL_PART = {
  ...mapped('type', 'refusal'),
} as const satisfies Record<keyof OpenAI.Chat.Completions.ChatCompletionContentPartRefusal, Use>

export const BREAKPOINT = {
  mode: 'mapped',
  ttl: ignored(),
} as const satisfies Record<keyof NonNullable<Part<'text'>['prompt_cache_breakpoint']>, Use>

export const CACHE_CONTROL = { type: 'mapped', ttl: 'mapped' } as const

export const TOOL = {
  ...mapped('type', 'function'),
  ...CACHE,
} as const satisfies Record<keyof OpenAI.Chat.Completions.ChatCompletionFunctionTool, Use> & Uses

export const FUNCTION = {
  ...mapped('name', 'description', 'parameters', 'strict'),
} as const satisfies Record<keyof OpenAI.FunctionDefinition, Use>

export const TOOL_CALL = {
  ...mapped('id', 'type', 'function'),
  index: ignored(),
} as const satisfies Record<keyof OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall, Use> & Uses

export const CALLED = {
  ...mapped('name', 'arguments'),
  parsed_arguments: ignored(),
} as const satisfies Record<keyof OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall['function'], Use> & Uses

export const NAMED_CHOICE = {
  ...mapped('type', 'function'),
} as const satisfies Record<keyof Choice<'function'>, Use>

export const ALLOWED_CHOICE = {
  ...mapped('type', 'allowed_tools'),
} as const satisfies Record<keyof Choice<'allowed_tools'>, Use>

export const ALLOWED_TOOLS = {
  ...mapped('mode', 'tools'),
} as const satisfies Record<keyof Choice<'allowed_tools'>['allowed_tools'], Use>

export const JSON_FORMAT = {
  ...mapped('type', 'json_schema'),
} as const satisfies Record<keyof Format<'json_schema'>, Use>

export const JSON_SCHEMA = {
  ...mapped('name', 'description', 'schema'),
  // Bedrock always keeps to a schema, whether or not `strict` is set.
  strict: 'mapped',
} as const satisfies Record<keyof Format<'json_schema'>['json_schema'], Use>

export const EMBEDDINGS = {
  ...mapped('input', 'model', 'dimensions', 'encoding_format'),
  user: ignored(),
  // Cohere's own field, which has no default there.
  input_type: 'mapped',
} as const satisfies Record<keyof OpenAI.Embeddings.EmbeddingCreateParams, Use> & Uses
