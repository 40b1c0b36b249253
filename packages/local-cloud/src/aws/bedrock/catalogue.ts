/**
 * Bedrock's models, as far as the stand-in knows them: family, limits and features, as AWS documents them in November 2026 and as the model data
 * of LiteLLM 1.110.2 has them. The backend decides what a model answers.
 */

export type FoundationModel = TextModel | EmbeddingModel

interface Model {
  readonly id: string
  /** The name that people read. */
  readonly name: string
  readonly maxOutputTokens: number
  readonly maxInputTokens: number
  readonly features: ReadonlySet<Feature>
  /** Can be called by its own id; otherwise through an inference profile only. */
  readonly onDemand: boolean
  /** Day from which on AWS refuses it. */
  readonly endOfLife?: string
  /** Geographies of its inference profiles → the regions that they may send a request to. */
  readonly profiles: Readonly<Record<string, readonly string[]>>
}

export type TextFamily = 'titan' | 'anthropic' | 'nova'
/** Families of models that return vectors. */
export type EmbeddingFamily = 'titanEmbedding' | 'cohereEmbedding'

export interface TextModel extends Model {
  /** The family decides the body of `InvokeModel`, the fields of `additionalModelRequestFields`, and the words of the model's own refusals. */
  readonly family: TextFamily
}

export interface EmbeddingModel extends Model {
  /** The family decides the body of `InvokeModel`. */
  readonly family: EmbeddingFamily
}

export const isEmbedding = (model: FoundationModel): model is EmbeddingModel =>
  model.family === 'titanEmbedding' || model.family === 'cohereEmbedding'

export type Feature =
  | 'system'
  | 'tools'
  | 'images'
  | 'documents'
  /** Can think before it answers, if it is asked to. */
  | 'reasoning'
  /** Thinks with a budget of tokens from the request (`thinking.type: enabled`). */
  | 'budgetedReasoning'
  /** Decides itself how long it thinks (`thinking.type: adaptive`). */
  | 'adaptiveReasoning'
  /** Thinking cannot be switched off. */
  | 'alwaysReasons'
  /** `outputConfig.textFormat` */
  | 'structuredOutput'
  /** Cache points in messages and system prompts. */
  | 'caching'
  /** Cache points after tools. */
  | 'cachedTools'
  | 'countTokens'
  /** Accepts `temperature` or `topP`, not both. */
  | 'oneSamplingParameter'
  /** Accepts neither `temperature` nor `topP`, whatever their values. */
  | 'noSamplingParameters'
  /** Continues a last message of the role assistant. */
  | 'prefill'
  /** `performanceConfig.latency: optimized` */
  | 'optimizedLatency'

const US = ['us-east-1', 'us-east-2', 'us-west-2']
const EU = ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3']
/** `global` profiles name no region: the region in the ARN of their destination is empty. */
const GLOBAL = ['']
const EVERYWHERE = { us: US, eu: EU, global: GLOBAL }

type Traits = Pick<Model, 'maxOutputTokens' | 'maxInputTokens' | 'onDemand' | 'profiles'> &
  Partial<Pick<Model, 'endOfLife'>> & { readonly features: readonly Feature[] }

const row = <F extends TextFamily | EmbeddingFamily>(
  family: F,
  id: string,
  name: string,
  traits: Traits,
): Model & { readonly family: F } => ({
  id,
  name,
  family,
  ...traits,
  features: new Set(traits.features),
})
const claude = (id: string, name: string, traits: Traits) =>
  row('anthropic', `anthropic.${id}`, `Claude ${name}`, traits)
const nova = (id: string, name: string, traits: Traits) => row('nova', `amazon.${id}`, `Amazon ${name}`, traits)
const titan = (id: string, name: string, traits: Omit<Traits, 'features'>) =>
  row('titan', `amazon.${id}`, `Titan Text G1 - ${name}`, { ...traits, features: [] })

const embedding = (
  family: EmbeddingFamily,
  id: string,
  name: string,
  traits: Pick<Traits, 'maxInputTokens' | 'profiles' | 'onDemand'>,
) => row(family, id, name, { ...traits, maxOutputTokens: 0, features: [] })

const SEES: readonly Feature[] = ['system', 'tools', 'images', 'documents']
const CLAUDE_3_FEATURES: readonly Feature[] = [...SEES, 'prefill', 'countTokens']
const CLAUDE_4_FEATURES: readonly Feature[] = [
  ...SEES,
  ...(['reasoning', 'caching', 'cachedTools', 'countTokens', 'structuredOutput'] as const),
]
const CLAUDE_4_5 = [...CLAUDE_4_FEATURES, 'budgetedReasoning', 'oneSamplingParameter', 'prefill'] as const
const CLAUDE_4_6 = [...CLAUDE_4_FEATURES, 'budgetedReasoning', 'adaptiveReasoning', 'oneSamplingParameter'] as const
const CLAUDE_4_7 = [...CLAUDE_4_FEATURES, 'adaptiveReasoning', 'noSamplingParameters'] as const
const CLAUDE_5_5 = [...CLAUDE_4_7, 'alwaysReasons'] as const
const CLAUDE_3 = { maxOutputTokens: 4096, maxInputTokens: 200_000, onDemand: true, features: CLAUDE_3_FEATURES }
const CLAUDE_4 = { maxOutputTokens: 64_000, maxInputTokens: 200_000, onDemand: false, profiles: EVERYWHERE }
const CLAUDE_5 = { ...CLAUDE_4, maxOutputTokens: 128_000, maxInputTokens: 1_000_000 }
const NOVA_1 = { maxOutputTokens: 10_000, onDemand: true, profiles: { us: US, eu: EU } }

