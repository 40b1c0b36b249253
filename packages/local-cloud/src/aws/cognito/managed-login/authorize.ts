/** Parameters of an authorisation request, and the answer to the application. */
import type { WireResponse } from '../../../wire/service.ts'
import type { OauthClient } from '../pool.ts'
import { clientOf, type DomainCall, type DomainClient, repeatedIn, scopesIn } from './domain-call.ts'
import { errorPage } from './pages.ts'

/** An authorization code is good for five minutes. */
const CODE_SECONDS = 300
/** The Base64url form of a SHA-256 hash. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

export interface Authorization {
  readonly client: DomainClient
  readonly redirectUri: string
  readonly state: string | undefined
  readonly scopes: readonly string[]
  readonly nonce: string | undefined
  readonly challenge: string | undefined
}

/**
 * Reads the parameters. The pages use it too, because every address of theirs has the parameters.
 * @returns the refusal if one is wrong: shown on a page while the redirect address is not known to be valid, otherwise sent to the application
 */
export function readAuthorization(call: DomainCall): Authorization | WireResponse {
  const { query } = call
  const twice = repeatedIn(query)
  if (twice !== undefined) return errorPage(`invalid_request: ${twice} is there twice`)
  const client = clientOf(call, query.get('client_id'))
  if (!client) return errorPage('invalid_request: client_id')
  const redirectUri = query.get('redirect_uri')
  if (redirectUri === null || !client.oauth.callbackUrls.includes(redirectUri)) return errorPage('redirect_mismatch')
  const state = query.get('state') ?? undefined
  const error = mistakeIn(query, client.oauth)
  if (error !== undefined) return backTo({ redirectUri, state }, { error })
  const asked = scopesIn(query)
  return {
    client,
    redirectUri,
    state,
    // A client that names no scope gets all scopes that it may have.
    scopes: asked.length > 0 ? asked : client.oauth.scopes,
    nonce: query.get('nonce') ?? undefined,
    challenge: query.get('code_challenge') ?? undefined,
  }
}

/** OAuth's error code for wrong parameters, or undefined. */
function mistakeIn(query: URLSearchParams, { scopes, ownUsers, providers }: OauthClient): string | undefined {
  const type = query.get('response_type')
  // Clients that can be declared here have only this flow.
  if (type === 'token') return 'unauthorized_client'
  if (type !== 'code') return 'invalid_request'
  if (!ownUsers && providers.length === 0) return 'unauthorized_client'
  const [challenge, method] = [query.get('code_challenge'), query.get('code_challenge_method')]
  if ((challenge === null) !== (method === null)) return 'invalid_request'
  if (challenge !== null && (method !== 'S256' || !CHALLENGE.test(challenge))) return 'invalid_request'
  return scopesIn(query).every((scope) => scopes.includes(scope)) ? undefined : 'invalid_scope'
}

/** Sends the browser back to the application, with a code that the application exchanges for tokens. */
export function withCode(
  { state, pool, now }: DomainCall,
  { client, redirectUri, state: theirs, scopes, nonce, challenge }: Authorization,
  { username, authTime }: { readonly username: string; readonly authTime: number },
): WireResponse {
  const grant = { poolId: pool.id, clientId: client.id, username, redirectUri, scopes, nonce, challenge, authTime }
  const code = state.addGrant({ ...grant, expires: now + CODE_SECONDS }, now)
  return backTo({ redirectUri, state: theirs }, { code })
}

function backTo(
  { redirectUri, state }: Pick<Authorization, 'redirectUri' | 'state'>,
  parameters: Readonly<Record<string, string>>,
): WireResponse {
  const to = new URL(redirectUri)
  for (const [name, value] of Object.entries(parameters)) to.searchParams.set(name, value)
  if (state !== undefined) to.searchParams.set('state', state)
  return redirect(to.href)
}

export const redirect = (location: string, headers: Readonly<Record<string, string>> = {}): WireResponse => ({
  status: 302,
  headers: { location, 'cache-control': 'no-store', ...headers },
  body: '',
})
