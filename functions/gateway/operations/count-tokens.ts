/** `POST /TENANT/model/MODEL/count-tokens`: Bedrock's own API. */
import type { OfferedOperation } from '../operation.ts'
import { bedrockShape } from '../shapes/bedrock.ts'

export const countTokens: OfferedOperation = {
  name: 'count_tokens',
  method: 'POST',
  path: '/model/{model}/count-tokens',
  shape: bedrockShape,
  async answer(call) {
    const model = call.model(call.path.model ?? '')
    return call.json(await call.models.countTokens(model, call.body.text))
  },
}
