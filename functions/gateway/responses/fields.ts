/**
 * How each field of a request of `POST /v1/responses` is treated. The compiler compares the table with the `openai` package's types, as in
 * openai/fields.ts.
 */
import type { OpenAI } from 'openai'
import { ignored, mapped, refused, type Use, type Uses } from '../openai/field-uses.ts'

type Create = OpenAI.Responses.ResponseCreateParams
type Format = NonNullable<OpenAI.Responses.ResponseTextConfig['format']>
type Schema = Extract<Format, { type: 'json_schema' }>

const STATELESS = 'Nothing is stored here: send store: false, and in input the whole conversation.'

export const RESPONSES = {
  ...mapped('include', 'input', 'instructions', 'max_output_tokens', 'model', 'parallel_tool_calls', 'reasoning'),
  ...mapped('stream', 'stream_options', 'temperature', 'text', 'tool_choice', 'tools', 'top_p'),

  max_tool_calls: ignored(),
  metadata: ignored({}),
  prompt_cache_key: ignored(),
  prompt_cache_options: ignored(),
  prompt_cache_retention: ignored(),
  safety_identifier: ignored(),
  store: ignored(false),
  truncation: ignored('disabled'),
  user: ignored(),

  access_programs: refused('There are no such programs on Bedrock.'),
  background: refused('An answer is given while its request waits. Leave it out, and stream.', false),
  background_options: refused('An answer is given while its request waits. Leave it out.'),
  context_management: refused('Nothing is compacted here. Send a shorter conversation.', []),
  conversation: refused(STATELESS),
  image: refused('Models answer in text only.'),
  moderation: refused('Nothing is moderated on request. Leave it out.'),
  previous_response_id: refused(STATELESS),
  prompt: refused('No prompts are stored here. Send it as instructions and input.'),
  service_tier: refused('Only the default tier is offered.', 'auto', 'default'),
  top_logprobs: refused('Bedrock tells no probabilities. Leave it out.', 0),
} as const satisfies Record<keyof Create, Use>

export const STREAM_OPTIONS = {
  include_obfuscation: ignored(false),
} as const satisfies Record<keyof NonNullable<Create['stream_options']>, Use>

export const TEXT = {
  ...mapped('format'),
  verbosity: ignored('medium'),
} as const satisfies Record<keyof OpenAI.Responses.ResponseTextConfig, Use>

export const JSON_FORMAT = {
  ...mapped('type', 'name', 'description', 'schema', 'strict'),
} as const satisfies Record<keyof Schema, Use>

export const REASONING = {
  // The reasoning's text is returned as its summary, whatever length was asked for.
  ...mapped('effort', 'summary', 'generate_summary'),
  context: ignored('auto'),
  mode: ignored('standard'),
} as const satisfies Record<keyof OpenAI.Reasoning, Use>

export const MESSAGE = {
  ...mapped('type', 'role', 'content'),
  // Fields of earlier answers that clients send back with the conversation.
  ...mapped('id', 'status'),
  phase: ignored(),
} as const satisfies Record<keyof OpenAI.Responses.EasyInputMessage | keyof OpenAI.Responses.ResponseOutputMessage, Use>

export const TEXT_PART = {
  ...mapped('type', 'text', 'prompt_cache_breakpoint'),
} as const satisfies Record<keyof OpenAI.Responses.ResponseInputText, Use>

export const IMAGE_PART = {
  ...mapped('type', 'image_url', 'prompt_cache_breakpoint'),
  detail: ignored('auto'),
  file_id: refused('Nothing is stored here. Send the image itself as image_url, a data: URL.'),
} as const satisfies Record<keyof OpenAI.Responses.ResponseInputImage, Use>

export const FILE_PART = {
  ...mapped('type', 'file_data', 'filename', 'prompt_cache_breakpoint'),
  detail: ignored('auto'),
  file_id: refused('Nothing is stored here. Send the file itself as file_data, a data: URL.'),
  file_url: refused('Nothing is fetched. Send the file itself as file_data, a data: URL.'),
} as const satisfies Record<keyof OpenAI.Responses.ResponseInputFile, Use>

export const OUTPUT_TEXT = {
  ...mapped('type', 'text'),
  annotations: ignored([]),
  logprobs: ignored([]),
  // Added by OpenAI's client for Node, and sent back with the history.
  parsed: ignored(),
} as const satisfies Record<keyof OpenAI.Responses.ResponseOutputText, Use> & Uses

export const REFUSAL_PART = {
  ...mapped('type', 'refusal'),
} as const satisfies Record<keyof OpenAI.Responses.ResponseOutputRefusal, Use>

export const CALL = {
  ...mapped('type', 'call_id', 'name', 'arguments', 'id', 'status'),
  async: ignored(false),
  caller: ignored({ type: 'direct' }),
  namespace: ignored(),
  parsed_arguments: ignored(),
} as const satisfies Record<keyof OpenAI.Responses.ResponseFunctionToolCall, Use> & Uses

export const CALL_OUTPUT = {
  ...mapped('type', 'call_id', 'output', 'id', 'status', 'name'),
  caller: ignored({ type: 'direct' }),
  namespace: ignored(),
} as const satisfies Record<keyof OpenAI.Responses.ResponseInputItem.FunctionCallOutput, Use>

export const REASONING_ITEM = {
  ...mapped('type', 'id', 'summary', 'content', 'encrypted_content', 'status'),
} as const satisfies Record<keyof OpenAI.Responses.ResponseReasoningItem, Use>

export const TOOL = {
  ...mapped('type', 'name', 'description', 'parameters', 'strict'),
  allowed_callers: ignored(['direct']),
  async: ignored(false),
  defer_loading: ignored(false),
  output_schema: ignored(),
} as const satisfies Record<keyof OpenAI.Responses.FunctionTool, Use>

export const NAMED_CHOICE = {
  ...mapped('type', 'name'),
} as const satisfies Record<keyof OpenAI.Responses.ToolChoiceFunction, Use>

export const ALLOWED_CHOICE = {
  ...mapped('type', 'mode', 'tools'),
} as const satisfies Record<keyof OpenAI.Responses.ToolChoiceAllowed, Use>
