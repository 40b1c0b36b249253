/** The page's calls of the gateway: across origins, with the user's token, on the paths of the user's own tenant. */
import type { ModelPrice } from '../../shared/cost.ts'
import { eventsOf } from './events.ts'
import type { Session } from './sign-in.ts'

export interface Tenant {
  readonly tenant: string
  readonly models: readonly string[]
  readonly defaultModel: string
  /** The account that serves the models. */
  readonly account?: string
  /** What runs the tenant's gateway. */
  readonly compute?: 'lambda' | 'fargate'
  readonly details?: Readonly<Record<string, { readonly id: string; readonly price?: ModelPrice }>>
  readonly pricesAsOf?: string
}

export interface LimitState {
  readonly limit: string
  readonly most: number
  readonly used: number
  readonly left: number
  readonly resetsAt: string
}

export interface ScopeUsage {
  readonly dollars?: number
  readonly limits: readonly LimitState[]
}

export interface CallerUsage {
  readonly month: string
  readonly tenant?: ScopeUsage
  readonly caller?: ScopeUsage
  readonly models: Readonly<Record<string, ScopeUsage>>
}

/** A refusal by the gateway, or by the load balancer in front of it. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  /** The gateway's error code; absent if the load balancer has answered itself. */
  readonly code: string | undefined
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    status: number,
    message: string,
    more: { code?: string | undefined; requestId?: string | undefined; retryAfter?: string | null } = {},
  ) {
    super(message)
    this.status = status
    this.code = more.code
    this.requestId = more.requestId
    const seconds = Number(more.retryAfter)
    this.retryAfterSeconds = more.retryAfter && Number.isFinite(seconds) ? seconds : undefined
  }
}

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } }

export interface ChatMessage {
  readonly role: 'user' | 'assistant'
  readonly content: string | readonly Content[]
}

export interface AnswerUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadInputTokens: number
  readonly cacheWriteInputTokens: number
}

/** The parts of an answer, in this order: once which model answers, then pieces of text, then the usage. */
export type AnswerEvent =
  | { readonly kind: 'begun'; readonly requestId: string | undefined; readonly servedModel: string | undefined }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thought'; readonly text: string }
  | { readonly kind: 'finished'; readonly reason: string }
  | { readonly kind: 'usage'; readonly usage: AnswerUsage }

export interface Gateway {
  tenant(): Promise<Tenant>
  usage(): Promise<CallerUsage>
  /**
   * Ends early when `signal` is aborted.
   * @throws Refused, SessionOver, and TypeError if nothing answers
   */
  chat(model: string, messages: readonly ChatMessage[], signal: AbortSignal): AsyncGenerator<AnswerEvent>
}

/** @param tenant the first part of every path */
export function createGateway(url: string, session: Session, tenant: string): Gateway {
  const call = async (path: string, options: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${await session.idToken()}`, ...options.headers }
    const response = await fetch(`${url}/${tenant}${path}`, { ...options, headers })
    if (!response.ok) throw await refusalOf(response)
    return response
  }
  return {
    tenant: async () => (await (await call('/models')).json()) as Tenant,
    usage: async () => (await (await call('/usage')).json()) as CallerUsage,
    async *chat(model, messages, signal) {
      const body = { model, messages, stream: true, stream_options: { include_usage: true } }
      const response = await call('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      })
      const header = (name: string) => response.headers.get(name) ?? undefined
      yield { kind: 'begun', requestId: header('x-request-id'), servedModel: header('x-genai-model') }
      if (!response.body) return
      for await (const data of eventsOf(response.body)) {
        if (data === '[DONE]') return
        yield* read(JSON.parse(data) as Chunk, header('x-request-id'))
      }
      // A complete stream has an event that says so.
      throw new Refused(200, '', { code: 'model_answer_incomplete', requestId: header('x-request-id') })
    },
  }
}

interface Chunk {
  readonly error?: { readonly code?: string; readonly message?: string }
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly reasoning_content?: string }
    readonly finish_reason?: string | null
  }[]
  readonly usage?: {
    readonly prompt_tokens: number
    readonly completion_tokens: number
    readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly cache_write_tokens?: number }
  } | null
}

function* read({ error, choices = [], usage }: Chunk, requestId: string | undefined): Generator<AnswerEvent> {
  if (error) throw new Refused(200, error.message ?? '', { code: error.code, requestId })
  for (const { delta, finish_reason: reason } of choices) {
    if (delta?.reasoning_content) yield { kind: 'thought', text: delta.reasoning_content }
    if (delta?.content) yield { kind: 'text', text: delta.content }
    if (reason) yield { kind: 'finished', reason }
  }
  if (!usage) return
  const { cached_tokens: cached = 0, cache_write_tokens: written = 0 } = usage.prompt_tokens_details ?? {}
  yield {
    kind: 'usage',
    usage: {
      inputTokens: usage.prompt_tokens - cached - written,
      outputTokens: usage.completion_tokens,
      cacheReadInputTokens: cached,
      cacheWriteInputTokens: written,
    },
  }
}

/** The body of a refusal is JSON of the gateway, or an HTML page of the load balancer, which is ignored. */
async function refusalOf(response: Response): Promise<Refused> {
  const text = await response.text().catch(() => '')
  let message = ''
  let code = response.headers.get('x-error-code') ?? undefined
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly code?: string; readonly message?: string } }
    message = error?.message ?? ''
    code ??= error?.code
  } catch {
    // The body is no JSON.
  }
  const requestId = response.headers.get('x-request-id') ?? undefined
  return new Refused(response.status, message, { code, requestId, retryAfter: response.headers.get('retry-after') })
}
