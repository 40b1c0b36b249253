/** OpenAI's format: `{"error":{"message","type","param","code"}}`, in a stream as one event without `[DONE]` after it. */
import { ERRORS, type GatewayError } from '../errors.ts'
import { type Shape, serverSentEvent } from './shape.ts'

export const openaiShape: Shape = {
  name: 'openai',
  idHeaders: () => ({}),
  error: (error) => ({
    status: statusOf(error),
    headers: retryHeaders(error),
    body: JSON.stringify(errorBody(error)),
  }),
  stream: {
    contentType: 'text/event-stream; charset=utf-8',
    keepAlive: ': keep-alive\n\n',
    error: (error) => serverSentEvent(errorBody(error)),
  },
}

const errorBody = (error: GatewayError) => ({
  error: { message: error.message, type: typeOf(error), param: error.param ?? null, code: error.code },
})

/** Clients of OpenAI and of Anthropic expect 404 for a model that the caller may not use. */
export const statusOf = ({ code, status }: GatewayError): number => (code === 'model_not_allowed' ? 404 : status)

function typeOf(error: GatewayError): string {
  const { code } = error
  const status = statusOf(error)
  if (code === 'model_quota_exceeded' || code === 'budget_exhausted') return 'insufficient_quota'
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 404) return 'not_found_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}

/**
 * Clients of OpenAI and of Anthropic repeat 408, 409, 429 and every 5xx twice by themselves. A header tells them not to, if a repetition could
 * only cost the tokens again.
 */
export function retryHeaders({ code, status }: GatewayError): Readonly<Record<string, string>> {
  const repeatedByClients = status >= 500 || [408, 409, 429].includes(status)
  return repeatedByClients && !ERRORS[code].repeatable ? { 'x-should-retry': 'false' } : {}
}
