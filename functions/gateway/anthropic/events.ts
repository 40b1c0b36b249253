/** Claude's own events, as Bedrock wraps them, → the server-sent events of Anthropic's API. */
import { GatewayError } from '../errors.ts'
import { serverSentEvent } from '../shapes/shape.ts'
import type { Encoder } from '../stream.ts'

/** Bedrock's addition to the last event; Anthropic's API has no such field. */
const METRICS = 'amazon-bedrock-invocationMetrics'

/** An answer is whole only when the model said so: Bedrock's stream of a lost one ends like any other. */
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
