/**
 * Compares an external identity provider's discovery document and key set with what the load balancer accepts. It is checked before anything is
 * deployed, and by the doctor, because a mistake would later make the load balancer refuse every person's token.
 */
import { isMap } from './is-map.ts'
import { MOST_KEY_SET_BYTES, MOST_KEYS, readKeySet } from './rs256-keys.ts'
import type { ClaimFormat } from './tenant.ts'

/** The hub's setting `identity`. */
export interface IdentitySettings {
  /** The claim `iss` of its tokens, spelt exactly as the provider spells it. */
  readonly issuer: string
  /** @default the address in the discovery document */
  readonly jwksUri?: string
  /** The claim `aud` of its tokens: one text. */
  readonly audience: string
  /** The claim that contains the tenant. */
  readonly tenantClaim: string
  readonly claimFormat: ClaimFormat
  /** A second list that must contain the tenant's value. */
  readonly groupsClaim?: string
  /** The public client with which `login` signs in. */
  readonly clientId?: string
}

/** @throws Error if it cannot be reached; the message is half a sentence */
export type GetDocument = (url: string) => Promise<{ readonly status: number; readonly text: string }>

/** A deployment that stalls is worse than one that fails. */
const TIMEOUT_MILLISECONDS = 10_000

export const getDocument: GetDocument = async (url) => {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  })
  return { status: response.status, text: await response.text() }
}

/** OpenID Connect Discovery 4: a slash at the issuer's end is left out in this address, and nowhere else. */
export const discoveryUrl = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`

/**
 * @returns the address of its keys
 * @throws Error with all mistakes, each with what to set here or at the provider
 */
export async function checkProvider(
  { issuer, jwksUri }: Pick<IdentitySettings, 'issuer' | 'jwksUri'>,
  get: GetDocument = getDocument,
): Promise<string> {
  const url = discoveryUrl(issuer)
  const document = await json(
    url,
    get,
    'identity.issuer must be what the provider itself says: its discovery document is looked for there.',
  )
  const mistakes = [...issuerMistakes(issuer, document.issuer, url), ...algorithmMistakes(document)]
  const keysAt = jwksUri ?? document.jwks_uri
  if (mistakes.length === 0) mistakes.push(...(await keyMistakes(keysAt, get)))
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
  return String(keysAt)
}

const ENTRA_TEMPLATE = /\{tenantid\}/i

/** The load balancer and the gateway compare issuers as texts. */
function issuerMistakes(issuer: string, said: unknown, url: string): readonly string[] {
  if (said === issuer) return []
  if (typeof said !== 'string')
    return [`${url} names no issuer: it is no discovery document of OpenID Connect. Correct identity.issuer.`]
  if (ENTRA_TEMPLATE.test(said))
    return [
      `identity.issuer is "${issuer}", which signs in people of any directory of Entra ID. Set it to your own directory's: https://login.microsoftonline.com/DIRECTORY-ID/v2.0`,
    ]
  const bySlash = said.replace(/\/$/, '') === issuer.replace(/\/$/, '')
  const why = bySlash
    ? 'The slash at the end counts: tokens have the one, and would be refused for the other.'
    : 'Tokens have that one.'
  return [
    `identity.issuer is "${issuer}", and the provider calls itself "${said}". ${why} Set identity.issuer to "${said}".`,
  ]
}

function algorithmMistakes({
  id_token_signing_alg_values_supported: algorithms,
}: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(algorithms) || algorithms.includes('RS256')) return []
  return [
    `The provider signs with ${algorithms.join(', ')}, and the load balancer verifies RS256 only. Set the signing algorithm of the application's tokens to RS256 at the provider.`,
  ]
}

const ADDRESS = /^https:\/\/([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(\/[\w.~-]+)+\/?$/i

async function keyMistakes(url: unknown, get: GetDocument): Promise<readonly string[]> {
  if (typeof url !== 'string' || !ADDRESS.test(url))
    return [
      `The provider's keys are at ${JSON.stringify(url) ?? 'no address'}, which is not https:// with a host name and a path. Set identity.jwksUri.`,
    ]
  let text: string
  try {
    const answer = await get(url)
    if (answer.status !== 200)
      return [
        `The provider's keys cannot be had: ${url} answered ${answer.status}. Set identity.jwksUri to where they are.`,
      ]
    text = answer.text
  } catch (cause) {
    return [
      `The provider's keys cannot be had from ${url}: ${reasonOf(cause)}. The load balancer fetches them over the internet, too.`,
    ]
  }
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST_KEY_SET_BYTES)
    return [`The provider's key set has ${bytes} bytes, and the load balancer takes ${MOST_KEY_SET_BYTES}. ${FEWER}`]
  try {
    readKeySet(text)
    return []
  } catch (cause) {
    const reason = reasonOf(cause)
    const remedy = reason.includes('load balancer takes')
      ? FEWER
      : `Have the provider sign with an RSA key of 2,048 bits or more (RS256), and publish it with an id (kid).`
    return [`The provider's key set at ${url} cannot be used: ${reason}. ${remedy}`]
  }
}

const FEWER = `Take keys that are no longer in use out at the provider (${MOST_KEYS} at most), or set identity.jwksUri to a key set of the application's own.`

async function json(url: string, get: GetDocument, remedy: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { status, text } = await get(url)
    if (status !== 200) throw new Error(`it answered ${status}`)
    const document: unknown = JSON.parse(text)
    if (!isMap(document)) throw new Error('it answered no JSON object')
    return document
  } catch (cause) {
    throw new Error(`The identity provider has no discovery document at ${url}: ${reasonOf(cause)}. ${remedy}`, {
      cause,
    })
  }
}

/** `fetch failed` says nothing, so the error's cause is used. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it answered no JSON'
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
