/**
 * What a guardrail does to a call. Words are found by their exact letters. AWS judges topics, content filters and PII by models of its
 * own; here a topic is found if its name or one of its examples occurs, and content filters and PII have no effect.
 */
import type { Properties } from '../../ledger/ledger.ts'
import { known, object, objects, texts } from '../../resource/values.ts'
import { type Block, collect, type ModelEvent, type Prompt } from './model-backend.ts'
import type { Generating } from './operation.ts'

export interface Guarding {
  /** Whether the guardrail blocks this text. */
  readonly stops: (text: string) => boolean
  readonly blockedInput: string
  readonly blockedOutput: string
}

/** @param inputs of the declared guardrail */
export function guardingOf(inputs: Properties): Guarding {
  const words = objects(object(inputs, 'wordPolicyConfig') ?? {}, 'wordsConfigs').map((word) => known(word, 'text'))
  const topics = objects(object(inputs, 'topicPolicyConfig') ?? {}, 'topicsConfigs')
  const phrases = [
    ...words,
    ...topics.flatMap((topic) => [known(topic, 'name').replaceAll(/[-_]/g, ' '), ...texts(topic, 'examples')]),
  ]
  const patterns = phrases.map((phrase) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(phrase)}(?![\\p{L}\\p{N}])`, 'iu'))
  return {
    stops: (text) => patterns.some((pattern) => pattern.test(text)),
    blockedInput: known(inputs, 'blockedInputMessaging'),
    blockedOutput: known(inputs, 'blockedOutputsMessaging'),
  }
}

const escaped = (phrase: string) => phrase.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replaceAll(/\s+/g, '\\s+')

/**
 * The texts of a conversation that a guardrail checks: the messages, without tools and system prompt.
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
 */
export const saidIn = ({ messages }: Pick<Prompt, 'messages'>): string =>
  messages
    .flatMap(({ content }) => content)
    .flatMap((block: Block) => (block.type === 'text' ? [block.text] : []))
    .join('\n')

export interface Guarded extends Generating {
  /** Valid when the events have ended. */
  readonly intervened: () => boolean
}

/** The texts of a prompt that a guardrail checks. */
export interface Look {
  readonly guarding: Guarding
  readonly said: string
}

/** Wraps a model in guardrails. A prompt that one of them blocks does not reach the model, and nothing of a blocked answer is passed on. */
export function guarded([look, ...others]: readonly Look[], generate: () => Generating): Guarded {
  if (!look) return { ...generate(), intervened: () => false }
  let inner: Guarded | undefined
  const outer = behind(look, () => {
    inner = guarded(others, generate)
    return inner
  })
  return { ...outer, intervened: () => outer.intervened() || inner?.intervened() === true }
}

function behind({ guarding, said }: Look, generate: () => Generating): Guarded {
  if (guarding.stops(said)) {
    const usage = { inputTokens: 0, outputTokens: 0 }
    return { events: blocked(guarding.blockedInput, usage), input: usage, latencyMs: () => 0, intervened: () => true }
  }
  const made = generate()
  let intervened = false
  async function* looked(): AsyncGenerator<ModelEvent> {
    const events: ModelEvent[] = []
    for await (const event of made.events) events.push(event)
    const answer = await collect(replayed(events))
    const written = answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n')
    intervened = guarding.stops(written)
    yield* intervened ? blocked(guarding.blockedOutput, answer.usage) : replayed(events)
  }
  return { ...made, events: looked(), intervened: () => intervened }
}

async function* replayed(events: readonly ModelEvent[]): AsyncGenerator<ModelEvent> {
  yield* events
}

async function* blocked(message: string, usage: Generating['input']): AsyncGenerator<ModelEvent> {
  yield { kind: 'start', block: { type: 'text' } }
  yield { kind: 'delta', text: message }
  yield { kind: 'stop' }
  yield { kind: 'end', stopReason: 'guardrail_intervened', usage }
}
