/** Answers: our own JSON, Bedrock's, and errors in the shape of the path they answer. */
import { ERRORS, type GatewayError } from './errors.ts'

/** `no-store`: an answer belongs to one caller. CORS headers are the load balancer's, which answers preflights too. */
function headersFor(requestId: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  }
}

/** @param body JSON as text. */
export function answer(body: string, requestId: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { status: 200, statusText: 'OK', headers: { ...headersFor(requestId), ...headers } })
}

/** Bedrock's clients read the request id from a header of their own. */
export const bedrockHeaders = (requestId: string) => ({ 'x-amzn-requestid': requestId })

/** @param shape `bedrock` on `/model/…` paths, so that an AWS SDK makes its own exceptions of it. */
export function answerError(error: GatewayError, requestId: string, shape: 'gateway' | 'bedrock'): Response {
  const kind = ERRORS[error.code]
  const status = shape === 'bedrock' ? kind.bedrock.status : kind.status
  const headers: Record<string, string> = { ...headersFor(requestId), ...error.headers, 'x-error-code': error.code }
  if (kind.status === 401) {
    const challenge = error.code === 'token_missing' ? '' : ', error="invalid_token"'
    headers['www-authenticate'] = `Bearer realm="gateway"${challenge}`
  }
  if (shape === 'bedrock') {
    Object.assign(headers, bedrockHeaders(requestId), { 'x-amzn-errortype': kind.bedrock.type })
    return new Response(JSON.stringify({ message: error.message }), { status, headers })
  }
  const body = { error: { code: error.code, message: error.message, requestId } }
  return new Response(JSON.stringify(body), { status, headers })
}
