/**
 * SHA-256 and its HMAC for the SDK's signer. The SDK's own class passes the key of an HMAC to Node as a Buffer, which takes 23 µs where a key
 * object takes 6, and copies each hash before it reads it, which takes 7.5 µs in place of 3.7 (docs/decisions/0026).
 */
import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto'
import type { SourceData } from '@aws-sdk/types'

/** Key objects of the signing keys, by the arrays in which the SDK keeps these. */
const keys = new WeakMap<object, KeyObject>()

const bytesOf = (data: SourceData) =>
  data instanceof ArrayBuffer ? new Uint8Array(data) : (data as string | Uint8Array)

function keyOf(secret: SourceData): string | KeyObject {
  if (typeof secret === 'string') return secret
  const key = keys.get(secret) ?? createSecretKey(bytesOf(secret) as Uint8Array)
  keys.set(secret, key)
  return key
}

/** One use: `update` as often as needed, then `digest`. */
export class Sha256 {
  readonly #secret: SourceData | undefined
  #hash: Hash | Hmac

  /** @param secret of an HMAC; without it, a plain hash */
  constructor(secret?: SourceData) {
    this.#secret = secret
    this.#hash = this.#begin()
  }

  update(data: SourceData): void {
    this.#hash.update(bytesOf(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    this.#hash = this.#begin()
  }

  #begin(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(this.#secret))
  }
}
