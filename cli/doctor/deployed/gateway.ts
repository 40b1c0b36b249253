/** Calls the gateway as a signed-in user, with the variables that `login` has set in this shell. */
import { claimsOf } from '../../hub/cognito.ts'

export interface GatewayReply {
  readonly status: number
  /** A header that only the tenant's own gateway sets; the load balancer's own answers do not have it. */
  readonly requestId: string | undefined
  readonly code: string | undefined
  /** Origins whose pages may read the answer (`access-control-allow-origin`). */
  readonly allowOrigin: string | undefined
  readonly body: string
}

export interface Gateway {
  readonly tenantId: string
  /** The groups in the user's token. */
  readonly groups: readonly string[]
  call(path: string, options?: GatewayCall): Promise<GatewayReply>
}

export interface GatewayCall {
  /** @default the user's token */
  readonly token?: 'none'
  /**
   * Sent as JSON, by POST.
   * @default no body, and GET
   */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Longer than the longest time of any tenant's function. */
const TIMEOUT_MILLISECONDS = 60_000

/** @returns undefined in a shell that is not signed in */
export function gatewayOf(environment: NodeJS.ProcessEnv): Gateway | undefined {
  const { GATEWAY_URL: url, TENANT_ID: tenantId, ID_TOKEN: token } = environment
  return url && tenantId && token ? gatewayAt({ url, tenantId, token }) : undefined
}

/** The groups in a token of the user pool. */
export function groupsOf(token: string): readonly string[] {
  const groups = claimsOf(token)['cognito:groups']
  return Array.isArray(groups) ? groups.map(String) : []
}

/** @param url the hub's, without the tenant's path */
export function gatewayAt({ url, tenantId, token }: Readonly<Record<'url' | 'tenantId' | 'token', string>>): Gateway {
  return {
    tenantId,
    groups: groupsOf(token),
    async call(path, { token: sent, body, headers } = {}) {
      const answer = await fetch(`${url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...headers,
          ...(sent !== 'none' && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      })
      return {
        status: answer.status,
        requestId: answer.headers.get('x-request-id') ?? undefined,
        code: answer.headers.get('x-error-code') ?? undefined,
        allowOrigin: answer.headers.get('access-control-allow-origin') ?? undefined,
        body: await answer.text(),
      }
    },
  }
}

/** A prompt whose answer costs almost nothing. */
export const [PROMPT, MAX_TOKENS] = ['Say yes.', 16] as const

/**
 * @param model one of the tenant's names.
 * @default the tenant's own default
 */
export const sayYes = (gateway: Gateway, model?: string, options: Pick<GatewayCall, 'headers'> = {}) =>
  gateway.call(`/${gateway.tenantId}/v1/chat/completions`, {
    ...options,
    body: { model, max_tokens: MAX_TOKENS, messages: [{ role: 'user', content: PROMPT }] },
  })

/** An answer on one line: who gave it, and what it says. */
export function quoted({ status, requestId, code, body }: GatewayReply): string {
  const who = requestId === undefined ? 'the load balancer' : `the gateway (${requestId})`
  const text = body.replaceAll(/\s+/g, ' ').trim().slice(0, 160)
  return `${status} by ${who}${code === undefined ? '' : `, ${code}`}: ${text === '' ? 'no body' : text}`
}
