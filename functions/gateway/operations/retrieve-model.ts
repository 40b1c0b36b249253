/** `GET /TENANT/v1/models/MODEL`: one of the tenant's models, by its name or its configured Bedrock id. */
import { anthropicModel } from '../anthropic/models.ts'
import { openaiModel } from '../openai/models.ts'
import type { OfferedOperation } from '../operation.ts'
import { anthropicShape } from '../shapes/anthropic.ts'
import { openaiShape } from '../shapes/openai.ts'
import { ofAnthropic } from './list-models.ts'

export const retrieveModel: OfferedOperation = {
  name: 'retrieve_model',
  method: 'GET',
  path: '/v1/models/{model}',
  shape: (headers) => (ofAnthropic(headers) ? anthropicShape : openaiShape),
  async answer({ headers, path, model, json }) {
    const { name, id } = model(path.model ?? '')
    return json(JSON.stringify(ofAnthropic(headers) ? anthropicModel([name, id]) : openaiModel([name, id])))
  },
}
