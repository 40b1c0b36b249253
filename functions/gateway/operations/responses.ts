/** `POST /TENANT/v1/responses`: OpenAI's API without stored responses, answered by Converse. */
import { isTooDeep, mayLoseNumbers, parseKeepingNumbers } from '../json.ts'
import { invalidAnswer } from '../model/answer.ts'
import type { ConverseResponse } from '../model/wire.ts'
import { mappedFor } from '../openai/mapped-by-model.ts'
import type { OfferedOperation } from '../operation.ts'
import { frameOf, wholeResponse } from '../responses/answer.ts'
import { mapResponses, readResponses } from '../responses/request.ts'
import { responsesStream } from '../responses/stream.ts'
import { openaiShape } from '../shapes/openai.ts'

export const responses: OfferedOperation = {
  name: 'responses',
  method: 'POST',
  path: '/v1/responses',
  shape: openaiShape,
  async answer(call) {
    const request = readResponses(call.body)
    const model = call.model(request.model)
    const mapped = mappedFor(model, (one) => mapResponses(request, one))
    const frame = frameOf(request, { requestId: call.requestId, model: request.model, now: Date.now() })
    if (request.stream) {
      const stream = await call.models.converseStream(model, mapped.body)
      return call.stream(stream, responsesStream(frame), mapped.headers())
    }
    const { json, answer } = await call.models.converse(model, mapped.body)
    if (isTooDeep(json)) throw invalidAnswer('it is nested too deeply')
    const whole = mayLoseNumbers(json) ? (parseKeepingNumbers(json) as ConverseResponse) : answer
    return call.json(JSON.stringify(wholeResponse(whole, frame)), mapped.headers())
  },
}
