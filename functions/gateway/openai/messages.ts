/** Turns the messages of a chat request into Converse's: roles alternate, every call has its result, and no text is blank. */
import type { ModelFeatures } from '../model/features.ts'
import type { ConverseRequest, WireContentBlock } from '../model/wire.ts'
import { assistantContent } from './assistant-message.ts'
import { cachePoint } from './cache-points.ts'
import type { ChatMessage, ContentPart, ToolMessage, UserMessage } from './chat-schema.ts'
import { documentBlock, documentName, imageBlock } from './media.ts'
import type { MessageOptions } from './message-options.ts'
import { refuse } from './refuse.ts'
import { asText, checkPairs, resultBlock } from './tool-history.ts'

export type WireMessage = NonNullable<ConverseRequest['messages']>[number]
export type WireSystem = NonNullable<ConverseRequest['system']>[number]

export interface WireMessages {
  readonly system: readonly WireSystem[]
  readonly messages: readonly WireMessage[]
}

export function convertMessages(messages: readonly ChatMessage[], options: MessageOptions): WireMessages {
  checkPairs(messages)
  const system: WireSystem[] = []
  const turns: WireMessage[] = []
  let documents = 0
  for (const [index, message] of messages.entries()) {
    const param = `messages.${index}`
    if (message.role === 'system' || message.role === 'developer') {
      for (const block of textBlocks(message, options)) system.push(block as WireSystem)
      continue
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content =
      message.role === 'assistant'
        ? assistantContent(message, param, options)
        : message.role === 'tool'
          ? toolContent(message, options)
          : userContent(message, param, options, () => ++documents)
    const last = turns.at(-1)
    if (content.length === 0) continue
    if (last?.role !== role) turns.push({ role, content: [...content] })
    // Done one by one: spreading as many arguments as the caller sent parts would overflow the stack.
    else for (const block of content) last.content?.push(block)
  }
  checkTurns(turns, messages, options.features)
  trimLast(turns)
  return { system, messages: turns }
}

function checkTurns(turns: readonly WireMessage[], messages: readonly ChatMessage[], { prefill }: ModelFeatures) {
  if (turns[0]?.role !== 'user') {
    throw refuse('messages', 'must begin with a message of the user that is not blank, after the system messages.')
  }
  if (turns.at(-1)?.role === 'assistant' && !prefill) {
    throw refuse(
      `messages.${messages.length - 1}`,
      'is of the assistant, and this model does not go on with an answer that was begun. End with a message of the user.',
    )
  }
}

/** Claude refuses an assistant's beginning that ends in white space, and continues the same way without it. */
function trimLast(turns: readonly WireMessage[]): void {
  const last = turns.at(-1)
  const block = last?.role === 'assistant' ? last.content?.at(-1) : undefined
  if (block?.text !== undefined) block.text = block.text.trimEnd()
}

function userContent(
  message: UserMessage,
  param: string,
  options: MessageOptions,
  nextDocument: () => number,
): readonly WireContentBlock[] {
  if (typeof message.content === 'string') return textBlocks({ ...message, content: message.content }, options)
  const blocks = message.content.flatMap((part, index) => {
    const block = partBlock(part, `${param}.content.${index}`, nextDocument)
    return block ? [block, ...cachePoint(part, 'messages', options)] : []
  })
  if (blocks.some((block) => 'document' in block) && !blocks.some((block) => 'text' in block)) {
    throw refuse(
      `${param}.content`,
      'has a file without a text beside it, which Bedrock does not take. Say what to do with it.',
    )
  }
  return blocks.length === 0 ? [] : [...blocks, ...cachePoint(message, 'messages', options)]
}

function partBlock(part: ContentPart, param: string, nextDocument: () => number): WireContentBlock | undefined {
  if (part.type === 'text') return isBlank(part.text) ? undefined : { text: part.text }
  if (part.type === 'image_url') return imageBlock(part, param)
  if (part.type === 'file') return documentBlock(part, param, documentName(part.file.filename, nextDocument()))
  return undefined
}

interface Texts {
  readonly content: string | readonly { readonly text: string }[]
}

/** Bedrock refuses blank texts, which some clients send. */
function textBlocks(message: Texts, options: MessageOptions): readonly Extract<WireContentBlock, { text: string }>[] {
  const parts = typeof message.content === 'string' ? [{ text: message.content }] : message.content
  const blocks = parts.flatMap((part) =>
    isBlank(part.text) ? [] : [{ text: part.text }, ...cachePoint(part, 'messages', options)],
  )
  const all = blocks.length === 0 ? [] : [...blocks, ...cachePoint(message, 'messages', options)]
  return all as readonly Extract<WireContentBlock, { text: string }>[]
}

function toolContent(message: ToolMessage, options: MessageOptions): readonly WireContentBlock[] {
  const block = resultBlock(message)
  return [...(options.tools ? [block] : asText([block])), ...cachePoint(message, 'messages', options)]
}

const isBlank = (text: string): boolean => text.trim() === ''
