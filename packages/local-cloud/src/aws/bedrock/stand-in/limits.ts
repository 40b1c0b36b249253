/** Cuts an answer off at a stop sequence, or when the token limit is reached. */
import type { BlockStart, Generation, ModelEnd } from '../model-backend.ts'
import { CHARACTERS_PER_TOKEN } from '../tokens.ts'

/** A block with the text that was written so far; for a tool call its input as JSON. */
export interface Written {
  readonly start: BlockStart
  readonly text: string
  readonly signature?: string
}

export interface Ended extends Omit<ModelEnd, 'kind' | 'usage'> {
  readonly blocks: readonly Written[]
  readonly outputTokens: number
}

export function limited(
  blocks: readonly Written[],
  { maxTokens, stopSequences }: Pick<Generation, 'maxTokens' | 'stopSequences'>,
): Ended {
  const kept: Written[] = []
  let characters = 0
  const ended = (stopReason: ModelEnd['stopReason'], stopSequence?: string): Ended => ({
    blocks: kept,
    stopReason,
    ...(stopSequence !== undefined && { stopSequence }),
    outputTokens: Math.ceil(characters / CHARACTERS_PER_TOKEN),
  })
  for (const block of blocks) {
    const stopped = atStopSequence(block, stopSequences)
    const all = [...stopped.text]
    const fitting = all.slice(0, maxTokens * CHARACTERS_PER_TOKEN - characters)
    characters += fitting.length
    const { signature, ...unsigned } = block
    if (fitting.length < all.length) {
      // Thinking that was cut off gets no signature.
      kept.push({ ...unsigned, text: fitting.join('') })
      return ended('max_tokens')
    }
    kept.push({ ...block, text: stopped.text })
    if (stopped.stopSequence !== undefined) return ended('stop_sequence', stopped.stopSequence)
  }
  return ended(blocks.some(({ start }) => start.type === 'toolUse') ? 'tool_use' : 'end_turn')
}

function atStopSequence({ start, text }: Written, stopSequences: readonly string[]) {
  const [first] = stopSequences
    .map((stopSequence) => ({ stopSequence, at: start.type === 'text' ? text.indexOf(stopSequence) : -1 }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
  return first ? { text: text.slice(0, first.at), stopSequence: first.stopSequence } : { text }
}
