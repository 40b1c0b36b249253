/** The key pairs of a pool: as on AWS, one for ID tokens and one for access tokens. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

export interface KeyRing {
  readonly id: SigningKey
  readonly access: SigningKey
  /** Earlier key pairs, whose tokens may still be in use. They verify tokens but sign none. */
  readonly previous: readonly SigningKey[]
}

/** This many earlier key pairs stay in the key set, because a load balancer accepts at most ten keys. */
const KEPT_ROTATIONS = 2

export async function createKeyRing(): Promise<KeyRing> {
  const [id, access] = await Promise.all([createKey(), createKey()])
  return { id, access, previous: [] }
}

/** Makes a new pair, which signs from now on. Tokens signed with the old pair stay valid. */
export async function rotateKeyRing({ id, access, previous }: KeyRing): Promise<KeyRing> {
  return { ...(await createKeyRing()), previous: [id, access, ...previous].slice(0, KEPT_ROTATIONS * 2) }
}

export interface PublicKey {
  readonly alg: 'RS256'
  readonly e: string
  readonly kid: string
  readonly kty: 'RSA'
  readonly n: string
  readonly use: 'sig'
}

export interface KeySet {
  readonly keys: readonly PublicKey[]
}

/** The content of `/.well-known/jwks.json`. */
export function keySet({ id, access, previous }: KeyRing): KeySet {
  return {
    keys: [id, access, ...previous].map(publicKeyOf),
  }
}

export function publicKeyOf({ kid, privateKey }: SigningKey): PublicKey {
  const { e = '', n = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' }
}

/** The form in the pool's file: private keys as PEM. */
export interface StoredKeyRing {
  readonly id: StoredKey
  readonly access: StoredKey
  readonly previous: readonly StoredKey[]
}

interface StoredKey {
  readonly kid: string
  readonly pem: string
}

export const storeKeyRing = ({ id, access, previous }: KeyRing): StoredKeyRing => ({
  id: store(id),
  access: store(access),
  previous: previous.map(store),
})

export const loadKeyRing = ({ id, access, previous }: StoredKeyRing): KeyRing => ({
  id: load(id),
  access: load(access),
  previous: previous.map(load),
})

const store = ({ kid, privateKey }: SigningKey): StoredKey => ({
  kid,
  pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
})
const load = ({ kid, pem }: StoredKey): SigningKey => ({ kid, privateKey: createPrivateKey(pem) })

const generate = promisify(generateKeyPair)

export async function createKey(): Promise<SigningKey> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 })
  return { kid: randomBytes(32).toString('base64'), privateKey }
}
