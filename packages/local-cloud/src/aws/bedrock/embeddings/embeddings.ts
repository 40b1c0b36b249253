/**
 * Models that turn text into vectors. Only `InvokeModel` calls them. The stand-in always answers for them, whatever backend answers for the
 * other models.
 */
import {
  boolean,
  integer,
  list,
  oneOf,
  read,
  required,
  structure,
  text,
  unsupported,
} from '../../../wire/protocol/shape.ts'
import type { EmbeddingFamily, FoundationModel } from '../catalogue.ts'
import { extraneous, MALFORMED } from '../invoke/format.ts'
import { invalid, malformed } from '../refusals.ts'
import { tokensIn } from '../tokens.ts'
import { asBinary, asBits, asInt8, asUbinary, asUint8, vectorOf } from './vector.ts'

export interface Embedded {
  readonly output: unknown
  readonly inputTokens: number
}

type Embed = (body: unknown, model: FoundationModel, requestId: string) => Embedded

const TITAN_SIZES = [1024, 512, 256]
const TITAN_1 = 'amazon.titan-embed-text-v1'
const TITAN_1_SIZE = 1536

const TITAN_INPUT = structure(
  {
    inputText: required(text({ min: 1 })),
    dimensions: integer(),
    normalize: boolean,
    embeddingTypes: list(oneOf('float', 'binary'), { min: 1 }),
  },
  extraneous,
)

const titan: Embed = (body, { id, maxInputTokens }) => {
  const { inputText, dimensions, normalize, embeddingTypes = ['float'] } = read(TITAN_INPUT, body, MALFORMED)
  const first = id === TITAN_1
  if (first && (dimensions ?? normalize) !== undefined)
    throw malformed(`extraneous key [${dimensions === undefined ? 'normalize' : 'dimensions'}] is not permitted`)
  if (dimensions !== undefined && !TITAN_SIZES.includes(dimensions))
    throw malformed(`#/dimensions: ${dimensions} is not a valid enum value`)
  const inputTokens = tokensIn(inputText)
  if (inputTokens > maxInputTokens)
    throw invalid(
      `400 Bad Request: Too many input tokens. Max input tokens: ${maxInputTokens}, request input token count: ${inputTokens} `,
    )
  const vector = vectorOf(inputText, first ? TITAN_1_SIZE : (dimensions ?? TITAN_SIZES[0] ?? 0))
  const byType = Object.fromEntries(embeddingTypes.map((type) => [type, type === 'float' ? vector : asBits(vector)]))
  const output = {
    ...((first || embeddingTypes.includes('float')) && { embedding: vector }),
    ...(!first && { embeddingsByType: byType }),
    inputTextTokenCount: inputTokens,
  }
  return { output, inputTokens }
}

const MAX_TEXTS = 96
const COHERE_3_CHARACTERS = 2048
const COHERE_3_SIZE = 1024
const COHERE_4_SIZES = [1536, 1024, 512, 256]
const TYPES = {
  float: (vector: readonly number[]) => vector,
  int8: asInt8,
  uint8: asUint8,
  binary: asBinary,
  ubinary: asUbinary,
}

const COHERE_INPUT = structure(
  {
    texts: required(list(text(), { min: 1, max: MAX_TEXTS })),
    input_type: required(oneOf('search_document', 'search_query', 'classification', 'clustering', 'image')),
    truncate: oneOf('NONE', 'START', 'END', 'LEFT', 'RIGHT'),
    embedding_types: list(oneOf('float', 'int8', 'uint8', 'binary', 'ubinary')),
    output_dimension: integer(),
    max_tokens: integer({ min: 1 }),
    images: unsupported,
    inputs: unsupported,
  },
  extraneous,
)

const cohere: Embed = (body, { id, maxInputTokens }, requestId) => {
  const input = read(COHERE_INPUT, body, MALFORMED)
  const { texts, truncate = 'NONE', embedding_types, output_dimension } = input
  const third = id.endsWith('-v3')
  if (third && output_dimension !== undefined) throw malformed('extraneous key [output_dimension] is not permitted')
  if (output_dimension !== undefined && !COHERE_4_SIZES.includes(output_dimension))
    throw malformed(`#/output_dimension: ${output_dimension} is not a valid enum value`)
  texts.forEach((one, index) => {
    if (third && one.length > COHERE_3_CHARACTERS)
      throw malformed(`#/texts/${index}: expected maxLength: ${COHERE_3_CHARACTERS}, actual: ${one.length}`)
    if (truncate === 'NONE' && tokensIn(one) > maxInputTokens)
      throw invalid(`too many tokens: total number of tokens in the prompt cannot exceed ${maxInputTokens}`)
  })
  const vectors = texts.map((one) =>
    vectorOf(one, third ? COHERE_3_SIZE : (output_dimension ?? COHERE_4_SIZES[0] ?? 0)),
  )
  const output = {
    id: requestId,
    texts,
    ...(embedding_types
      ? {
          response_type: 'embeddings_by_type',
          embeddings: Object.fromEntries(embedding_types.map((type) => [type, vectors.map(TYPES[type])])),
        }
      : { response_type: 'embeddings_floats', embeddings: vectors }),
  }
  return { output, inputTokens: texts.reduce((sum, one) => sum + tokensIn(one), 0) }
}

export const EMBEDDINGS: Readonly<Record<EmbeddingFamily, Embed>> = { titanEmbedding: titan, cohereEmbedding: cohere }
