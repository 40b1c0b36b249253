/** `POST /TENANT/v1/messages/count_tokens`: Anthropic's API. Bedrock counts if it can; otherwise the answer is an estimate. */

import { isMap } from '../../../shared/is-map.ts'
import { countRequest } from '../anthropic/body.ts'
import { GatewayError } from '../errors.ts'
import type { OfferedOperation } from '../operation.ts'
import { anthropicShape } from '../shapes/anthropic.ts'

/** Bytes of JSON that are counted as one token. For nearly every text this gives more tokens than there are. */
const BYTES_A_TOKEN = 3

export const messagesCountTokens: OfferedOperation = {
  name: 'messages_count_tokens',
  method: 'POST',
  path: '/v1/messages/count_tokens',
  shape: anthropicShape,
  query: ['beta'],
  async answer(call) {
    const { model, body, headers } = countRequest(call)
    const counted = await count(call.models.countTokens(model, countTokensBody(body(model.id))))
    const tokens = counted ?? Math.ceil(Buffer.byteLength(call.body.text) / BYTES_A_TOKEN)
    return call.json(JSON.stringify({ input_tokens: tokens }), {
      ...headers,
      ...(counted === undefined && { 'x-genai-estimated': 'input_tokens' }),
    })
  },
}

const countTokensBody = (body: string): string =>
  JSON.stringify({ input: { invokeModel: { body: Buffer.from(body).toString('base64') } } })

/** `undefined` if Bedrock does not count tokens for this model or this account; the caller then gets an estimate. */
async function count(answer: Promise<string>): Promise<number | undefined> {
  try {
    const parsed: unknown = JSON.parse(await answer)
    const tokens = isMap(parsed) ? parsed.inputTokens : undefined
    return typeof tokens === 'number' ? tokens : undefined
  } catch (error) {
    if (error instanceof GatewayError && isNotCounted(error)) return undefined
    throw error
  }
}

const isNotCounted = ({ code, message }: GatewayError): boolean =>
  code === 'model_access_denied' ||
  code === 'model_not_found' ||
  (code === 'model_rejected_input' && /support\S* counting tokens/.test(message))
