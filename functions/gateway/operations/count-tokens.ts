/** `POST /TENANT/model/MODEL/count-tokens`: Bedrock's own. It counts for foundation models, so a profile's is asked. */
import { baseModelId } from '../model/features.ts'
import type { OfferedOperation } from '../operation.ts'
import { bedrockShape } from '../shapes/bedrock.ts'

export const countTokens: OfferedOperation = {
  name: 'count_tokens',
  method: 'POST',
  path: '/model/{model}/count-tokens',
  shape: bedrockShape,
  async answer(call) {
    const model = call.model(call.path.model ?? '')
    return call.json(await call.models.countTokens(baseModelId(model.id), call.body.text))
  },
}
