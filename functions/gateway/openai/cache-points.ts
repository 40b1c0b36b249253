/** Where a caller wants the prompt to be kept for the next request: LiteLLM's `cache_control`, OpenAI's own breakpoint. */
import type { ModelFeatures } from '../model/features.ts'
import type { CacheControl } from './chat-schema.ts'

export interface CachePoint {
  readonly cachePoint: { readonly type: 'default'; readonly ttl?: '5m' | '1h' }
}

interface CacheOptions {
  readonly features: ModelFeatures
  readonly ignore: (field: string) => void
}

/** One block to put after what was marked, or none. */
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
