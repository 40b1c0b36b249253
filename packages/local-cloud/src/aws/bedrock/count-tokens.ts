/** `CountTokens`: how many tokens a model would read in a request. Only ids of models are accepted, no inference profiles. */
import { blob, object, read, required, structure, union, VALIDATION_EXCEPTIONS } from '../../wire/protocol/shape.ts'
import { isEmbedding } from './catalogue.ts'
import { readCounted } from './converse/converse.ts'
import { readBody } from './invoke/invoke.ts'
import type { Operation } from './operation.ts'
import { respondJson } from './protocol.ts'
import { cannotCount, invalid } from './refusals.ts'
import { inputTokens } from './tokens.ts'

const INPUT = structure({
  input: required(union('CountTokensInput', { converse: object, invokeModel: structure({ body: required(blob) }) })),
})

export const countTokens: Operation = async ({ invoked: { model }, body, requestId }) => {
  if (isEmbedding(model) || !model.features.has('countTokens')) throw cannotCount()
  const { input } = read(INPUT, body(), VALIDATION_EXCEPTIONS)
  const prompt =
    'converse' in input ? readCounted(input.converse, model) : readBody(parsed(input.invokeModel.body), model)
  return respondJson({ inputTokens: inputTokens(prompt) }, requestId)
}

function parsed(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
  } catch {
    throw invalid('The provided request is not valid JSON.')
  }
}
