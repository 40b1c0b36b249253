/** `POST /TENANT/v1/chat/completions`: OpenAI's API, answered by Converse. */

import { isTooDeep, mayLoseNumbers, parseKeepingNumbers } from '../json.ts'
import { invalidAnswer } from '../model/answer.ts'
import type { ConverseResponse } from '../model/wire.ts'
import { chatCompletion } from '../openai/chat-answer.ts'
import { mapChat, readChat } from '../openai/chat-request.ts'
import { chatStream } from '../openai/chat-stream.ts'
import { mappedFor } from '../openai/mapped-by-model.ts'
import type { OfferedOperation } from '../operation.ts'
import { openaiShape } from '../shapes/openai.ts'

export const chatCompletions: OfferedOperation = {
  name: 'chat_completions',
  method: 'POST',
  path: '/v1/chat/completions',
  shape: openaiShape,
  async answer(call) {
    const request = readChat(call.body)
    const model = call.model(request.model)
    const mapped = mappedFor(model, (one) => mapChat(request, one))
    const options = { requestId: call.requestId, model: request.model, now: Date.now() }
    if (request.stream) {
      const includeUsage = request.stream_options?.include_usage === true
      const stream = await call.models.converseStream(model, mapped.body)
      return call.stream(stream, chatStream({ ...options, includeUsage }), mapped.headers())
    }
    const { json, answer } = await call.models.converse(model, mapped.body)
    if (isTooDeep(json)) throw invalidAnswer('it is nested too deeply')
    const whole = mayLoseNumbers(json) ? (parseKeepingNumbers(json) as ConverseResponse) : answer
    return call.json(JSON.stringify(chatCompletion(whole, options)), mapped.headers())
  },
}
