/**
 * The built-in model, which needs no server: the same conversation gets the same answer, which names the model and account. Temperature and
 * similar parameters have no effect. It calls the tools that the question names, thinks if it is asked to, and writes JSON that fits a given
 * schema.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Block, Generation, ModelBackend, ModelEvent, OutputBlock } from '../model-backend.ts'
import { textOf } from '../model-backend.ts'
import { REDACTING_PROMPT, redactedOf, signatureOf } from '../reasoning.ts'
import { inputTokens } from '../tokens.ts'
import { answerTo } from './answer.ts'
import { callsFor } from './calls.ts'
import { limited, type Written } from './limits.ts'

export interface StandInOptions {
  /**
   * Milliseconds between two events of a streamed answer; the default is like a model that writes a few dozen tokens a second.
   * @default 5
   */
  readonly pauseMilliseconds?: number
}

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
  const { blocks, outputTokens, ...end } = limited(blocksOf(generation).map(written), generation)
  for (const { start, text, signature } of blocks) {
    yield { kind: 'start', block: start }
    const pieces = start.type === 'toolUse' ? inputPieces(generation, text) : words(text)
    for (const piece of pieces) yield { kind: 'delta', text: piece }
    if (signature !== undefined) yield { kind: 'signature', signature }
    yield { kind: 'stop' }
  }
  yield { kind: 'end', ...end, usage: { inputTokens: inputTokens(generation), outputTokens } }
}

function written(block: OutputBlock): Written {
  switch (block.type) {
    case 'toolUse': {
      const { input, ...start } = block
      return { start, text: JSON.stringify(input) }
    }
    case 'redacted':
      return { start: block, text: '' }
    case 'reasoning':
      return { start: { type: 'reasoning' }, text: block.text, ...(block.signature && { signature: block.signature }) }
    case 'text':
      return { start: { type: 'text' }, text: block.text }
  }
}

function blocksOf(generation: Generation): readonly OutputBlock[] {
  const question = generation.messages.at(-1)?.content ?? []
  const thinking = generation.reasoning ? [thinkingOf(generation, question)] : []
  const calls = callsFor(generation)
  if (calls.length === 0) return [...thinking, { type: 'text', text: answerTo(generation) }]
  // If a tool call was demanded, the answer has no text beside it, as with the real models.
  if (generation.toolChoice?.type === 'any' || generation.toolChoice?.type === 'tool') return [...thinking, ...calls]
  const names = calls.map(({ name }) => name).join(', ')
  return [...thinking, { type: 'text', text: `I call ${names}.` }, ...calls]
}

function thinkingOf({ family, reasoning }: Generation, question: readonly Block[]): OutputBlock {
  const text = textOf(question)
  const thinking = `The question has ${text.length} characters.`
  // Nova does not show its thinking, and sends no signature.
  if (family === 'nova') return { type: 'reasoning', text: '[REDACTED]' }
  if (text.includes(REDACTING_PROMPT)) return { type: 'redacted', data: redactedOf(thinking) }
  const shown = reasoning?.hidden ? '' : thinking
  return { type: 'reasoning', text: shown, signature: signatureOf(shown) }
}

/** Pieces of about one word each. */
const words = (text: string): readonly string[] => text.match(/\S+\s*|\s+/g) ?? []

const INPUT_PIECE = /[\s\S]{1,8}/g

/** Nova sends a tool's input in one piece. Claude begins with an empty piece, and sends no other if there are no arguments. */
function inputPieces({ family }: Generation, json: string): readonly string[] {
  if (family !== 'anthropic') return [json]
  return ['', ...(json === '{}' ? [] : (json.match(INPUT_PIECE) ?? []))]
}
