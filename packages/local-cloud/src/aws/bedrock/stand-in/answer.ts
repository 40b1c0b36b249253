/** What the stand-in answers: which model it stands for, what it was asked, and what else was sent. */
import { sampleOf } from '../json-schema.ts'
import { type Block, type Generation, textOf } from '../model-backend.ts'

/** Longer questions are quoted from their beginning. */
const QUOTED_CHARACTERS = 200

export function answerTo({ modelName, account, messages, schema }: Generation): string {
  // The last message may be the assistant's: then it begins the answer.
  const content = messages.findLast(({ role }) => role === 'user')?.content ?? []
  const question = textOf(content).trim().replace(/\s+/g, ' ')
  if (schema) return JSON.stringify(sampleOf(schema, [`from ${modelName}`]))
  const quoted = [...question].slice(0, QUOTED_CHARACTERS).join('')
  const words = question.split(' ').length
  const size = `${words} ${words === 1 ? 'word' : 'words'}`
  const asked = quoted === question ? `“${quoted}”` : `“${quoted}…”`
  const results = content.filter(({ type }) => type === 'toolResult').length
  const what = results > 0 ? `${results} ${results === 1 ? 'tool' : 'tools'} answered` : 'You asked'
  const answer = `This is ${modelName}, served in account ${account}. ${what}, in ${size}: ${asked}${attached(content)} A real model would answer here.`
  return padded(answer, question)
}

/** Names the pictures and documents of the question, so that one sees what got lost on the way. */
function attached(content: readonly Block[]): string {
  const things = content.flatMap((block) => {
    if (block.type === 'image') return [`a ${block.format} of ${Buffer.from(block.bytes, 'base64').length} bytes`]
    return block.type === 'document' ? [`the ${block.format} “${block.name}”`] : []
  })
  return things.length === 0 ? '' : ` With ${things.join(', ')}.`
}

/** If the question asks for "2000 words", the answer gets that many. */
function padded(answer: string, question: string): string {
  const [, wanted] = /\b(\d{1,6}) words\b/.exec(question) ?? []
  const missing = wanted === undefined ? 0 : Number(wanted) - answer.split(' ').length
  if (missing <= 0) return answer
  return `${answer} ${Array.from({ length: missing }, (_, index) => `word${index + 1}`).join(' ')}`
}
