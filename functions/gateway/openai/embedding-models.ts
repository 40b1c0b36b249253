/**
 * Bedrock's embedding models: the request that each takes for a number of texts, and the answer that it gives (AWS's user guide, November 2026).
 */
import { GatewayError } from '../errors.ts'
import { baseModelId } from '../model/features.ts'
import { refuse } from './refuse.ts'

export interface EmbeddingWish {
  readonly dimensions?: number
  /** Cohere's models distinguish documents from queries. */
  readonly inputType: string
}

export interface EmbeddingModel {
  /** Number of texts that one call of the model takes. */
  readonly texts: number
  /** The body of InvokeModel. */
  body(texts: readonly string[], wish: EmbeddingWish): object
  /** @returns one vector for each text */
  read(answer: unknown): readonly (readonly number[])[]
}

const titan2: EmbeddingModel = {
  texts: 1,
  body: ([inputText], { dimensions }) => ({
    inputText,
    ...(dimensions && { dimensions: among(dimensions, [256, 512, 1024]) }),
  }),
  read: (answer) => [vector(field(answer, 'embedding'))],
}
const titan1: EmbeddingModel = {
  texts: 1,
  body: ([inputText], { dimensions }) => {
    if (dimensions) among(dimensions, [1536])
    return { inputText }
  },
  read: titan2.read,
}
const cohere = (sizes: readonly number[], chosen: boolean): EmbeddingModel => ({
  texts: 96,
  body: (texts, { dimensions, inputType }) => ({
    texts,
    input_type: inputType,
    embedding_types: ['float'],
    ...(dimensions && among(dimensions, sizes) && chosen && { output_dimension: dimensions }),
  }),
  read: (answer) => list(field(field(answer, 'embeddings'), 'float')).map(vector),
})

const MODELS: readonly (readonly [RegExp, EmbeddingModel])[] = [
  [/^amazon\.titan-embed-text-v2/, titan2],
  [/^amazon\.titan-embed-(text-v1|g1-text)/, titan1],
  [/^cohere\.embed-(english|multilingual)-v3/, cohere([1024], false)],
  [/^cohere\.embed-v4/, cohere([256, 512, 1024, 1536], true)],
]

/** @throws GatewayError for a model that makes no embeddings, or one that is not in this table */
export function embeddingModel(id: string): EmbeddingModel {
  const base = baseModelId(id)
  const model = MODELS.find(([pattern]) => pattern.test(base))?.[1]
  if (model) return model
  throw refuse(
    'model',
    'is no model of embeddings that is known here. Amazon Titan Text Embeddings and Cohere Embed are.',
  )
}

function among(dimensions: number, sizes: readonly number[]): number {
  if (sizes.includes(dimensions)) return dimensions
  throw refuse('dimensions', `must be ${sizes.length > 1 ? 'one of ' : ''}${sizes.join(', ')} for this model.`)
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw noEmbedding()
}

function vector(value: unknown): readonly number[] {
  const numbers = list(value)
  if (numbers.length > 0 && numbers.every((one) => typeof one === 'number')) return numbers
  throw noEmbedding()
}

const noEmbedding = () =>
  new GatewayError('model_answer_invalid', 'The model service answered something that is no embedding. Try again.')
