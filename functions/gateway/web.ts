/** Between the web's own `Request` and `Response` and what the app takes and gives: for tests, and for whoever embeds it. */
import type { Answer, IncomingRequest } from './http.ts'

export function fromRequest(request: Request): IncomingRequest {
  const { method, headers, signal } = request
  const url = new URL(request.url)
  const body = async () => new Uint8Array(await request.arrayBuffer())
  return { method, headers, signal, body, path: url.pathname, query: url.searchParams }
}

export function toResponse({ status, headers, body }: Answer): Response {
  // No `Response` can be made with a status that HTTP does not know as one of an answer with a body.
  return new Response(body, { status, headers })
}
