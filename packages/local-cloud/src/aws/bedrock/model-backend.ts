/** The interface between Bedrock and what answers as the models: a conversation goes in, events come out. */
import type { JsonSchema } from './json-schema.ts'

/** What a request says, whatever the format of its body. */
export interface Prompt {
  readonly system: readonly Block[]
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /**
   * At most one tool call in a turn.
   * @default as many as the model likes
   */
  readonly oneToolCall?: boolean
  /** How the model thinks before it answers; absent: it does not. */
  readonly reasoning?: Reasoning
  /** The schema that the answer's text must fit. */
  readonly schema?: JsonSchema
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly stopSequences: readonly string[]
}

export interface Generation extends Prompt {
  /** Foundation model id, and what was called: the same or an inference profile's id. */
  readonly modelId: string
  readonly invokedId: string
  /** The name that people read: `Amazon Nova 2 Lite`. */
  readonly modelName: string
  readonly family: string
  /** Account and region of the call. */
  readonly account: string
  readonly region: string
  readonly maxTokens: number
  /** Whether the caller gets each event as it is made, or everything at the end. */
  readonly streamed: boolean
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal
}

export interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: readonly Block[]
}

/** A part of a message, whatever the format of the body that it came in. */
export type Block =
  | OutputBlock
  /** `bytes` is in Base64. */
  | { readonly type: 'image'; readonly format: string; readonly bytes: string }
  | { readonly type: 'document'; readonly format: string; readonly name: string; readonly text: string }
  | {
      readonly type: 'toolResult'
      readonly id: string
      readonly content: readonly Block[]
      readonly failed: boolean
    }
  | { readonly type: 'json'; readonly value: unknown }
  /** Everything before this point may be cached. */
  | { readonly type: 'cachePoint'; readonly ttl: CacheTtl }

export type CacheTtl = '5m' | '1h'

/** A part of an answer. */
export type OutputBlock =
  | { readonly type: 'text'; readonly text: string }
  | ToolUse
  | { readonly type: 'reasoning'; readonly text: string; readonly signature?: string }
  /** Thinking that only the model can read; `data` is in Base64. */
  | { readonly type: 'redacted'; readonly data: string }

export interface ToolUse {
  readonly type: 'toolUse'
  readonly id: string
  readonly name: string
  readonly input: unknown
}

export interface Tool {
  readonly name: string
  readonly description?: string
  readonly schema: JsonSchema
  /** A cache point follows this tool. */
  readonly cachePoint?: CacheTtl
}

export type ToolChoice =
  | { readonly type: 'auto' }
  /** The model must call at least one tool, of its choice. */
  | { readonly type: 'any' }
  | { readonly type: 'tool'; readonly name: string }
  | { readonly type: 'none' }

export interface Reasoning {
  /** Absent if the model decides by itself. */
  readonly budgetTokens?: number
  readonly effort?: string
  /** The thinking's text is left out, but its signature is sent. */
  readonly hidden?: boolean
}

/** What a model writes, in order. Each block is started and stopped, and one `end` comes last. */
export type ModelEvent =
  | { readonly kind: 'start'; readonly block: BlockStart }
  /** A piece of the block's text. For a tool call it is a piece of its input, which is JSON. */
  | { readonly kind: 'delta'; readonly text: string }
  /** The signature of the thinking, sent after its text. The model accepts the block in a later turn only with its signature. */
  | { readonly kind: 'signature'; readonly signature: string }
  | { readonly kind: 'stop' }
  | ModelEnd

export type BlockStart =
  | { readonly type: 'text' | 'reasoning' }
  | { readonly type: 'toolUse'; readonly id: string; readonly name: string }
  | { readonly type: 'redacted'; readonly data: string }

export interface ModelEnd {
  readonly kind: 'end'
  readonly stopReason: StopReason
  /** Which stop sequence it was, for `stop_sequence`. */
  readonly stopSequence?: string
  readonly usage: Usage
}

export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'content_filtered'
  | 'guardrail_intervened'

/** `inputTokens` are only those that were neither read from the cache nor written to it. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens?: number
  /** Tokens written to the cache, by how long they are kept. */
  readonly cacheWriteTokens?: Readonly<Partial<Record<CacheTtl, number>>>
}

/** The sum of all tokens written to the cache. */
export const writtenTo = ({ cacheWriteTokens = {} }: Usage): number =>
  Object.values(cacheWriteTokens).reduce((sum, tokens) => sum + (tokens ?? 0), 0)

export interface ModelBackend {
  /** @throws AwsError as Bedrock does when a model fails: before the first event it becomes the answer, later a frame */
  generate(generation: Generation): AsyncIterable<ModelEvent>
}

/** A whole answer. */
export interface Generated extends Omit<ModelEnd, 'kind'> {
  readonly content: readonly OutputBlock[]
}

/** Collects everything that a model writes, until it ends. */
export async function collect(events: AsyncIterable<ModelEvent>): Promise<Generated> {
  const content: OutputBlock[] = []
  let open: { readonly start: BlockStart; text: string; signature?: string } | undefined
  for await (const event of events) {
    if (event.kind === 'start') open = { start: event.block, text: '' }
    else if (event.kind === 'delta' && open) open.text += event.text
    else if (event.kind === 'signature' && open) open.signature = event.signature
    else if (event.kind === 'stop' && open) content.push(blockOf(open.start, open.text, open.signature))
    else if (event.kind === 'end') {
      const { kind, ...end } = event
      return { ...end, content }
    }
  }
  throw new Error('A model ended without saying so.')
}

function blockOf(start: BlockStart, text: string, signature: string | undefined): OutputBlock {
  switch (start.type) {
    case 'text':
      return { type: 'text', text }
    case 'reasoning':
      return { type: 'reasoning', text, ...(signature !== undefined && { signature }) }
    case 'redacted':
      return start
    case 'toolUse':
      return { ...start, input: parsed(text) }
  }
}

/** If the token limit cuts off a call's input, it is no valid JSON. It is then returned as an empty object. */
function parsed(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return {}
  }
}

/** The text that people would read in these blocks, tool results included. */
export const textOf = (content: readonly Block[]): string =>
  content
    .flatMap((block) => {
      if (block.type === 'text') return [block.text]
      if (block.type === 'json') return [JSON.stringify(block.value)]
      return block.type === 'toolResult' ? [textOf(block.content)] : []
    })
    .join('\n')
