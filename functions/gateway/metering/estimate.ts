/**
 * The most that a call of a model can use, before it is made; Bedrock reserves the same. The output is limited by what the body asks for. The
 * input is an estimate: a third of the bytes of its JSON, which is more than the tokens of most texts and less than those of some (decision 0102
 * has figures), and constants for everything that is not text. If the estimate is too low, the difference is charged afterwards.
 */
import { isMap } from '../../../shared/is-map.ts'
import { MAX_TOKENS } from '../constants.ts'
import type { BedrockOperation } from '../model/bedrock.ts'
import { entryAt, maxTokensField } from '../model/bodies.ts'
import { longestAnswerOf } from '../model/features.ts'

export interface Estimate {
  readonly inputTokens: number
  readonly maxTokens: number
  /** The service tier that the body asks for, by Bedrock's name. */
  readonly tier?: string
  /** Whether a part of the input may be charged as a write to the cache. */
  readonly caches: boolean
}

/** A character of Chinese or Japanese has three bytes and is about one token; a token of English or code has four bytes or more. */
const BYTES_A_TOKEN = 3
/** Tokens that a model adds to a request with tools (at most 530, for Claude 3, in Anthropic's table of system prompts). */
const TOOLS = 600
/** Tokens that it adds for a tool that it has itself, such as control of a computer's screen. */
const KNOWN_TOOL = 1_000
/** Tokens of the largest image that a model looks at: 2,576 by 2,576 pixels, 750 a token, for Claude; less for Nova. */
const IMAGE = 5_000
/** Tokens of a page's text and its image. */
const PAGE = 5_000
const MOST_PAGES = 1_000
/** Bytes of a page in a PDF file whose pages cannot be counted because they are compressed. */
const PAGE_BYTES = 4_000
/** Bytes of a video or audio file for each token, also for one that is stored elsewhere. */
const MEDIA_BYTES_A_TOKEN = 40
const STORED_MEDIA = 300_000

/**
 * @param modelIds models that may be asked with this body: their longest answer counts
 * @param headers headers sent beside the body
 */
export function estimateOf(
  operation: BedrockOperation,
  modelIds: readonly string[],
  text: string,
  headers: Readonly<Record<string, string>>,
): Estimate {
  if (operation === 'count-tokens') return { inputTokens: 0, maxTokens: 0, caches: false }
  const body: unknown = JSON.parse(text)
  const found = isMap(body) ? weigh(body) : NOTHING
  const bytes = Buffer.byteLength(text) - found.mediaBytes
  const tier = headers['x-amzn-bedrock-service-tier'] ?? tierOf(body)
  return {
    inputTokens: Math.ceil(bytes / BYTES_A_TOKEN) + found.tokens,
    maxTokens: Math.max(...modelIds.map((modelId) => maxTokensOf(operation, modelId, body))),
    ...(tier !== undefined && { tier }),
    caches: text.includes('"cachePoint"') || text.includes('"cache_control"'),
  }
}

function tierOf(body: unknown): string | undefined {
  const tier = isMap(body) ? (isMap(body.serviceTier) ? body.serviceTier.type : body.service_tier) : undefined
  return typeof tier === 'string' ? tier : undefined
}

/** Names of the field with the most tokens of an answer, for different models. */
export const BOUNDS = [
  'max_tokens',
  'maxTokens',
  'max_completion_tokens',
  'max_gen_len',
  'max_new_tokens',
  'maxTokenCount',
  'max_output_tokens',
] as const

/**
 * The largest number that the body names. If the body names none in a field that the model surely reads, or names something that is not a
 * number of tokens, it is the longest answer that the model can give.
 */
function maxTokensOf(operation: BedrockOperation, modelId: string, body: unknown): number {
  const fields = operation.startsWith('invoke') ? invokeFields(modelId) : ['inferenceConfig.maxTokens']
  if (fields.length === 0) return 0
  const named: number[] = []
  const look = (value: unknown) => {
    if (isMap(value)) for (const name of BOUNDS) if (isTokens(value[name])) named.push(value[name])
  }
  const own = isMap(body) ? body.additionalModelRequestFields : undefined
  for (const part of [body, own])
    if (isMap(part)) for (const one of [part, part.inferenceConfig, part.textGenerationConfig]) look(one)
  const isBounded = fields.some((path) => isTokens(entryAt(body, path)))
  const most = Math.max(...named, isBounded ? 0 : longestAnswerOf(modelId))
  return Math.min(most, MAX_TOKENS.maximum)
}

