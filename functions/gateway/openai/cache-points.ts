/** Reads where a caller wants the prompt to be cached for the next request: from LiteLLM's `cache_control` or OpenAI's own breakpoint. */
import type { ModelFeatures } from '../model/features.ts'
import type { CacheControl } from './chat-schema.ts'

export interface CachePoint {
  readonly cachePoint: { readonly type: 'default'; readonly ttl?: '5m' | '1h' }
}

interface CacheOptions {
  readonly features: ModelFeatures
  readonly ignore: (field: string) => void
}

/** The block to put after a part that was marked, or none. */
export function cachePoint(
  marked: object,
  place: 'messages' | 'tools',
  { features, ignore }: CacheOptions,
): readonly CachePoint[] {
  const { cache_control: control, prompt_cache_breakpoint: breakpoint } = marked as {
    readonly cache_control?: CacheControl | null
    readonly prompt_cache_breakpoint?: object | null
  }
  if (!control && !breakpoint) return []
  if (!features.cachePoints.includes(place)) {
    ignore(`${place}.${control ? 'cache_control' : 'prompt_cache_breakpoint'}`)
    return []
  }
  return [{ cachePoint: { type: 'default', ...(control?.ttl && { ttl: control.ttl }) } }]
}
