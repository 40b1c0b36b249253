/** The gateway as a signed-in user calls it: what `login` has put into this shell. */
import { claimsOf } from '../../hub/cognito.ts'

export interface GatewayReply {
  readonly status: number
  /** Set by the tenant's own gateway; the load balancer's own answers have none. */
  readonly requestId: string | undefined
  readonly code: string | undefined
  readonly body: string
}

export interface Gateway {
  readonly tenantId: string
  /** Groups in the user's token. */
  readonly groups: readonly string[]
  call(path: string, options?: { readonly token?: 'none'; readonly body?: unknown }): Promise<GatewayReply>
}

/** Longer than any tenant's function. */
const TIMEOUT_MILLISECONDS = 60_000

/** @returns undefined in a shell that is not signed in */
export function gatewayOf(environment: NodeJS.ProcessEnv): Gateway | undefined {
  const { GATEWAY_URL: url, TENANT_ID: tenantId, ID_TOKEN: token } = environment
  if (!url || !tenantId || !token) return undefined
  const groups = claimsOf(token)['cognito:groups']
  return {
    tenantId,
    groups: Array.isArray(groups) ? groups.map(String) : [],
    async call(path, { token: sent, body } = {}) {
      const answer = await fetch(`${url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
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
        body: await answer.text(),
      }
    },
  }
}

/** A reply on one line: who answered, and what. */
export function quoted({ status, requestId, code, body }: GatewayReply): string {
  const who = requestId === undefined ? 'the load balancer' : `the gateway (${requestId})`
  const text = body.replaceAll(/\s+/g, ' ').trim().slice(0, 160)
  return `${status} by ${who}${code === undefined ? '' : `, ${code}`}: ${text === '' ? 'no body' : text}`
}
