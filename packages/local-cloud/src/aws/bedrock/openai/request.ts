/** Converts a conversation of Bedrock's into the form of the OpenAI API. */
import { type Block, type Generation, type Message, type ToolChoice, textOf } from '../model-backend.ts'

export function completionRequest(model: string, generation: Generation) {
  const { system, messages, tools, toolChoice, oneToolCall, schema, streamed, stopSequences } = generation
  const { maxTokens, temperature, topP } = generation
  return {
    model,
    messages: [
      ...(system.length === 0 ? [] : [{ role: 'system', content: textOf(system) }]),
      ...messages.flatMap(messagesOf),
    ],
    max_tokens: maxTokens,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(stopSequences.length > 0 && { stop: stopSequences }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, schema: parameters }) => ({
        type: 'function',
        function: { name, ...(description !== undefined && { description }), parameters },
      })),
    }),
    ...(toolChoice && { tool_choice: choiceOf(toolChoice) }),
    ...(oneToolCall && { parallel_tool_calls: false }),
    ...(schema && { response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } } }),
    ...(streamed && { stream: true, stream_options: { include_usage: true } }),
  }
}

function choiceOf(choice: ToolChoice) {
  if (choice.type === 'tool') return { type: 'function', function: { name: choice.name } }
  return choice.type === 'any' ? 'required' : choice.type
}

/** In the OpenAI API each tool result is a message of its own, before the user's text. */
function messagesOf({ role, content }: Message): readonly object[] {
  if (role === 'assistant') return [assistantMessage(content)]
  const results = content.flatMap((block) =>
    block.type === 'toolResult' ? [{ role: 'tool', tool_call_id: block.id, content: textOf(block.content) }] : [],
  )
  const rest = content.filter(({ type }) => type !== 'toolResult')
  return rest.length === 0 ? results : [...results, { role, content: userContent(rest) }]
}

function assistantMessage(content: readonly Block[]) {
  const calls = content.flatMap((block) =>
    block.type === 'toolUse'
      ? [{ id: block.id, type: 'function', function: { name: block.name, arguments: JSON.stringify(block.input) } }]
      : [],
  )
  const text = textOf(content)
  return { role: 'assistant', content: text === '' ? null : text, ...(calls.length > 0 && { tool_calls: calls }) }
}

/** A single text is sent as a text, which every server accepts; anything else as parts. Of a document, its text is sent, if it is one. */
function userContent(content: readonly Block[]) {
  if (content.every(({ type }) => type === 'text' || type === 'cachePoint')) return textOf(content)
  return content.flatMap((block): object[] => {
    if (block.type === 'image')
      return [{ type: 'image_url', image_url: { url: `data:image/${block.format};base64,${block.bytes}` } }]
    if (block.type === 'document') return [{ type: 'text', text: `${block.name}\n${block.text}` }]
    const text = textOf([block])
    return text === '' ? [] : [{ type: 'text', text }]
  })
}
