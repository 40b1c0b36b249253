/** Calls the server's API with the token from the address bar. Events are read by `fetch`, because EventSource cannot send headers. */
import type { Message } from '../messages.ts'

/** The token stays in the fragment, which no browser sends, so that the page can be loaded again. */
const token = () => location.hash.slice(1)

const AGAIN_MILLISECONDS = 1_000

const headers = () => ({ authorization: `Bearer ${token()}` })

export type State = 'live' | 'refused' | 'lost'

/** @throws Error with the server's message */
export async function ask(path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(path, {
    headers: { ...headers(), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error([answer.error, answer.remedy].filter(Boolean).join(' '))
  return answer
}

/** Reads events for as long as the page is open. */
export async function follow(told: (message: Message) => void, state: (state: State) => void): Promise<void> {
  for (;;) {
    try {
      const response = await fetch('/api/events', { headers: headers() })
      if (response.status === 401) {
        state('refused')
        return
      }
      if (response.ok && response.body) {
        state('live')
        await read(response.body, told)
      }
    } catch {
      // The cloud was stopped, or this computer slept.
    }
    state('lost')
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLISECONDS))
  }
}

async function read(body: ReadableStream<Uint8Array>, told: (message: Message) => void): Promise<void> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const events = (rest + decoder.decode(value, { stream: true })).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) if (event.startsWith('data: ')) told(JSON.parse(event.slice('data: '.length)))
  }
}
