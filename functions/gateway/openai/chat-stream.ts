/** Turns ConverseStream's events into the chunks of a chat completion. */
import type { OpenAI } from 'openai'
import { GatewayError } from '../errors.ts'
import type { ConverseStreamEvent } from '../model/wire.ts'
import { serverSentEvent } from '../shapes/shape.ts'
import type { Encoder } from '../stream.ts'
import { type AnswerOptions, answerHead, finishReason, type ThinkingBlock, usageOf } from './answer-parts.ts'

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk
type Choice = Chunk['choices'][number]

type Delta = Choice['delta'] & {
  reasoning_content?: string
  /** All blocks at once when the message ends: a client that adds chunks up then has each block exactly once. */
  thinking_blocks?: readonly ThinkingBlock[]
}

export interface ChatStreamOptions extends AnswerOptions {
  readonly includeUsage: boolean
}

/** A block of the model's message. Its number there is not passed on, because OpenAI's clients have no use for it. */
interface Block {
  /** The number of the tool call: the first is 0, and no number is left out. */
  readonly call: number | undefined
  hasArguments: boolean
  thinking: string
  signature: string
  /** Base64 texts, one for each delta. */
  readonly redacted: string[]
}

export function chatStream(options: ChatStreamOptions): Encoder<ConverseStreamEvent> {
  // Made once, because every chunk begins with it.
  const head = JSON.stringify({
    ...answerHead(options),
    object: 'chat.completion.chunk',
    ...(options.includeUsage && { usage: null }),
  } satisfies Omit<Chunk, 'choices'>).slice(0, -1)
  const blocks = new Map<number, Block>()
  const thinking: ThinkingBlock[] = []
  let calls = 0

  const send = (rest: Pick<Chunk, 'choices'>): string => serverSentEvent(`${head},${JSON.stringify(rest).slice(1)}`)
  /** The last chunk: it has no choice, and has the usage, which is null in every chunk before it. */
  const last = (usage: Chunk['usage']): string =>
    serverSentEvent({ ...answerHead(options), object: 'chat.completion.chunk', choices: [], usage } as Chunk)
  const delta = (content: Delta, finish: Choice['finish_reason'] = null): string =>
    send({ choices: [{ index: 0, delta: content, logprobs: null, finish_reason: finish }] })
  const argumentsOf = (index: number, text: string): string =>
    delta({ tool_calls: [{ index, function: { arguments: text } }] })

  function open(index: number | undefined, call: number | undefined): Block {
    const made: Block = { call, hasArguments: false, thinking: '', signature: '', redacted: [] }
    blocks.set(index ?? 0, made)
    return made
  }

  /** Bedrock sends no start event for texts and reasoning. */
  function block(index: number | undefined): Block {
    const known = blocks.get(index ?? 0)
    if (known) return known
    return open(index, undefined)
  }

  function start({ contentBlockIndex, start: begun }: NonNullable<ConverseStreamEvent['contentBlockStart']>): string {
    if (!begun?.toolUse) return ''
    const call = calls++
    open(contentBlockIndex, call)
    const { toolUseId = '', name = '' } = begun.toolUse
    return delta({ tool_calls: [{ index: call, id: toolUseId, type: 'function', function: { name, arguments: '' } }] })
  }

  function change({ contentBlockIndex, delta: part }: NonNullable<ConverseStreamEvent['contentBlockDelta']>): string {
    const into = block(contentBlockIndex)
    if (part?.text) return delta({ content: part.text })
    if (part?.toolUse?.input) {
      if (into.call === undefined) throw invalid('arguments came before their call')
      into.hasArguments = true
      return argumentsOf(into.call, part.toolUse.input)
    }
    const { text, signature, redactedContent } = part?.reasoningContent ?? {}
    into.signature += signature ?? ''
    if (redactedContent) into.redacted.push(redactedContent)
    into.thinking += text ?? ''
    return text ? delta({ reasoning_content: text }) : ''
  }

  /** For a tool without parameters, the model sends no input at all; the arguments are then an empty object, not an empty text. */
  function stop(index: number): string {
    const ended = blocks.get(index)
    if (!ended) return ''
    blocks.delete(index)
    if (ended.redacted.length > 0) thinking.push({ type: 'redacted_thinking', data: joined(ended.redacted) })
    else if (ended.signature) thinking.push({ type: 'thinking', thinking: ended.thinking, signature: ended.signature })
    return ended.call !== undefined && !ended.hasArguments ? argumentsOf(ended.call, '{}') : ''
  }

  function finish(stopReason: string | undefined): string {
    const rest = [...blocks.keys()].map(stop).join('')
    const signed = thinking.length > 0 ? delta({ thinking_blocks: thinking }) : ''
    return rest + signed + delta({}, finishReason(stopReason, calls))
  }

  return {
    encode(event) {
      if (event.messageStart) return delta({ role: 'assistant', content: '' })
      if (event.contentBlockStart) return start(event.contentBlockStart)
      if (event.contentBlockDelta) return change(event.contentBlockDelta)
      if (event.contentBlockStop) return stop(event.contentBlockStop.contentBlockIndex ?? 0)
      if (event.messageStop) return finish(event.messageStop.stopReason)
      const usage = usageOf(event.metadata?.usage)
      return usage && options.includeUsage ? last(usage) : ''
    },
    end: () => serverSentEvent('[DONE]'),
  }
}

const invalid = (why: string) =>
  new GatewayError('model_answer_invalid', `The model service sent something that is no stream of Converse: ${why}.`)

function joined(base64: readonly string[]): string {
  return Buffer.concat(base64.map((text) => Buffer.from(text, 'base64'))).toString('base64')
}
