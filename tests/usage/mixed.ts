/** Requests of every kind, as a day has them, and what came of them: for the tests of what adds up. */
import { readFileSync } from 'node:fs'
import { request as https } from 'node:https'
import type { Platform } from '../platform/platform.ts'

/** Kinds by what a model has to do with them. */
export type Kind = 'served' | 'refused' | 'left'

interface Asked {
  readonly kind: Kind
  readonly path: string
  readonly body: unknown
}

const user = (content: unknown) => [{ role: 'user', content }]
const LONG = 'A prompt that is worth being cached. '.repeat(200)

/** The nth request; `text` differs from the others', so that each has tokens of its own. */
function requestOf(n: number): Asked {
  const text = `Request ${n}: ${'word '.repeat(n % 17)}?`
  const chat = { model: n % 2 ? 'nova-2-lite' : 'claude-haiku-4.5', messages: user(text) }
  const cached = [{ text: LONG }, { cachePoint: { type: 'default', ...(n % 4 === 1 && { ttl: '1h' }) } }, { text }]
  const claude = { max_tokens: 200, messages: user(text) }
  const kinds: readonly Asked[] = [
    { kind: 'served', path: '/invoke', body: { prompt: text } },
    { kind: 'served', path: '/v1/chat/completions', body: chat },
    { kind: 'served', path: '/v1/chat/completions', body: { ...chat, stream: true } },
    { kind: 'served', path: '/v1/messages', body: { model: 'claude-haiku-4.5', ...claude } },
    { kind: 'served', path: '/v1/messages', body: { model: 'claude-haiku-4.5', ...claude, stream: true } },
    { kind: 'served', path: '/model/claude-haiku-4.5/converse', body: { messages: user(cached) } },
    { kind: 'served', path: '/model/nova-2-lite/converse-stream', body: { messages: user([{ text }]) } },
    { kind: 'served', path: '/v1/embeddings', body: { model: 'embed', input: [text, `${text} Again.`] } },
    { kind: 'refused', path: '/v1/chat/completions', body: { ...chat, model: 'no-such-model' } },
    { kind: 'refused', path: '/invoke', body: { prompt: '' } },
    { kind: 'refused', path: '/invoke', body: { prompt: text, requestMetadata: { 'genai:tenant': 'tenant2' } } },
    { kind: 'left', path: '/v1/chat/completions', body: { ...chat, stream: true } },
  ]
  return kinds[n % kinds.length] as Asked
}

export interface Mixed {
  readonly served: number
  readonly refused: number
  readonly left: number
}

/** @param atOnce how many are under way */
export async function mixed(
  platform: Platform,
  tenants: readonly string[],
  count: number,
  atOnce: number,
): Promise<Mixed> {
  const done = { served: 0, refused: 0, left: 0 }
  let next = 0
  const worker = async () => {
    for (let n = next++; n < count; n = next++) {
      const { kind, path, body } = requestOf(Math.floor(n / tenants.length))
      const tenant = tenants[n % tenants.length] as string
      const call = { path: `/${tenant}${path}`, token: await platform.token(tenant), body }
      if (kind === 'left') await leave(platform, call)
      else {
        const { status, body: said } = await platform.call({ method: 'POST', ...call })
        if (status === 200 ? kind !== 'served' : kind !== 'refused') throw new Error(`${path}: ${status} ${said}`)
      }
      done[kind] += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return done
}

/**
 * Closes the connection with the first bytes of the answer.
 * @param after milliseconds after which it is closed in any case. @default never
 */
export function leave(
  platform: Platform,
  { path, token, body }: { path: string; token: string; body: unknown },
  after?: number,
) {
  const { hostname } = new URL(platform.hub.gatewayUrl)
  return new Promise<void>((resolve, reject) => {
    const sent = https({
      host: '127.0.0.1',
      port: new URL(platform.localUrl).port,
      method: 'POST',
      path,
      agent: false,
      servername: hostname,
      ca: readFileSync(platform.caFile),
      headers: { host: hostname, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    let left = false
    const close = () => {
      left = true
      sent.destroy()
      resolve()
    }
    const late = after === undefined ? undefined : setTimeout(close, after)
    sent.on('close', () => clearTimeout(late))
    sent.on('error', (error) => left || reject(error))
    sent.on('response', (response) => {
      response.on('error', () => {})
      response.once('data', close)
      response.once('end', () => resolve())
    })
    sent.end(JSON.stringify(body))
  })
}