const MODELS: readonly FoundationModel[] = [
  nova('nova-2-lite-v1:0', 'Nova 2 Lite', {
    maxOutputTokens: 65_535,
    maxInputTokens: 1_000_000,
    onDemand: false,
    profiles: EVERYWHERE,
    features: [...SEES, 'reasoning', 'caching'],
  }),
  nova('nova-micro-v1:0', 'Nova Micro', {
    ...NOVA_1,
    maxInputTokens: 128_000,
    features: ['system', 'tools', 'caching'],
  }),
  nova('nova-lite-v1:0', 'Nova Lite', { ...NOVA_1, maxInputTokens: 300_000, features: [...SEES, 'caching'] }),
  nova('nova-pro-v1:0', 'Nova Pro', {
    ...NOVA_1,
    maxInputTokens: 300_000,
    features: [...SEES, 'caching', 'optimizedLatency'],
  }),
  nova('nova-premier-v1:0', 'Nova Premier', {
    maxOutputTokens: 10_000,
    maxInputTokens: 1_000_000,
    onDemand: false,
    profiles: { us: US },
    features: [...SEES, 'caching'],
  }),
  claude('claude-haiku-4-5-20251001-v1:0', 'Haiku 4.5', { ...CLAUDE_4, features: CLAUDE_4_5 }),
  claude('claude-sonnet-4-5-20250929-v1:0', 'Sonnet 4.5', { ...CLAUDE_4, features: CLAUDE_4_5 }),
  claude('claude-opus-4-5-20251101-v1:0', 'Opus 4.5', { ...CLAUDE_4, features: CLAUDE_4_5 }),
  claude('claude-sonnet-4-6', 'Sonnet 4.6', { ...CLAUDE_4, maxInputTokens: 1_000_000, features: CLAUDE_4_6 }),
  claude('claude-opus-4-6-v1', 'Opus 4.6', { ...CLAUDE_5, features: CLAUDE_4_6 }),
  claude('claude-opus-4-7', 'Opus 4.7', { ...CLAUDE_5, features: CLAUDE_4_7 }),
  claude('claude-opus-4-8', 'Opus 4.8', { ...CLAUDE_5, features: CLAUDE_4_7 }),
  claude('claude-sonnet-5', 'Sonnet 5', { ...CLAUDE_5, features: CLAUDE_4_7 }),
  claude('claude-opus-5', 'Opus 5', { ...CLAUDE_5, features: CLAUDE_4_7 }),
  claude('claude-haiku-5-5', 'Haiku 5.5', { ...CLAUDE_5, features: CLAUDE_4_7 }),
  claude('claude-sonnet-5-5', 'Sonnet 5.5', { ...CLAUDE_5, features: CLAUDE_5_5 }),
  claude('claude-opus-5-5', 'Opus 5.5', { ...CLAUDE_5, features: CLAUDE_5_5 }),
  embedding('titanEmbedding', 'amazon.titan-embed-text-v2:0', 'Titan Text Embeddings V2', {
    maxInputTokens: 8192,
    profiles: {},
    onDemand: true,
  }),
  embedding('titanEmbedding', 'amazon.titan-embed-text-v1', 'Titan Embeddings G1 - Text', {
    maxInputTokens: 8192,
    profiles: {},
    onDemand: true,
  }),
  embedding('cohereEmbedding', 'cohere.embed-english-v3', 'Cohere Embed English', {
    maxInputTokens: 512,
    profiles: {},
    onDemand: true,
  }),
  embedding('cohereEmbedding', 'cohere.embed-multilingual-v3', 'Cohere Embed Multilingual', {
    maxInputTokens: 512,
    profiles: {},
    onDemand: true,
  }),
  embedding('cohereEmbedding', 'cohere.embed-v4:0', 'Cohere Embed v4', {
    maxInputTokens: 128_000,
    profiles: EVERYWHERE,
    onDemand: true,
  }),
  // The two models of AWS's article.
  titan('titan-text-lite-v1', 'Lite', {
    maxOutputTokens: 4096,
    maxInputTokens: 4096,
    onDemand: true,
    profiles: {},
    endOfLife: '2025-12-31',
  }),
  claude('claude-3-haiku-20240307-v1:0', '3 Haiku', { ...CLAUDE_3, profiles: { us: US }, endOfLife: '2026-09-10' }),
  titan('titan-text-express-v1', 'Express', {
    maxOutputTokens: 8192,
    maxInputTokens: 8192,
    onDemand: true,
    profiles: {},
    endOfLife: '2025-12-31',
  }),
  claude('claude-3-sonnet-20240229-v1:0', '3 Sonnet', { ...CLAUDE_3, profiles: { us: US }, endOfLife: '2025-07-21' }),
  claude('claude-v2:1', '2.1', { ...CLAUDE_3, profiles: {}, endOfLife: '2025-07-21' }),
]

const BY_ID = new Map(MODELS.map((model) => [model.id, model]))

/** What the model id of a request stands for. */
export interface Invoked {
  readonly model: FoundationModel
  /** The inference profile, if one was called. */
  readonly profile?: { readonly id: string; readonly destinations: readonly string[] }
}

/** Looks up a model id or an inference profile id. */
export function findModel(id: string): Invoked | undefined {
  const model = BY_ID.get(id)
  if (model) return { model }
  const dot = id.indexOf('.')
  const [geography, modelId] = [id.slice(0, dot), id.slice(dot + 1)]
  const profiled = BY_ID.get(modelId)
  const destinations =
    profiled && Object.hasOwn(profiled.profiles, geography) ? profiled.profiles[geography] : undefined
  return profiled && destinations ? { model: profiled, profile: { id, destinations } } : undefined
}
