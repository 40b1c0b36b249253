/** How the stand-in counts: a token is four characters, begun ones counted. */
import type { Generation } from './model-backend.ts'

export const CHARACTERS_PER_TOKEN = 4

export const tokensIn = (text: string) => Math.ceil([...text].length / CHARACTERS_PER_TOKEN)

/** Tokens of everything that the model reads. */
export const inputTokens = ({ system, messages }: Pick<Generation, 'system' | 'messages'>) =>
  [...system, ...messages.flatMap(({ content }) => content)].reduce((sum, { text }) => sum + tokensIn(text), 0)
