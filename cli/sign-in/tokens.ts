/** The tokens in a provider's answer, and the checks of the ID token before it is used. */
import { claimsOf, type Tokens } from '../hub/cognito.ts'
import { UserError } from '../verb.ts'
import { errorIn, type OauthAnswer, postForm } from './request.ts'
import type { SignInServer } from './server.ts'

/**
 * The answer came over TLS from the token endpoint itself, so that its signature says nothing more (OpenID Connect Core, 3.1.3.7); the load
 * balancer and the gateway verify it.
 * @param expected.nonce of this sign-in, where one was sent
 * @param expected.refreshToken the one that was used: it is repeated only where it was rotated
 * @throws UserError for a refusal, and for a token that is somebody else's
 */
export function tokensIn(
  { status, json }: OauthAnswer,
  { name, clientId, issuer, token = 'id' }: Pick<SignInServer, 'name' | 'clientId' | 'issuer' | 'token'>,
  expected: { readonly nonce?: string; readonly refreshToken?: string } = {},
): Tokens {
  if (status !== 200) throw new UserError(`${name} refused to give tokens: ${errorIn(json)}.`, 'Sign in again.')
  const { id_token: idToken, access_token: accessToken, refresh_token: next, expires_in: expiresIn } = json
  const refreshToken = typeof next === 'string' && next !== '' ? next : expected.refreshToken
  const rest = { ...(refreshToken !== undefined && { refreshToken }) }
  if (typeof idToken === 'string') requireOwn(idToken)
  const given = token === 'id' ? idToken : accessToken
  if (typeof given !== 'string' || given.split('.').length !== 3)
    throw new UserError(
      `${name} answered no ${token === 'id' ? 'ID token' : 'access token that the gateway can read (a JSON Web Token)'}.`,
      token === 'id'
        ? 'The scope openid must be allowed for the client at the provider (docs/identity.md).'
        : "Ask for a scope of the gateway's own application: --scope (docs/identity.md).",
    )
  const { exp } = claimsOf(given)
  return {
    idToken: given,
    accessToken: typeof accessToken === 'string' ? accessToken : '',
    ...rest,
    // Lifetime of the access token; the ID token may end earlier.
    expiresInSeconds: Math.min(
      typeof expiresIn === 'number' ? expiresIn : Number.POSITIVE_INFINITY,
      typeof exp === 'number' ? Math.max(0, exp - Math.floor(Date.now() / 1000)) : 0,
    ),
  }

  function requireOwn(own: string): void {
    const { nonce, aud, iss } = claimsOf(own)
    if (expected.nonce !== undefined && nonce !== expected.nonce)
      throw new UserError(`The ID token that ${name} answered is not of this sign-in (nonce).`, 'Sign in again.')
    if (!(Array.isArray(aud) ? aud : [aud]).includes(clientId))
      throw new UserError(`The ID token that ${name} answered is for another client (aud).`, 'Check the client id.')
    if (issuer !== undefined && iss !== issuer)
      throw new UserError(`The ID token is of another issuer than ${issuer} (iss).`, 'Check the issuer.')
  }
}

/**
 * Gets the next tokens of a session.
 * @throws UserError if it has ended
 */
export async function refreshByForm(server: SignInServer, refreshToken: string): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', client_id: server.clientId, refresh_token: refreshToken }
  return tokensIn(await postForm(server.tokenEndpoint, form, server), server, { refreshToken })
}
