/** Who answers as the models, and what passes between a model and Bedrock: a conversation goes in, events come out. */
import type { JsonSchema } from './json-schema.ts'

/** What a request says, whatever the format of its body. */
export interface Prompt {
  readonly system: readonly Block[]
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /** One call a turn. @default as many as the model likes */
  readonly oneToolCall?: boolean
  /** How the model thinks before it answers; not at all without it. */
  readonly reasoning?: Reasoning
  /** What the answer's text must fit. */
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
  /** For people: `Amazon Nova 2 Lite`. */
  readonly modelName: string
  readonly family: string
  /** Account and region that the call was made in. */
  readonly account: string
  readonly region: string
  readonly maxTokens: number
  /** The caller gets each event as it is made; otherwise all at the end. */
  readonly streamed: boolean
  /** The caller went away. */
  readonly signal: AbortSignal
}

export interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: readonly Block[]
}

/** A part of a message, whatever the format of the body that it came in. */
export type Block =
  | OutputBlock
  /** Bytes in Base64. */
  | { readonly type: 'image'; readonly format: string; readonly bytes: string }
  | { readonly type: 'document'; readonly format: string; readonly name: string; readonly text: string }
  | {
      readonly type: 'toolResult'
      readonly id: string
      readonly content: readonly Block[]
      readonly failed: boolean
    }
  | { readonly type: 'json'; readonly value: unknown }
  /** Everything up to here may be cached. */
  | { readonly type: 'cachePoint'; readonly ttl: CacheTtl }

export type CacheTtl = '5m' | '1h'

/** A part of an answer. */
export type OutputBlock =
  | { readonly type: 'text'; readonly text: string }
  | ToolUse
  | { readonly type: 'reasoning'; readonly text: string; readonly signature?: string }
  /** Thinking that only the model can read, in Base64. */
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
  /** A cache point follows. */
  readonly cachePoint?: CacheTtl
}

export type ToolChoice =
  | { readonly type: 'auto' }
  /** At least one, whichever. */
  | { readonly type: 'any' }
  | { readonly type: 'tool'; readonly name: string }
  | { readonly type: 'none' }

export interface Reasoning {
  /** Absent where the model decides itself. */
  readonly budgetTokens?: number
  readonly effort?: string
  /** The thinking comes without its text, signed all the same. */
  readonly hidden?: boolean
}

/** What a model writes, in order. Each block is started and stopped, and one `end` comes last. */
export type ModelEvent =
  | { readonly kind: 'start'; readonly block: BlockStart }
  /** A piece of the block's text; of a tool's input, which is JSON. */
  | { readonly kind: 'delta'; readonly text: string }
  /** Of thinking, after its text: the model takes it back only with it. */
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
  /** Which one it was, after `stop_sequence`. */
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

/** Of input, only what was neither read from the cache nor written to it. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens?: number
  /** Tokens written, by how long they are kept. */
  readonly cacheWriteTokens?: Readonly<Partial<Record<CacheTtl, number>>>
}

/** All that was written to the cache. */
export const writtenTo = ({ cacheWriteTokens = {} }: Usage): number =>
  Object.values(cacheWriteTokens).reduce((sum, tokens) => sum + (tokens ?? 0), 0)

export interface ModelBackend {
  /** @throws AwsError what Bedrock would answer when a model fails: before the first event as an answer, later as a frame */
  generate(generation: Generation): AsyncIterable<ModelEvent>
}

/** A whole answer. */
export interface Generated extends Omit<ModelEnd, 'kind'> {
  readonly content: readonly OutputBlock[]
}

/** Everything that a model writes, once it has ended. */
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

/** The input of a call that was cut off by the limit of tokens is no JSON: it is told as empty. */
function parsed(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return {}
  }
}

/** What people would read of these parts; of a tool's result too. */
export const textOf = (content: readonly Block[]): string =>
  content
    .flatMap((block) => {
      if (block.type === 'text') return [block.text]
      if (block.type === 'json') return [JSON.stringify(block.value)]
      return block.type === 'toolResult' ? [textOf(block.content)] : []
    })
    .join('\n')
