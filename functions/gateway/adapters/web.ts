/** Converts between the web's `Request` and `Response` and the app's types, for tests and for programs that embed the app. */
import type { Answer, AnswerStream, IncomingRequest } from '../http.ts'

export function fromRequest(request: Request): IncomingRequest {
  const { method, headers, signal } = request
  const url = new URL(request.url)
  const body = async () => new Uint8Array(await request.arrayBuffer())
  return { method, headers, signal, body, path: url.pathname, query: url.searchParams }
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(typeof body === 'string' ? body : toReadable(body), { status, headers })
}

function toReadable(pieces: AnswerStream): ReadableStream<Uint8Array> {
  const text = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(typeof value === 'string' ? text.encode(value) : value)
      },
      async cancel() {
        await pieces.return()
      },
    },
    { highWaterMark: 0 },
  )
}