/** Where a family's own body says how long an answer may be; empty for one that writes none. */
function invokeFields(modelId: string): readonly string[] {
  const field = maxTokensField(modelId)
  if (field === undefined) return []
  // Nova takes both spellings.
  return field === 'inferenceConfig.maxTokens' ? [field, 'inferenceConfig.max_new_tokens'] : [field]
}

const isTokens = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** Of a request that is written differently for several models: the largest of their estimates. */
export function largest(one: Estimate, others: readonly Estimate[]): Estimate {
  const all = [one, ...others]
  return {
    ...one,
    inputTokens: Math.max(...all.map(({ inputTokens }) => inputTokens)),
    maxTokens: Math.max(...all.map(({ maxTokens }) => maxTokens)),
    caches: all.some(({ caches }) => caches),
  }
}

interface Weight {
  /** Bytes of the JSON that are media, not text. */
  readonly mediaBytes: number
  /** Tokens for the media and for tools. */
  readonly tokens: number
}

const NOTHING: Weight = { mediaBytes: 0, tokens: 0 }

function weigh(body: Readonly<Record<string, unknown>>): Weight {
  let mediaBytes = 0
  let tokens = toolsOf(body)
  // With a list instead of recursion, because as many levels as the caller sent could overflow the stack.
  const open: unknown[] = [body]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    const media = Array.isArray(value) ? undefined : mediaOf(value as Readonly<Record<string, unknown>>)
    if (media) {
      mediaBytes += media.mediaBytes
      tokens += media.tokens
    } else for (const one of Object.values(value)) if (typeof one === 'object') open.push(one)
  }
  return { mediaBytes, tokens }
}

function toolsOf({ toolConfig, tools }: Readonly<Record<string, unknown>>): number {
  const list = isMap(toolConfig) ? toolConfig.tools : tools
  if (!Array.isArray(list) || list.length === 0) return 0
  const known = list.filter(
    (tool) => isMap(tool) && typeof tool.type === 'string' && !/^(custom|function)$/.test(tool.type),
  )
  return TOOLS + known.length * KNOWN_TOOL
}

/** A block with a picture, a document, video or audio, in Converse's and Nova's form, or in Anthropic's. */
function mediaOf(block: Readonly<Record<string, unknown>>): Weight | undefined {
  for (const kind of ['image', 'document', 'video', 'audio'] as const) {
    const media = block[kind]
    if (isMap(media) && isMap(media.source)) return weightOf(kind, media.source, `${media.format ?? ''}`)
    if (block.type === kind && isMap(block.source))
      return weightOf(kind, block.source, `${block.source.media_type ?? ''}`)
  }
  return undefined
}

function weightOf(
  kind: 'image' | 'document' | 'video' | 'audio',
  source: Readonly<Record<string, unknown>>,
  format: string,
): Weight | undefined {
  const base64 = [source.bytes, source.data].find((one) => typeof one === 'string') as string | undefined
  // Text in a document is counted like other text.
  const stored = base64 === undefined && (source.s3Location !== undefined || source.url !== undefined)
  if ((base64 === undefined && !stored) || source.type === 'text')
    return kind === 'image' ? { mediaBytes: 0, tokens: IMAGE } : undefined
  const mediaBytes = base64?.length ?? 0
  const bytes = Math.ceil((mediaBytes * 3) / 4)
  if (kind === 'image') return { mediaBytes, tokens: IMAGE }
  if (stored) return { mediaBytes, tokens: STORED_MEDIA }
  if (kind !== 'document') return { mediaBytes, tokens: Math.ceil(bytes / MEDIA_BYTES_A_TOKEN) }
  // Compressed text has at most one token a byte; other documents are counted by their pages.
  return { mediaBytes, tokens: /pdf/.test(format) ? PAGE * pagesOf(base64 ?? '') : bytes }
}

function pagesOf(base64: string): number {
  const file = Buffer.from(base64, 'base64')
  const named = file.toString('latin1').match(/\/Type\s*\/Page(?![a-zA-Z])/g)?.length ?? 0
  return Math.min(MOST_PAGES, named > 0 ? named : Math.ceil(file.byteLength / PAGE_BYTES))
}
