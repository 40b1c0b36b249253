/** Makes answers with the headers that all of them have, and errors in the format of the operation's API. */
import { ERRORS, type GatewayError } from './errors.ts'
import type { Answer } from './http.ts'
import type { Shape } from './shapes/shape.ts'

/** `no-store` because an answer is for one caller only. The load balancer adds CORS headers, and it answers preflight requests too. */
function headersFor(requestId: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  }
}

/** @param body a JSON text, or a stream */
export function answer(body: Answer['body'], requestId: string, headers: Readonly<Record<string, string>>): Answer {
  return { status: 200, headers: { ...headersFor(requestId), ...headers }, body }
}

export function answerError(error: GatewayError, requestId: string, shape: Shape): Answer {
  const { status, headers, body } = shape.error(error, requestId)
  const all: Record<string, string> = {
    ...headersFor(requestId),
    ...error.headers,
    ...headers,
    'x-error-code': error.code,
  }
  if (ERRORS[error.code].status === 401) {
    const challenge = error.code === 'token_missing' ? '' : ', error="invalid_token"'
    all['www-authenticate'] = `Bearer realm="gateway"${challenge}`
  }
  return { status, headers: all, body }
}
