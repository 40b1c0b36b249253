/** Lists the fields of a chat request that are not carried to Bedrock. A header names them, so that nobody assumes that they had an effect. */
import { ignoredIn } from './api-object.ts'
import type { ChatRequest } from './chat-schema.ts'
import type { Uses } from './field-uses.ts'
import * as fields from './fields.ts'

export const ignoredHeaders = (fields: readonly string[]): Readonly<Record<string, string>> =>
  fields.length === 0 ? {} : { 'x-genai-ignored': fields.join(', ') }

/** Names as in the API's reference, without indexes: `seed`, `messages.name`. */
export function ignoredFields(request: ChatRequest): readonly string[] {
  return [
    ...ignoredIn(fields.CHAT, request, ''),
    ...(request.stream_options ? ignoredIn(fields.STREAM_OPTIONS, request.stream_options, 'stream_options.') : []),
    ...request.messages.flatMap(ofMessage),
  ]
}

const MESSAGES = {
  system: fields.SYSTEM_MESSAGE,
  developer: fields.SYSTEM_MESSAGE,
  user: fields.USER_MESSAGE,
  assistant: fields.ASSISTANT_MESSAGE,
  tool: fields.TOOL_MESSAGE,
  function: {},
} as const satisfies Record<string, Uses>

function ofMessage(message: ChatRequest['messages'][number]): readonly string[] {
  const names = [...ignoredIn(MESSAGES[message.role], message, 'messages.')]
  if (message.role === 'assistant') {
    for (const call of message.tool_calls ?? []) {
      names.push(...ignoredIn(fields.TOOL_CALL, call, 'messages.tool_calls.'))
      names.push(...ignoredIn(fields.CALLED, call.function, 'messages.tool_calls.function.'))
    }
  }
  if (!('content' in message) || !Array.isArray(message.content)) return names
  for (const part of message.content) {
    if ('prompt_cache_breakpoint' in part && part.prompt_cache_breakpoint) {
      const path = 'messages.content.prompt_cache_breakpoint.'
      names.push(...ignoredIn(fields.BREAKPOINT, part.prompt_cache_breakpoint, path))
    }
    if (part.type === 'image_url') {
      names.push(...ignoredIn(fields.IMAGE_URL, part.image_url, 'messages.content.image_url.'))
    }
  }
  return names
}
