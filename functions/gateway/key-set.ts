/** The public keys with which ID tokens are verified. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { withinTime } from './aws/clients.ts'
import { type Connections, collect } from './aws/connection.ts'
import { createCached } from './cached.ts'
import { KEY_SET_AGE, KEY_SET_MISS_MILLISECONDS, REFRESH_PAUSE_MILLISECONDS } from './constants.ts'
import { GatewayError } from './errors.ts'

/** The load balancer's limit too. A key set of Cognito has two keys. */
const MAXIMUM_BYTES = 150 * 1024

export interface KeySet {
  readonly getKey: JWTVerifyGetKey
  /** Loads the keys before the first request. */
  warm(): Promise<unknown>
}

/** Keys that the deployment has fixed. */
export function inlineKeySet(json: string): KeySet {
  const getKey = createLocalJWKSet(parseKeySet(json))
  return { getKey: (header, token) => getKey(header, token), warm: async () => {} }
}

/**
 * Keys from `ISSUER/.well-known/jwks.json`. An unknown key id reloads them at once, because a rotation must not fail a request, but not more
 * often than every second, because anybody can make up a key id. While such a reload fails, a token with an unknown key is neither accepted nor
 * called wrong, because its key may be new.
 */
export function remoteKeySet(issuer: string, connections: Connections, now: () => number): KeySet {
  const url = new URL(`${issuer}/.well-known/jwks.json`)
  const cached = createCached({
    load: () => fetchKeySet(url, connections),
    freshUntil: (_, loadedAt) => loadedAt + KEY_SET_AGE.fresh,
    usableUntil: (_, loadedAt) => loadedAt + KEY_SET_AGE.usable,
    pauseMilliseconds: REFRESH_PAUSE_MILLISECONDS,
    now,
  })
  let nextMiss = 0
  let failure: unknown
  return {
    getKey: async (header, token) => {
      const keys = await cached.get()
      try {
        return await keys(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        if (now() < nextMiss) throw failure ?? error
        nextMiss = now() + KEY_SET_MISS_MILLISECONDS
        failure = undefined
        const newer = await cached.reload().catch((cause: unknown) => {
          failure = cause
          throw cause
        })
        return await newer(header, token)
      }
    },
    warm: () => cached.get(),
  }
}

async function fetchKeySet(url: URL, connections: Connections): Promise<ReturnType<typeof createLocalJWKSet>> {
  try {
    const request = {
      protocol: 'https:',
      method: 'GET',
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, accept: 'application/json' },
    }
    const { response } = await withinTime((options) => connections.handle(request, options))
    const body = await collect(response.body, url.host, MAXIMUM_BYTES)
    if (response.statusCode !== 200) throw new Error(`the key set's server answered ${response.statusCode}`)
    return createLocalJWKSet(parseKeySet(body))
  } catch (cause) {
    throw new GatewayError(
      'identity_unavailable',
      'The keys that tokens are verified with cannot be fetched at the moment. The token was not judged; try again.',
      { cause, headers: { 'retry-after': '5' } },
    )
  }
}

export function parseKeySet(json: string): JSONWebKeySet {
  const value: unknown = JSON.parse(json)
  if (typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)) {
    return { keys: value.keys }
  }
  throw new TypeError('The key set must be a JSON object {"keys":[…]}.')
}
