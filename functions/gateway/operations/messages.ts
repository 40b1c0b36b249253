/** `POST /TENANT/v1/messages`: Anthropic's API for the tenant's Claude models, whole and streamed. */
import { messagesRequest } from '../anthropic/body.ts'
import { createAnthropicEncoder } from '../anthropic/events.ts'
import type { OfferedOperation } from '../operation.ts'
import { anthropicShape } from '../shapes/anthropic.ts'

export const messages: OfferedOperation = {
  name: 'messages',
  method: 'POST',
  path: '/v1/messages',
  shape: anthropicShape,
  // Claude Code and the SDK's `beta` resources send `?beta=true`, which has no effect; the header decides.
  query: ['beta'],
  async answer(call) {
    const { model, stream, body, headers } = messagesRequest(call)
    if (stream) return call.stream(await call.models.invokeModelStream(model, body), createAnthropicEncoder(), headers)
    const { json } = await call.models.invokeModel(model, body)
    return call.json(json, headers)
  },
}
