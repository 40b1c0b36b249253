/** The body of `POST /v1/embeddings`, and its answer. */
import type { OpenAI } from 'openai'
import * as v from 'valibot'
import { parseFields } from '../validate.ts'
import { apiObject } from './api-object.ts'
import { EMBEDDINGS } from './fields.ts'

const MOST_TEXTS = 2048

const text = v.pipe(v.string(), v.minLength(1, 'must not be empty.'))
const texts = v.pipe(
  v.array(text),
  v.minLength(1, 'must not be empty.'),
  v.maxLength(MOST_TEXTS, `must have ${MOST_TEXTS} texts or fewer.`),
)
/** Token ids of OpenAI's models mean nothing to other models. LangChain for Python sends them unless it is configured otherwise. */
const tokens = v.pipe(
  v.array(v.unknown()),
  v.check(() => false, 'must be texts, not tokens. LangChain sends texts with check_embedding_ctx_length=False.'),
  v.transform((): readonly string[] => []),
)

function inputSchema(input: unknown): v.GenericSchema<unknown, string | readonly string[]> {
  if (!Array.isArray(input)) return text
  const ofTokens = input.length > 0 && input.every((one) => typeof one === 'number' || Array.isArray(one))
  return ofTokens ? tokens : texts
}

const schema = apiObject(EMBEDDINGS, {
  model: v.string(),
  input: v.lazy(inputSchema),
  dimensions: v.nullish(v.pipe(v.number(), v.integer('must be a whole number.'), v.minValue(1, 'must be 1 or more.'))),
  encoding_format: v.nullish(v.picklist(['float', 'base64'])),
  input_type: v.nullish(v.picklist(['search_document', 'search_query', 'classification', 'clustering'])),
})

export type EmbeddingsRequest = v.InferOutput<typeof schema>

export const readEmbeddings = (fields: unknown): EmbeddingsRequest => parseFields(schema, fields)

type Answer = OpenAI.Embeddings.CreateEmbeddingResponse

export function embeddingsAnswer(
  vectors: readonly (readonly number[])[],
  model: string,
  promptTokens: number,
  format: EmbeddingsRequest['encoding_format'],
) {
  return {
    object: 'list',
    model,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: format === 'base64' ? base64Of(vector) : [...vector],
    })),
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  } satisfies Omit<Answer, 'data'> & { readonly data: readonly { readonly embedding: string | number[] }[] }
}

/** Base64 of floats of four bytes each, least significant byte first, which is what OpenAI's clients read. */
function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}
