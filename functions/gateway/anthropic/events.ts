/** Converts Claude's events, as Bedrock wraps them, into the server-sent events of Anthropic's API. */
import { GatewayError } from '../errors.ts'
import { serverSentEvent } from '../shapes/shape.ts'
import type { Encoder } from '../stream.ts'

/** A field that Bedrock adds to the last event, and that Anthropic's API does not have. */
const METRICS = 'amazon-bedrock-invocationMetrics'

/** An answer is complete only if the model has said so: a Bedrock stream that broke off ends like any other. */
export function createAnthropicEncoder(): Encoder<string> {
  let stopped = false
  return {
    encode(text) {
      const event: { readonly type?: unknown; readonly [METRICS]?: unknown } = JSON.parse(text)
      const { type } = event
      if (typeof type !== 'string') throw notAnEvent()
      if (type === 'error') throw new GatewayError('model_error', 'The model failed in the middle of its answer.')
      stopped ||= type === 'message_stop'
      if (!(METRICS in event)) return serverSentEvent(text, type)
      const { [METRICS]: _, ...own } = event
      return serverSentEvent(own, type)
    },
    end() {
      if (stopped) return ''
      throw new GatewayError(
        'model_answer_incomplete',
        'The connection to the model ended before its answer did. What has arrived so far is not the whole answer.',
      )
    },
  }
}

const notAnEvent = () =>
  new GatewayError('model_answer_invalid', "The model service sent something that is not one of Claude's events.")
