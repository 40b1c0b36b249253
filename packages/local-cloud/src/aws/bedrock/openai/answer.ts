/** Converts answers of a server with the OpenAI API, whole or in chunks, into a model's events. */
import { AwsError } from '../../../errors.ts'
import type { BlockStart, ModelEvent, StopReason } from '../model-backend.ts'
import { signatureOf } from '../reasoning.ts'

export interface Completion {
  readonly choices?: readonly { readonly message?: Said | null; readonly finish_reason?: string | null }[]
  readonly usage?: Counted | null
}

export interface Chunk {
  readonly choices?: readonly { readonly delta?: Said | null; readonly finish_reason?: string | null }[]
  readonly usage?: Counted | null
  readonly error?: unknown
}

interface Said {
  readonly content?: string | null
  /** The thinking of servers whose models think; Ollama calls the field `reasoning`. */
  readonly reasoning_content?: string | null
  readonly reasoning?: string | null
  readonly tool_calls?: readonly Call[] | null
}

interface Call {
  readonly index?: number
  readonly id?: string
  readonly function?: { readonly name?: string; readonly arguments?: string }
}

interface Counted {
  readonly prompt_tokens?: number
  readonly completion_tokens?: number
}

/** @param thinks whether the caller asked for thinking; otherwise the answer's thinking is left out */
export function* wholeAnswer({ choices: [choice] = [], usage }: Completion, thinks: boolean): Generator<ModelEvent> {
  const said = choice?.message
  const spoken = typeof said?.content === 'string' || (said?.tool_calls ?? []).length > 0
  if (!said || !spoken) throw failed('answered without a message')
  const answer = new Answer(thinks)
  yield* answer.say({ ...said, tool_calls: said.tool_calls?.map((call, index) => ({ ...call, index })) ?? [] })
  yield* answer.end(choice?.finish_reason, usage)
}

/** @throws AwsError if the server says that it failed, or if the stream ends without a finish reason */
export async function* streamedAnswer(chunks: AsyncIterable<Chunk>, thinks: boolean): AsyncGenerator<ModelEvent> {
  const answer = new Answer(thinks)
  let finishReason: string | undefined
  let usage: Counted | undefined
  for await (const chunk of chunks) {
    if (chunk.error !== undefined) throw failed('failed in the middle of its answer')
    const [choice] = chunk.choices ?? []
    if (choice?.delta) yield* answer.say(choice.delta)
    finishReason = choice?.finish_reason ?? finishReason
    usage = chunk.usage ?? usage
  }
  if (finishReason === undefined) throw failed('broke off in the middle of its answer')
  yield* answer.end(finishReason, usage)
}

export const failed = (how: string) => new AwsError('ModelErrorException', `The model server ${how}.`, 424)

/** Writes blocks one after the other, as Bedrock's answers have them. */
class Answer {
  readonly #thinks: boolean
  #open: BlockStart | undefined
  /** The index of the server's tool call that is open. */
  #call = -1
  #thinking = ''
  #called = false

  constructor(thinks: boolean) {
    this.#thinks = thinks
  }

  *say({ content, reasoning_content, reasoning, tool_calls }: Said): Generator<ModelEvent> {
    const thinking = reasoning_content ?? reasoning
    if (thinking && this.#thinks) {
      yield* this.#begin({ type: 'reasoning' })
      this.#thinking += thinking
      yield { kind: 'delta', text: thinking }
    }
    if (content) {
      yield* this.#begin({ type: 'text' })
      yield { kind: 'delta', text: content }
    }
    for (const call of tool_calls ?? []) yield* this.#say(call)
  }

  *#say({ index = this.#call, id, function: called }: Call): Generator<ModelEvent> {
    if (index !== this.#call) {
      if (index < this.#call) throw failed('mixed up the calls of two tools')
      this.#call = index
      this.#called = true
      yield* this.#stop()
      this.#open = { type: 'toolUse', id: id ?? `call_${index}`, name: called?.name ?? '' }
      yield { kind: 'start', block: this.#open }
    }
    if (called?.arguments) yield { kind: 'delta', text: called.arguments }
  }

  *end(finishReason: string | null | undefined, usage: Counted | null | undefined): Generator<ModelEvent> {
    yield* this.#stop()
    yield {
      kind: 'end',
      // Some servers say `stop` after a tool call. The API does not distinguish a stop sequence from the model's own end.
      stopReason: this.#called && finishReason !== 'length' ? 'tool_use' : (REASONS[finishReason ?? ''] ?? 'end_turn'),
      usage: { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 },
    }
  }

  *#begin(block: { readonly type: 'text' | 'reasoning' }): Generator<ModelEvent> {
    if (this.#open?.type === block.type) return
    yield* this.#stop()
    this.#open = block
    yield { kind: 'start', block }
  }

  *#stop(): Generator<ModelEvent> {
    if (!this.#open) return
    if (this.#open.type === 'reasoning') {
      yield { kind: 'signature', signature: signatureOf(this.#thinking) }
      this.#thinking = ''
    }
    this.#open = undefined
    yield { kind: 'stop' }
  }
}

const REASONS: Readonly<Record<string, StopReason>> = { length: 'max_tokens', content_filter: 'content_filtered' }
