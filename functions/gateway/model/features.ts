/**
 * What Bedrock's model families support, as far as the gateway needs it to map requests. Bedrock itself checks everything else. Looked up on 30
 * November 2026 in AWS's user guides (structured output, adaptive thinking, extended thinking of Nova 2, prompt caching) and in the model data
 * of LiteLLM 1.110.2 and langchain-aws 1.9.1. If two of them disagree about a limit, the smaller one is used. If one says that a model supports
 * something and none says that it does not, it is listed as supported: if that is wrong, Bedrock refuses the request.
 */

import { MAX_TOKENS } from '../constants.ts'

export type Effort = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** How a model is told to reason before it answers, and which of OpenAI's effort levels it has. */
export type Reasoning =
  /** Claude up to 4.5: `thinking` with a number of tokens for reasoning. */
  | { readonly by: 'budget' }
  /** Claude from 4.6 on decides by itself how long to think. `always`: reasoning cannot be switched off. */
  | { readonly by: 'adaptive'; readonly efforts: readonly Effort[]; readonly always: boolean }
  /** Nova 2. */
  | { readonly by: 'reasoningConfig'; readonly efforts: readonly Effort[] }
  /** A field of the model's own that takes OpenAI's effort unchanged; `nested` means that the field is in an object `reasoning`. */
  | { readonly by: 'effort'; readonly efforts: readonly Effort[]; readonly nested: boolean }

export interface ModelFeatures {
  /** Tokens of the longest answer. */
  readonly maxOutputTokens: number
  /** `outputConfig.textFormat` and `strict` tools. */
  readonly structuredOutput: boolean
  /** Whether `temperature` and `top_p` are accepted. `one`: either of them, never both. */
  readonly sampling: 'both' | 'one' | 'none'
  readonly maxTemperature?: number
  /** Absent if the model does not reason, or if a request cannot control it. */
  readonly reasoning?: Reasoning
  /** Parts of a request in which cache points are accepted. */
  readonly cachePoints: readonly ('messages' | 'tools')[]
  /** Whether the conversation may end with the beginning of the assistant's answer, which the model then continues. */
  readonly prefill: boolean
  /** Whether it accepts Anthropic's own fields: at most one tool call a turn, signed thinking. */
  readonly claude: boolean
}

const CLAUDE = {
  structuredOutput: true,
  maxTemperature: 1,
  cachePoints: ['messages', 'tools'],
  claude: true,
} as const satisfies Partial<ModelFeatures>

const ADAPTIVE = ['low', 'medium', 'high', 'xhigh', 'max'] as const
const THREE = ['low', 'medium', 'high'] as const
const adaptive = (always: boolean): ModelFeatures => ({
  ...CLAUDE,
  maxOutputTokens: 128_000,
  sampling: 'none',
  reasoning: { by: 'adaptive', efforts: ADAPTIVE, always },
  prefill: false,
})
const claude46 = (maxOutputTokens: number): ModelFeatures => ({
  ...CLAUDE,
  maxOutputTokens,
  sampling: 'one',
  reasoning: { by: 'adaptive', efforts: [...THREE, 'max'], always: false },
  prefill: false,
})
const claude4 = (maxOutputTokens: number, structuredOutput: boolean): ModelFeatures => ({
  ...CLAUDE,
  maxOutputTokens,
  structuredOutput,
  sampling: 'one',
  reasoning: { by: 'budget' },
  prefill: true,
})
const claude3 = (maxOutputTokens: number): ModelFeatures => ({
  ...CLAUDE,
  maxOutputTokens,
  structuredOutput: false,
  sampling: 'both',
  prefill: true,
})

/** Features of models of which nothing but the longest answer is known. */
const plain = (maxOutputTokens: number): ModelFeatures => ({
  maxOutputTokens,
  structuredOutput: false,
  sampling: 'both',
  cachePoints: [],
  prefill: true,
  claude: false,
})
const structured = (maxOutputTokens: number): ModelFeatures => ({ ...plain(maxOutputTokens), structuredOutput: true })
const withEffort = (features: ModelFeatures): ModelFeatures => ({
  ...features,
  reasoning: { by: 'effort', efforts: THREE, nested: false },
})
const nova = (maxOutputTokens: number): ModelFeatures => ({
  ...plain(maxOutputTokens),
  maxTemperature: 1,
  cachePoints: ['messages'],
})

