/** Calls the gateway as a signed-in user, with the variables that `login` has set in this shell. */
import { claimsOf } from '../../hub/cognito.ts'

export interface GatewayReply {
  readonly status: number
  /** Set by the tenant's own gateway; the load balancer's own answers have none. */
  readonly requestId: string | undefined
  readonly code: string | undefined
  /** Origins whose pages may read it (`access-control-allow-origin`). */
  readonly allowOrigin: string | undefined
  readonly body: string
}

export interface Gateway {
  readonly tenantId: string
  /** Groups in the user's token. */
  readonly groups: readonly string[]
  call(path: string, options?: GatewayCall): Promise<GatewayReply>
}

export interface GatewayCall {
  /** @default the user's */
  readonly token?: 'none'
  /** Sent as JSON, by POST. @default GET */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Longer than any tenant's function. */
const TIMEOUT_MILLISECONDS = 60_000

/** @returns undefined in a shell that is not signed in */
export function gatewayOf(environment: NodeJS.ProcessEnv): Gateway | undefined {
  const { GATEWAY_URL: url, TENANT_ID: tenantId, ID_TOKEN: token } = environment
  return url && tenantId && token ? gatewayAt({ url, tenantId, token }) : undefined
}

/** Groups in a token of the user pool's. */
export function groupsOf(token: string): readonly string[] {
  const groups = claimsOf(token)['cognito:groups']
  return Array.isArray(groups) ? groups.map(String) : []
}

/** @param url of the hub, without the tenant's path */
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

/** A prompt whose answer costs next to nothing. */
export const [PROMPT, MAX_TOKENS] = ['Say yes.', 16] as const

/** @param model a name of the tenant's. @default the tenant's own default */
export const sayYes = (gateway: Gateway, model?: string, options: Pick<GatewayCall, 'headers'> = {}) =>
  gateway.call(`/${gateway.tenantId}/v1/chat/completions`, {
    ...options,
    body: { model, max_tokens: MAX_TOKENS, messages: [{ role: 'user', content: PROMPT }] },
  })

/** A reply on one line: who answered, and what. */
export function quoted({ status, requestId, code, body }: GatewayReply): string {
  const who = requestId === undefined ? 'the load balancer' : `the gateway (${requestId})`
  const text = body.replaceAll(/\s+/g, ' ').trim().slice(0, 160)
  return `${status} by ${who}${code === undefined ? '' : `, ${code}`}: ${text === '' ? 'no body' : text}`
}
