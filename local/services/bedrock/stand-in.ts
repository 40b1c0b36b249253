/**
 * A model that needs no server: the same question gets the same answer, which names who served it. Temperature and the like
 * change nothing. A token is four characters here, begun ones counted.
 */
import type { Generated, Generation, ModelBackend } from './model-backend.ts'

const CHARACTERS_PER_TOKEN = 4
/** Longer questions are quoted from their beginning. */
const QUOTED_CHARACTERS = 200

export const tokensIn = (text: string) => Math.ceil([...text].length / CHARACTERS_PER_TOKEN)

/** Tokens of everything that the model reads. */
export const inputTokens = ({ system, messages }: Pick<Generation, 'system' | 'messages'>) =>
  [system, ...messages.map(({ text }) => text)].reduce((sum, text) => sum + tokensIn(text), 0)

export const standIn: ModelBackend = {
  async generate(generation) {
    const stopped = atStopSequence(answerTo(generation), generation.stopSequences)
    const characters = [...stopped.text]
    const room = generation.maxTokens * CHARACTERS_PER_TOKEN
    const cut = characters.length > room
    const text = cut ? characters.slice(0, room).join('') : stopped.text
    return {
      text,
      stopReason: cut ? 'max_tokens' : stopped.stopReason,
      inputTokens: inputTokens(generation),
      outputTokens: tokensIn(text),
    }
  },
}

function answerTo({ modelName, account, messages }: Generation): string {
  const question = (messages.at(-1)?.text ?? '').trim().replace(/\s+/g, ' ')
  const quoted = [...question].slice(0, QUOTED_CHARACTERS).join('')
  const words = question.split(' ').length
  const size = `${words} ${words === 1 ? 'word' : 'words'}`
  const asked = quoted === question ? `“${quoted}”` : `“${quoted}…”`
  return `This is ${modelName}, served in account ${account}. You asked, in ${size}: ${asked} A real model would answer here.`
}

function atStopSequence(text: string, stopSequences: readonly string[]): Pick<Generated, 'text' | 'stopReason'> {
  const ends = stopSequences.map((sequence) => text.indexOf(sequence)).filter((end) => end >= 0)
  return ends.length === 0
    ? { text, stopReason: 'end_turn' }
    : { text: text.slice(0, Math.min(...ends)), stopReason: 'stop_sequence' }
}
