/** Asks the backend, and tells what of its input came from the prompt cache. */
import type { Session } from '../../iam/authorize.ts'
import type { WireRequest } from '../../wire/service.ts'
import type { Invoked } from './catalogue.ts'
import { type ModelBackend, type ModelEvent, type Prompt, type Usage, writtenTo } from './model-backend.ts'
import type { Generating } from './operation.ts'
import { createPromptCache } from './prompt-cache.ts'
import { inputTokens } from './tokens.ts'

interface About {
  readonly request: WireRequest
  readonly session: Session
  readonly streamed: boolean
}

/** @param now seconds since 1970 */
export function createGenerate(backend: ModelBackend, now: () => number) {
  const cache = createPromptCache(now)
  return (
    { model, id }: Invoked & { readonly id: string },
    prompt: Prompt,
    { request: { region, signal }, session: { account }, streamed }: About,
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
    return {
      events: counted(events, cached),
      input: withCache({ inputTokens: inputTokens(prompt), outputTokens: 0 }, cached),
      latencyMs: () => Math.round(performance.now() - start),
    }
  }
}

type Cached = Pick<Usage, 'cacheReadTokens' | 'cacheWriteTokens'>

async function* counted(events: AsyncIterable<ModelEvent>, cached: Cached): AsyncGenerator<ModelEvent> {
  for await (const event of events)
    yield event.kind === 'end' ? { ...event, usage: withCache(event.usage, cached) } : event
}

/** What came from the cache or went to it is no input any more. */
function withCache(usage: Usage, cached: Cached): Usage {
  const elsewhere = (cached.cacheReadTokens ?? 0) + writtenTo({ ...usage, ...cached })
  return { ...usage, ...cached, inputTokens: Math.max(0, usage.inputTokens - elsewhere) }
}
