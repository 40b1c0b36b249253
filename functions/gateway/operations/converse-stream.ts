/** `POST /TENANT/model/MODEL/converse-stream`: Bedrock's own API; its frames are passed on unchanged. */
import type { OfferedOperation } from '../operation.ts'
import { bedrockShape } from '../shapes/bedrock.ts'
import { converseBody } from './converse.ts'

export const converseStream: OfferedOperation = {
  name: 'converse_stream',
  method: 'POST',
  path: '/model/{model}/converse-stream',
  shape: bedrockShape,
  async answer(call) {
    const model = call.model(call.path.model ?? '')
    return call.passThrough(await call.models.converseStream(model, converseBody(call.body)))
  },
}
