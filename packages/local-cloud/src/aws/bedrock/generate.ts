/** Asks the backend, and tells what of its input came from the prompt cache. */
import type { Session } from '../../iam/authorize.ts'
import type { WireRequest } from '../../wire/service.ts'
import type { Invoked } from './catalogue.ts'
import type { ModelBackend, ModelEvent, Prompt, Usage } from './model-backend.ts'
import type { Generating } from './operation.ts'
import { createPromptCache } from './prompt-cache.ts'

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
      ...{ modelId: model.id, modelName: model.name, family: model.family, invokedId: id, account, region, streamed },
      ...{ ...prompt, maxTokens: prompt.maxTokens ?? model.maxOutputTokens, signal },
    })
    return {
      events: counted(events, cache.use({ account, modelId: model.id }, prompt)),
      latencyMs: () => Math.round(performance.now() - start),
    }
  }
}

async function* counted(
  events: AsyncIterable<ModelEvent>,
  cached: Pick<Usage, 'cacheReadTokens' | 'cacheWriteTokens'>,
): AsyncGenerator<ModelEvent> {
  const { cacheReadTokens = 0, cacheWriteTokens = {} } = cached
  const elsewhere = Object.values(cacheWriteTokens).reduce((sum, tokens) => sum + (tokens ?? 0), cacheReadTokens)
  for await (const event of events) {
    if (event.kind !== 'end') yield event
    else {
      const { usage } = event
      yield { ...event, usage: { ...usage, ...cached, inputTokens: Math.max(0, usage.inputTokens - elsewhere) } }
    }
  }
}
