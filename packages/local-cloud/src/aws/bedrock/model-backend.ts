/** Who answers as the models, and what passes between a model and Bedrock: a conversation goes in, events come out. */

export interface Generation {
  /** Foundation model id, and what was called: the same or an inference profile's id. */
  readonly modelId: string
  readonly invokedId: string
  /** For people: `Amazon Nova 2 Lite`. */
  readonly modelName: string
  /** Account and region that the call was made in. */
  readonly account: string
  readonly region: string
  readonly system: readonly Block[]
  readonly messages: readonly Message[]
  readonly maxTokens: number
  readonly temperature?: number
  readonly topP?: number
  readonly stopSequences: readonly string[]
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
export type Block = { readonly type: 'text'; readonly text: string }

/** A part of an answer. */
export type OutputBlock = { readonly type: 'text'; readonly text: string }

/** What a model writes, in order. Each block is started and stopped, and one `end` comes last. */
export type ModelEvent =
  | { readonly kind: 'start'; readonly block: BlockStart }
  /** A piece of the block's text. */
  | { readonly kind: 'delta'; readonly text: string }
  | { readonly kind: 'stop' }
  | ModelEnd

export type BlockStart = { readonly type: 'text' }

export interface ModelEnd {
  readonly kind: 'end'
  readonly stopReason: StopReason
  readonly usage: Usage
}

export type StopReason = 'end_turn' | 'max_tokens' | 'stop_sequence'

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

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
  let open: { start: BlockStart; text: string } | undefined
  for await (const event of events) {
    if (event.kind === 'start') open = { start: event.block, text: '' }
    else if (event.kind === 'delta' && open) open.text += event.text
    else if (event.kind === 'stop' && open) content.push({ type: 'text', text: open.text })
    else if (event.kind === 'end') {
      const { kind, ...end } = event
      return { ...end, content }
    }
  }
  throw new Error('A model ended without saying so.')
}

/** What people would read of these parts. */
export const textOf = (content: readonly Block[]): string => content.map(({ text }) => text).join('\n')
