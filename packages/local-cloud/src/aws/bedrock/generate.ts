/** Calls the backend, and computes how much of the input came from the prompt cache. */
import type { Session } from '../../iam/authorize.ts'
import type { WireRequest } from '../../wire/service.ts'
import type { Invoked } from './catalogue.ts'
import { type ModelBackend, type ModelEvent, type Prompt, type Usage, writtenTo } from './model-backend.ts'
import type { Generating } from './operation.ts'
import { createPromptCache } from './prompt-cache.ts'
import { inputTokens, tokensIn } from './tokens.ts'

interface About {
  readonly request: WireRequest
  readonly session: Session
  readonly streamed: boolean
  /** Called once, with what was used. */
  readonly count: (usage: Usage) => void
}

/** @param now seconds since 1970 */
export function createGenerate(backend: ModelBackend, now: () => number) {
  const cache = createPromptCache(now)
  return (
    { model, id }: Invoked & { readonly id: string },
    prompt: Prompt,
    { request: { region, signal }, session: { account }, streamed, count }: About,
  ): Generating => {
    const start = performance.now()
    const events = backend.generate({
      modelId: model.id,
      modelName: model.name,
      family: model.family,
      invokedId: id,
      account,
      region,
      streamed,
      ...prompt,
      maxTokens: prompt.maxTokens ?? model.maxOutputTokens,
      signal,
    })
    const cached = cache.use({ account, modelId: model.id }, prompt)
    const input = withCache({ inputTokens: inputTokens(prompt), outputTokens: 0 }, cached)
    return {
      events: counted(events, cached, input, count),
      input,
      latencyMs: () => Math.round(performance.now() - start),
    }
  }
}

type Cached = Pick<Usage, 'cacheReadTokens' | 'cacheWriteTokens'>

/** If the caller leaves, counts what was made until then. AWS does not document whether it counts more. */
async function* counted(
  events: AsyncIterable<ModelEvent>,
  cached: Cached,
  input: Usage,
  count: About['count'],
): AsyncGenerator<ModelEvent> {
  let made: 'nothing' | 'a part' | 'all' = 'nothing'
  let written = 0
  try {
    for await (const event of events) {
      if (event.kind !== 'end') {
        made = 'a part'
        if (event.kind === 'delta') written += tokensIn(event.text)
        yield event
        continue
      }
      const usage = withCache(event.usage, cached)
      made = 'all'
      count(usage)
      yield { ...event, usage }
    }
  } finally {
    if (made === 'a part') count({ ...input, outputTokens: written })
  }
}

/** Input tokens without those that were read from the cache or written to it. */
function withCache(usage: Usage, cached: Cached): Usage {
  const elsewhere = (cached.cacheReadTokens ?? 0) + writtenTo({ ...usage, ...cached })
  return { ...usage, ...cached, inputTokens: Math.max(0, usage.inputTokens - elsewhere) }
}
