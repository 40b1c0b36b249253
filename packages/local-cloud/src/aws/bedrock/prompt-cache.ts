/**
 * The prompt cache. If an account sends a prefix up to a cache point that it has sent to the model before, the prefix is read from the cache. A
 * prefix consists of tools, system prompt and messages, in this order. Each read extends the time for which it is kept.
 */
import { createHash } from 'node:crypto'
import type { CacheTtl, Prompt, Usage } from './model-backend.ts'
import { blockTokens, toolTokens } from './tokens.ts'

const KEPT_SECONDS: Readonly<Record<CacheTtl, number>> = { '5m': 300, '1h': 3600 }
/** A shorter prefix is not cached, which is no error. The limit differs by model, between 1,024 and 4,096. */
const LEAST_TOKENS = 1024

interface CachePoint {
  readonly hash: string
  /** Tokens of everything before the cache point. */
  readonly tokens: number
  readonly ttl: CacheTtl
}

export interface PromptCache {
  /**
   * Reads from and writes to the cache.
   * @returns how many tokens of the input were read and written
   */
  use(key: { readonly account: string; readonly modelId: string }, prompt: Prompt): Pick<Usage, CacheParts>
}
type CacheParts = 'cacheReadTokens' | 'cacheWriteTokens'

/** @param now seconds since 1970 */
export function createPromptCache(now: () => number): PromptCache {
  const kept = new Map<string, { readonly until: number; readonly ttl: CacheTtl }>()
  return {
    use({ account, modelId }, prompt) {
      const points = cachePoints(prompt)
      if (points.length === 0) return {}
      for (const [key, { until }] of kept) if (until <= now()) kept.delete(key)
      const keyOf = ({ hash }: CachePoint) => `${account} ${modelId} ${hash}`
      const long = points.filter(({ tokens }) => tokens >= LEAST_TOKENS)
      const cacheReadTokens = long.findLast((point) => kept.has(keyOf(point)))?.tokens ?? 0
      const cacheWriteTokens: Partial<Record<CacheTtl, number>> = {}
      let written = cacheReadTokens
      for (const point of long) {
        const { ttl, tokens } = point
        kept.set(keyOf(point), { until: now() + KEPT_SECONDS[ttl], ttl })
        if (tokens <= written) continue
        cacheWriteTokens[ttl] = (cacheWriteTokens[ttl] ?? 0) + tokens - written
        written = tokens
      }
      return { cacheReadTokens, cacheWriteTokens }
    },
  }
}

function cachePoints({ tools, system, messages }: Prompt): readonly CachePoint[] {
  const points: CachePoint[] = []
  const hash = createHash('sha256')
  let tokens = 0
  const point = (ttl: CacheTtl) => points.push({ hash: hash.copy().digest('base64'), tokens, ttl })
  for (const tool of tools) {
    const { cachePoint, ...definition } = tool
    hash.update(JSON.stringify(definition))
    tokens += toolTokens(tool)
    if (cachePoint) point(cachePoint)
  }
  for (const { role, content } of [{ role: 'system', content: system }, ...messages]) {
    hash.update(role)
    for (const block of content) {
      if (block.type === 'cachePoint') {
        point(block.ttl)
        continue
      }
      hash.update(JSON.stringify(block))
      tokens += blockTokens(block)
    }
  }
  return points
}
