/** `POST /TENANT/model/MODEL/converse`: Bedrock's own, body and answer passed on as they are. */
import { type Body, isObject } from '../body.ts'
import { GatewayError } from '../errors.ts'
import { MAX_TOKENS } from '../limits.ts'
import type { OfferedOperation } from '../operation.ts'
import { bedrockShape } from '../shapes/bedrock.ts'
import { optionalWholeNumber } from '../values.ts'

export const converse: OfferedOperation = {
  name: 'converse',
  method: 'POST',
  path: '/model/{model}/converse',
  shape: bedrockShape,
  async answer(call) {
    const model = call.model(call.path.model ?? '')
    const { json } = await call.models.converse(model, converseBody(call.body))
    return call.json(json)
  },
}

/** The caller's text, which Bedrock itself validates. Only `maxTokens` is looked at, and added where it is missing. */
export function converseBody({ text, fields }: Body): string {
  const given = fields.inferenceConfig ?? {}
  if (!isObject(given)) throw new GatewayError('field_invalid', 'The field "inferenceConfig" must be an object.')
  const maxTokens = optionalWholeNumber(given.maxTokens ?? undefined, 'inferenceConfig.maxTokens', MAX_TOKENS)
  return maxTokens === undefined ? withMaxTokens(text) : text
}

/** Written anew with the numbers exactly as the caller wrote them: a tool's schema may hold integers that a double cannot. */
function withMaxTokens(text: string): string {
  try {
    const body: Body['fields'] = JSON.parse(text, keepNumber)
    const given = isObject(body.inferenceConfig) ? body.inferenceConfig : {}
    return JSON.stringify({ ...body, inferenceConfig: { ...given, maxTokens: MAX_TOKENS.default } })
  } catch (cause) {
    if (cause instanceof RangeError) throw new GatewayError('body_not_json', 'The body is nested too deeply.')
    throw cause
  }
}

/** ES2025's JSON source text access, which TypeScript's library does not know yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

function keepNumber(_key: string, value: unknown, context?: { readonly source: string }): unknown {
  return typeof value === 'number' && context !== undefined ? rawJSON(context.source) : value
}
