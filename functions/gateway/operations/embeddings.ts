/** `POST /TENANT/v1/embeddings`: OpenAI's API, answered by InvokeModel of Titan and Cohere. */
import { ignoredIn } from '../openai/api-object.ts'
import { embeddingModel } from '../openai/embedding-models.ts'
import { embeddingsAnswer, readEmbeddings } from '../openai/embeddings.ts'
import { EMBEDDINGS } from '../openai/fields.ts'
import { ignoredHeaders } from '../openai/ignored.ts'
import type { OfferedOperation } from '../operation.ts'
import { openaiShape } from '../shapes/openai.ts'

/** Titan takes one text a call. This limits the calls made at the same time, so that one request does not use up a minute's quota at once. */
const CALLS_AT_A_TIME = 8

export const embeddings: OfferedOperation = {
  name: 'embeddings',
  method: 'POST',
  path: '/v1/embeddings',
  shape: openaiShape,
  async answer(call) {
    const request = readEmbeddings(call.body.fields)
    const model = call.model(request.model)
    const { texts: most, body, read } = embeddingModel(model.id)
    const wish = {
      inputType: request.input_type ?? 'search_document',
      ...(typeof request.dimensions === 'number' && { dimensions: request.dimensions }),
    }
    const texts = typeof request.input === 'string' ? [request.input] : request.input
    const bodies = chunks(texts, most).map((some) => JSON.stringify(body(some, wish)))
    await call.models.expect(model, bodies)
    const answers = await atATime(CALLS_AT_A_TIME, bodies, (one) => call.models.invokeModel(model, one))
    const vectors = answers.flatMap(({ json }) => read(JSON.parse(json)))
    const tokens = answers.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0)
    return call.json(
      JSON.stringify(embeddingsAnswer(vectors, request.model, tokens, request.encoding_format)),
      ignoredHeaders(ignoredIn(EMBEDDINGS, request, '')),
    )
  },
}

function chunks<One>(all: readonly One[], size: number): readonly (readonly One[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}

/** Returns the results in the order of the items. After a failure no further call is started. */
async function atATime<One, Result>(
  many: number,
  all: readonly One[],
  work: (one: One) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (!failed && next < all.length) {
      const index = next++
      try {
        results[index] = await work(all[index] as One)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(many, all.length) }, worker))
  return results
}
