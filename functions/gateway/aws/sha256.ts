/**
 * SHA-256 and its HMAC for the SDK's signer. The SDK's own hands Node the key of an HMAC as a Buffer, which Node takes five times
 * as long for as a key object, and copies each hash before it reads it: 50 µs of a call's 1.5 ms (docs/decisions/0026).
 */
import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto'
import type { SourceData } from '@aws-sdk/types'

/** Of the signing keys, which the SDK keeps: an array that it forgets takes its key object along. */
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
