/** Answers: with the headers that all of them have, and errors in the shape of the operation. */
import { ERRORS, type GatewayError } from './errors.ts'
import type { Shape } from './shapes/shape.ts'

/** `no-store`: an answer belongs to one caller. CORS headers are the load balancer's, which answers preflights too. */
function headersFor(requestId: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  }
}

/** @param body JSON as text, or a stream */
export function answer(
  body: string | ReadableStream<Uint8Array>,
  requestId: string,
  headers: Readonly<Record<string, string>>,
): Response {
  return new Response(body, { status: 200, statusText: 'OK', headers: { ...headersFor(requestId), ...headers } })
}

export function answerError(error: GatewayError, requestId: string, shape: Shape): Response {
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
  return new Response(body, { status, headers: all })
}
