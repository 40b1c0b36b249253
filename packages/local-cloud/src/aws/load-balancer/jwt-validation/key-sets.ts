/** Key sets for validating tokens. The load balancer fetches them, over a network path that is checked, and keeps them for a while. */
import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Origin, Refusal } from '../../../network/path.ts'
import type { WholeResponse } from '../../../wire/service.ts'
import {
  KEY_SET_MISS_SECONDS,
  KEY_SET_RETRY_SECONDS,
  KEY_SET_SECONDS,
  MAX_KEY_SET_BYTES,
  MAX_KEYS,
} from '../constants.ts'

export interface KeySetOptions {
  readonly wire: {
    call(
      from: Origin,
      call: { readonly host: string; readonly method: string; readonly target: string },
    ): Promise<WholeResponse | Refusal>
  }
  readonly now: () => number
  /** The version of the ledger. After a change the path must be checked again. */
  readonly version: () => number
}

export type Key = { readonly kind: 'key'; readonly key: CryptoKey } | { readonly kind: 'unknown' } | Failure

/** The key set could not be fetched. `reason` is the name in AWS's access logs, if AWS documents one. */
export interface Failure {
  readonly kind: 'failed'
  readonly reason: string
}

interface KeySet {
  readonly fetchedAt: number
  readonly version: number
  readonly outcome: { readonly kind: 'keys'; readonly keys: ReadonlyMap<string, CryptoKey> } | Failure
}

export class KeySets {
  readonly #options: KeySetOptions
  readonly #sets = new Map<string, Promise<KeySet>>()
  readonly #notAgainBefore = new Map<string, number>()

  constructor(options: KeySetOptions) {
    this.#options = options
  }

  async find(loadBalancerArn: string, url: URL, kid: string): Promise<Key> {
    let set = await this.#current(loadBalancerArn, url)
    // An unknown key may be new. It is looked for at once, so that a rotation fails no request; but made-up key ids cause at most one fetch a
    // second.
    if (set.outcome.kind === 'failed' ? this.#isOld(set, KEY_SET_RETRY_SECONDS) : !set.outcome.keys.has(kid))
      set = await this.#again(loadBalancerArn, url, set)
    if (set.outcome.kind === 'failed') return set.outcome
    const key = set.outcome.keys.get(kid)
    return key ? { kind: 'key', key } : { kind: 'unknown' }
  }

  async #current(loadBalancerArn: string, url: URL): Promise<KeySet> {
    const there = await this.#sets.get(`${loadBalancerArn} ${url}`)
    if (there && there.version === this.#options.version() && !this.#isOld(there, KEY_SET_SECONDS)) return there
    return this.#renew(loadBalancerArn, url)
  }

  /** Fetches a newer set than `seen`, unless that was tried a moment ago. */
  async #again(loadBalancerArn: string, url: URL, seen: KeySet): Promise<KeySet> {
    const name = `${loadBalancerArn} ${url}`
    // Another request may have fetched it meanwhile.
    const latest = await this.#sets.get(name)
    if (latest && latest !== seen) return latest
    const now = this.#options.now()
    if (now < (this.#notAgainBefore.get(name) ?? 0)) return seen
    this.#notAgainBefore.set(name, now + KEY_SET_MISS_SECONDS)
    return this.#renew(loadBalancerArn, url)
  }

  #renew(loadBalancerArn: string, url: URL): Promise<KeySet> {
    const fetching = this.#fetch(loadBalancerArn, url)
    this.#sets.set(`${loadBalancerArn} ${url}`, fetching)
    return fetching
  }

  #isOld({ fetchedAt }: KeySet, seconds: number): boolean {
    return this.#options.now() - fetchedAt >= seconds
  }

  async #fetch(arn: string, url: URL): Promise<KeySet> {
    const { wire, now, version } = this.#options
    const when = { fetchedAt: now(), version: version() }
    const target = `${url.pathname}${url.search}`
    const response = await wire.call({ kind: 'loadBalancer', arn }, { host: url.hostname, method: 'GET', target })
    return { ...when, outcome: await keysOf(response) }
  }
}

const failed = (reason: string): Failure => ({ kind: 'failed', reason })

async function keysOf(response: WholeResponse | Refusal): Promise<KeySet['outcome']> {
  if ('reachable' in response) return failed('JWKSRequestTimeout')
  if (response.status !== 200) return failed('JWKSRequestFailed')
  const body = Buffer.from(response.body)
  if (body.byteLength > MAX_KEY_SET_BYTES) return failed('JWKSResponseSizeExceeded')
  let jwks: unknown
  try {
    jwks = JSON.parse(body.toString('utf8'))
  } catch {
    return failed('JWKSResponseInvalid')
  }
  if (!isKeySet(jwks)) return failed('JWKSResponseInvalid')
  if (jwks.keys.length > MAX_KEYS) return failed('JWKSResponseSizeExceeded')
  const keys = new Map<string, CryptoKey>()
  for (const jwk of jwks.keys) {
    if (jwk.kid === undefined || jwk.kty !== 'RSA' || (jwk.use ?? 'sig') !== 'sig') continue
    const key = await importJWK(jwk, 'RS256').catch(() => undefined)
    if (key !== undefined && !(key instanceof Uint8Array)) keys.set(jwk.kid, key)
  }
  return { kind: 'keys', keys }
}

function isKeySet(value: unknown): value is { readonly keys: readonly JWK[] } {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) return false
  return value.keys.every((key) => typeof key === 'object' && key !== null)
}
