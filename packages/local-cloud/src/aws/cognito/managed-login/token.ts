/**
 * `POST /oauth2/token`: gives tokens for a code, for a refresh token, and to an app client itself (client credentials). Pages of every site may
 * call it: the code or token in the request is all that is needed.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { WireRequest, WireResponse } from '../../../wire/service.ts'
import { hasSecret } from '../machine-clients.ts'
import { subjectOf } from '../operation.ts'
import { sign, signInTokens, tokens } from '../tokens.ts'
import { clientOf, type DomainCall, formOf, scopesIn } from './domain-call.ts'

export const answer = (status: number, body: object): WireResponse => ({
  status,
  headers: {
    'content-type': 'application/json;charset=UTF-8',
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
  },
  body: JSON.stringify(body),
})
export const refused = (error: string) => answer(400, { error })

const GRANTS: Readonly<Record<string, (call: DomainCall, form: URLSearchParams) => Promise<WireResponse>>> = {
  authorization_code: byCode,
  refresh_token: byRefreshToken,
  client_credentials: byClientCredentials,
}

export async function token(call: DomainCall): Promise<WireResponse> {
  const form = formOf(call.request)
  const grant = form?.get('grant_type')
  if (!form || !grant) return refused('invalid_request')
  const run = Object.hasOwn(GRANTS, grant) ? GRANTS[grant] : undefined
  return run ? await run(call, form) : refused('unsupported_grant_type')
}

async function byCode(call: DomainCall, form: URLSearchParams): Promise<WireResponse> {
  const { state, data, pool, now } = call
  const [code, redirectUri] = [form.get('code'), form.get('redirect_uri')]
  if (!code || !redirectUri) return refused('invalid_request')
  // The client has no secret, so its id is enough.
  const client = clientOf(call, form.get('client_id'))
  if (!client) return refused('invalid_client')
  const grant = state.takeGrant(code)
  if (grant?.clientId !== client.id || grant.poolId !== pool.id || grant.expires <= now) return refused('invalid_grant')
  // AWS does not document this error code; it is the one that others have reported.
  if (grant.redirectUri !== redirectUri) return refused('unauthorized_client')
  if (!isVerified(grant.challenge, form.get('code_verifier'))) return refused('invalid_grant')
  const user = data.user(grant.username)
  if (!user?.enabled) return refused('invalid_grant')
  const { scopes, nonce, authTime } = grant
  return answered(await signInTokens(subjectOf({ ...call, client }, user), { scopes, nonce }, authTime))
}

/** If a code was requested with a challenge, the request must have its verifier; if not, the request must have none. */
function isVerified(challenge: string | undefined, verifier: string | null): boolean {
  if (challenge === undefined || verifier === null) return challenge === undefined && verifier === null
  const digest = createHash('sha256').update(verifier).digest()
  const expected = Buffer.from(challenge, 'base64url')
  return expected.length === digest.length && timingSafeEqual(expected, digest)
}

async function byRefreshToken(call: DomainCall, form: URLSearchParams): Promise<WireResponse> {
  const given = form.get('refresh_token')
  if (!given) return refused('invalid_request')
  const client = clientOf(call, form.get('client_id'))
  if (!client) return refused('invalid_client')
  if (!client.flows.has('ALLOW_REFRESH_TOKEN_AUTH')) return refused('unauthorized_client')
  const signIn = call.data.signIn(given)
  const user = signIn && call.data.user(signIn.username)
  const isOver = signIn?.clientId !== client.id || signIn.revoked || signIn.expires <= call.now
  if (!signIn || isOver || !user?.enabled) return refused('invalid_grant')
  return answered(await tokens(subjectOf({ ...call, client }, user), signIn))
}

interface Result {
  readonly IdToken?: string
  readonly AccessToken: string
  readonly RefreshToken?: string
  readonly ExpiresIn: number
}

const answered = ({ IdToken, AccessToken, RefreshToken, ExpiresIn }: Result) =>
  answer(200, {
    ...(IdToken !== undefined && { id_token: IdToken }),
    access_token: AccessToken,
    ...(RefreshToken !== undefined && { refresh_token: RefreshToken }),
    expires_in: ExpiresIn,
    token_type: 'Bearer',
  })

async function byClientCredentials({ request, data, pool, now }: DomainCall, form: URLSearchParams) {
  const given = credentialsOf(request, form)
  const client = given && data.client(given.id)
  if (!given || !client || !hasSecret(client, given.secret)) return refused('invalid_client')
  const asked = scopesIn(form)
  if (asked.some((one) => !client.scopes.includes(one))) return refused('invalid_scope')
  const access = await sign(data.keys.access, {
    sub: client.id,
    token_use: 'access',
    scope: (asked.length > 0 ? asked : client.scopes).join(' '),
    auth_time: now,
    iss: pool.issuer,
    exp: now + client.accessTokenSeconds,
    iat: now,
    version: 2,
    jti: randomUUID(),
    client_id: client.id,
  })
  return answer(200, { access_token: access, expires_in: client.accessTokenSeconds, token_type: 'Bearer' })
}

/** The client's credentials, from the header or the form. */
function credentialsOf({ headers }: WireRequest, form: URLSearchParams) {
  const [, basic] = /^Basic +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (basic === undefined) {
    const [id, secret] = [form.get('client_id'), form.get('client_secret')]
    return id === null || secret === null ? undefined : { id, secret }
  }
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}