/** Features by the id of the foundation model, without a profile's geography. The first match counts. */
const FAMILIES: readonly (readonly [RegExp, ModelFeatures])[] = [
  [/^anthropic\.claude-(fable|mythos)-/, adaptive(true)],
  [/^anthropic\.claude-(opus-(4-[78]|5)|sonnet-5|haiku-5)/, adaptive(false)],
  [/^anthropic\.claude-opus-4-6/, claude46(128_000)],
  [/^anthropic\.claude-sonnet-4-6/, claude46(64_000)],
  [/^anthropic\.claude-(haiku|sonnet|opus)-4-5/, claude4(64_000, true)],
  [/^anthropic\.claude-opus-4-/, claude4(32_000, false)],
  [/^anthropic\.claude-sonnet-4-/, claude4(64_000, false)],
  [/^anthropic\.claude-3-7-/, { ...claude3(8192), reasoning: { by: 'budget' } }],
  [/^anthropic\.claude-3-5-(haiku|sonnet-20241022)/, claude3(8192)],
  [/^anthropic\.claude-/, claude3(4096)],
  [/^amazon\.nova-2-/, { ...nova(64_000), reasoning: { by: 'reasoningConfig', efforts: THREE } }],
  [/^amazon\.nova-/, nova(10_000)],
  [/^amazon\.titan-text-/, { ...plain(4096), maxTemperature: 1 }],
  [/^openai\.gpt-oss-/, withEffort(structured(16_000))],
  [
    /^openai\.gpt-/,
    {
      ...structured(128_000),
      sampling: 'none',
      reasoning: { by: 'effort', efforts: ADAPTIVE, nested: true },
    },
  ],
  [/^deepseek\.r1/, plain(8192)],
  [/^deepseek\./, structured(8000)],
  [/^qwen\.qwen3-/, structured(8000)],
  [/^mistral\.(ministral|mistral-large-3|magistral|voxtral|devstral)/, structured(4096)],
  [/^moonshot(ai)?\.kimi-/, withEffort(structured(16_000))],
  [/^zai\.glm-/, withEffort(structured(128_000))],
  [/^minimax\./, structured(8000)],
  [/^nvidia\.nemotron-/, structured(8000)],
  [/^google\.gemma-(3-(12b|27b)|4)/, structured(8000)],
  [/^meta\.llama3-(8b|70b)/, plain(2048)],
  [/^meta\.llama4-/, plain(8192)],
]

const UNKNOWN = plain(4096)

/**
 * @param id the id of a model or an inference profile, or the ARN of one. The ARN of an application inference profile does not say which model
 * it has
 */
export const featuresOf = (id: string): ModelFeatures => familyOf(id) ?? UNKNOWN

function familyOf(id: string): ModelFeatures | undefined {
  const base = baseModelId(id)
  return FAMILIES.find(([pattern]) => pattern.test(base))?.[1]
}

/** Tokens of the longest answer that the model can give. For a model that is not listed: of the longest answer that any model gives. */
export const longestAnswerOf = (id: string): number => familyOf(id)?.maxOutputTokens ?? MAX_TOKENS.maximum

/** `us.anthropic.claude-…` → `anthropic.claude-…`. */
export function baseModelId(id: string): string {
  const last = id.slice(id.lastIndexOf('/') + 1)
  // No model provider's name has two letters; every geography has, except for these three.
  return last.replace(/^(us-gov|apac|global|[a-z]{2})\./, '')
}

/**
 * Tokens of an answer that are asked for if the caller names no number. Bedrock reserves quota for them, so the model's maximum would reserve
 * too much.
 */
const DEFAULT_OUTPUT_TOKENS = 8192

/** @param configured the tenant's own default for this model */
export const defaultMaxTokens = (features: ModelFeatures, configured?: number): number =>
  configured ?? Math.min(DEFAULT_OUTPUT_TOKENS, features.maxOutputTokens)
