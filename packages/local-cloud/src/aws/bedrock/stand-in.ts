/**
 * A model that needs no server: the same question gets the same answer, which names who served it. Temperature and the like
 * change nothing. A token is four characters here, begun ones counted.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type Generation, type ModelBackend, type ModelEvent, type StopReason, textOf } from './model-backend.ts'
import { CHARACTERS_PER_TOKEN, inputTokens, tokensIn } from './tokens.ts'

export interface StandInOptions {
  /** Between two events of a streamed answer, as a model that writes a few dozen tokens a second. @default 5 */
  readonly pauseMilliseconds?: number
}

/** Longer questions are quoted from their beginning. */
const QUOTED_CHARACTERS = 200

export function standIn({ pauseMilliseconds = 5 }: StandInOptions = {}): ModelBackend {
  return {
    async *generate(generation) {
      const { streamed, signal } = generation
      for (const event of eventsOf(generation)) {
        if (streamed && pauseMilliseconds > 0) await pause(pauseMilliseconds, undefined, { signal })
        yield event
      }
    },
  }
}

function* eventsOf(generation: Generation): Generator<ModelEvent> {
  const { text, stopReason } = limited(answerTo(generation), generation)
  yield { kind: 'start', block: { type: 'text' } }
  for (const piece of pieces(text)) yield { kind: 'delta', text: piece }
  yield { kind: 'stop' }
  yield {
    kind: 'end',
    stopReason,
    usage: { inputTokens: inputTokens(generation), outputTokens: tokensIn(text) },
  }
}

/** About a word each. */
const pieces = (text: string): readonly string[] => text.match(/\S+\s*|\s+/g) ?? []

function limited(
  whole: string,
  { stopSequences, maxTokens }: Generation,
): { readonly text: string; readonly stopReason: StopReason } {
  const stopped = atStopSequence(whole, stopSequences)
  const characters = [...stopped.text]
  const room = maxTokens * CHARACTERS_PER_TOKEN
  if (characters.length <= room) return stopped
  return { text: characters.slice(0, room).join(''), stopReason: 'max_tokens' }
}

function answerTo({ modelName, account, messages }: Generation): string {
  const question = textOf(messages.at(-1)?.content ?? [])
    .trim()
    .replace(/\s+/g, ' ')
  const quoted = [...question].slice(0, QUOTED_CHARACTERS).join('')
  const words = question.split(' ').length
  const size = `${words} ${words === 1 ? 'word' : 'words'}`
  const asked = quoted === question ? `“${quoted}”` : `“${quoted}…”`
  return `This is ${modelName}, served in account ${account}. You asked, in ${size}: ${asked} A real model would answer here.`
}

function atStopSequence(text: string, stopSequences: readonly string[]) {
  const ends = stopSequences.map((sequence) => text.indexOf(sequence)).filter((end) => end >= 0)
  return ends.length === 0
    ? { text, stopReason: 'end_turn' as const }
    : { text: text.slice(0, Math.min(...ends)), stopReason: 'stop_sequence' as const }
}
