/** Anthropic's format: `{"type":"error","error":{"type","message"},"request_id"}`, in a stream as the event `error`. */
import type { GatewayError } from '../errors.ts'
import { retryHeaders, statusOf } from './openai.ts'
import { type Shape, serverSentEvent } from './shape.ts'

const idHeaders = (requestId: string) => ({ 'request-id': requestId })

export const anthropicShape: Shape = {
  name: 'anthropic',
  idHeaders,
  error: (error, requestId) => ({
    status: statusOf(error),
    headers: { ...idHeaders(requestId), ...retryHeaders(error) },
    body: JSON.stringify(errorBody(error, requestId)),
  }),
  stream: {
    contentType: 'text/event-stream; charset=utf-8',
    keepAlive: serverSentEvent({ type: 'ping' }, 'ping'),
    error: (error, requestId) => serverSentEvent(errorBody(error, requestId), 'error'),
  },
}

const errorBody = (error: GatewayError, requestId: string) => ({
  type: 'error',
  error: { type: typeOf(statusOf(error)), message: error.message },
  request_id: requestId,
})

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
}

const typeOf = (status: number): string => TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
