/** Signing in at another provider: the parameter `identity_provider` leads there, and `/oauth2/idpresponse` back. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { UnsupportedError } from '../../../errors.ts'
import type { WireResponse } from '../../../wire/service.ts'
import type { User } from '../pool-data.ts'
import { type Provider, providerGroup, providersOf } from '../resources/identity-provider.ts'
import { type Authorization, readAuthorization, redirect } from './authorize.ts'
import type { DomainCall } from './domain-call.ts'
import { errorPage } from './pages.ts'
import { signedIn } from './signed-in.ts'

/** How many seconds a person may take at the provider. */
const SIGN_IN_SECONDS = 300

export const RESPONSE_PATH = '/oauth2/idpresponse'

/** @returns undefined for a provider that the app client does not have */
export const providerNamed = ({ surroundings, pool }: DomainCall, { client }: Authorization, name: string) =>
  client.oauth.providers.includes(name)
    ? providersOf(surroundings.ledger, pool.id).find((one) => one.name === name)
    : undefined

/** Sends the browser to the provider, with a state that can be used once. */
export async function toProvider(call: DomainCall, provider: Provider): Promise<WireResponse> {
  const { state, pool, query, now } = call
  if (provider.type !== 'OIDC') throw new UnsupportedError('signing in at a SAML provider: its exchange is not served')
  const { authorization_endpoint: endpoint } = await discovered(call, provider)
  const signIn = state.addProviderSignIn(
    { poolId: pool.id, provider: provider.name, query: String(query), expires: now + SIGN_IN_SECONDS },
    now,
  )
  const to = new URL(String(endpoint))
  const asked = {
    client_id: provider.details.client_id ?? '',
    redirect_uri: redirectUri(call),
    response_type: 'code',
    scope: provider.details.authorize_scopes ?? '',
    state: signIn,
  }
  for (const [name, value] of Object.entries(asked)) to.searchParams.set(name, value)
  return redirect(to.href)
}

/** The provider's answer: a code, which is exchanged for the provider's ID token with the pool's client secret. */
export async function idpResponse(call: DomainCall): Promise<WireResponse> {
  const signIn = call.state.takeProviderSignIn(call.query.get('state') ?? '')
  if (!signIn || signIn.poolId !== call.pool.id || signIn.expires <= call.now) return errorPage('Invalid state')
  // The application's original request is checked again, as if it were made now.
  const forApplication: DomainCall = { ...call, query: new URLSearchParams(signIn.query) }
  const asked = readAuthorization(forApplication)
  if (!('client' in asked)) return asked
  const provider = providerNamed(call, asked, signIn.provider)
  const code = call.query.get('code')
  if (!provider || code === null) return errorPage(call.query.get('error') ?? 'The provider answered no code.')
  const claims = await claimsFor(call, provider, code)
  if (typeof claims === 'string') return errorPage(claims)
  const user = userOf(call, provider, claims)
  return user.enabled ? signedIn(forApplication, asked, user) : errorPage('User is disabled.')
}

/** @returns the claims, or a text that says what is wrong */
async function claimsFor(call: DomainCall, provider: Provider, code: string): Promise<JWTPayload | string> {
  const { client_id: id = '', client_secret: secret = '', oidc_issuer: issuer = '' } = provider.details
  const { token_endpoint: endpoint, jwks_uri: keysAt } = await discovered(call, provider)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri(call), client_id: id }
  const answer = await fetched(call, String(endpoint), { ...form, client_secret: secret })
  if (answer.status !== 200) return `${provider.name} refused the code.`
  const { id_token: token } = JSON.parse(answer.text) as { id_token?: string }
  const keys = JSON.parse((await fetched(call, String(keysAt))).text) as JSONWebKeySet
  try {
    const checks = { issuer, audience: id, currentDate: new Date(call.now * 1000), requiredClaims: ['sub', 'exp'] }
    return (await jwtVerify(token ?? '', createLocalJWKSet(keys), checks)).payload
  } catch (error) {
    if (error instanceof errors.JOSEError) return `The ID token of ${provider.name} is not good: ${error.code}`
    throw error
  }
}

/** The user is made at the first sign-in. Nothing that the provider says about the person becomes an attribute. */
function userOf({ pool, data, now }: DomainCall, provider: Provider, claims: JWTPayload): User {
  const name = `${provider.name}_${claims.sub}`
  const username = pool.caseSensitive ? name : name.toLowerCase()
  const known = data.user(username)
  if (known) return known
  const user: User = {
    username,
    sub: crypto.randomUUID(),
    attributes: {},
    enabled: true,
    status: 'EXTERNAL_PROVIDER',
    identity: { providerName: provider.name, providerType: provider.type, userId: String(claims.sub) },
    createdAt: now,
    modifiedAt: now,
    groups: [providerGroup(pool.id, provider.name)],
  }
  data.put(user)
  return user
}

const redirectUri = ({ request }: DomainCall) => `https://${request.host}${RESPONSE_PATH}`

async function discovered(call: DomainCall, { details }: Provider): Promise<Readonly<Record<string, unknown>>> {
  const issuer = (details.oidc_issuer ?? '').replace(/\/$/, '')
  const { status, text } = await fetched(call, `${issuer}/.well-known/openid-configuration`)
  if (status !== 200) throw new UnsupportedError(`a provider without a discovery document at ${issuer}`)
  return JSON.parse(text)
}

function fetched({ state }: DomainCall, url: string, form?: Readonly<Record<string, string>>) {
  const { fetch } = state.options
  if (!fetch) throw new UnsupportedError('federation in a cloud without the internet')
  return fetch(url, form && new URLSearchParams(form).toString())
}
