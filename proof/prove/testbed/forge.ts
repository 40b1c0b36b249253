/** Tokens that must not be accepted. */
import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import { claimsOf } from '../../../cli/hub/cognito.ts'
import { GROUPS_CLAIM, TENANT_CLAIM } from '../../../shared/tenant.ts'
import type { Platform } from '../../harness/platform.ts'

export type Claims = Readonly<Record<string, unknown>>

export interface Forge {
  /** The tenant's user's own ID token. */
  genuine(tenantId: string): Promise<string>
  /** The claims that a user of the first tenant has. */
  readonly claims: Claims
  /** Signed with the pool's own key. Absent for a deployed gateway, whose key nobody has. */
  readonly byPool?: (claims: Claims) => Promise<string>
  /** Signed with another user pool's key, with that key's id. Absent for a deployed gateway, because there is no other pool. */
  readonly byOtherPool?: (claims: Claims) => Promise<string>
  /**
   * Signed with a new key, RS256. `kid`
   * @default the pool's
   */
  byStranger(claims: Claims, kid?: string): string
  /** `alg: none` */
  unsigned(claims: Claims): string
  /** HS256 with the pool's public key as the secret. */
  byPublicKey(claims: Claims): string
  /** The first tenant's user's access token. */
  accessToken(): Promise<string>
}

export interface ForgeSources {
  readonly keys: readonly JsonWebKey[]
  readonly genuine: Forge['genuine']
  readonly accessToken: Forge['accessToken']
  readonly byPool?: Forge['byPool']
  readonly byOtherPool?: Forge['byOtherPool']
  readonly tenantId: string
}

/** The attacker's own user pool, which any account can have. */
const OTHER_POOL = 'us-east-1_AttackerPl'

export async function createForge({ cloud, hub, token, accessToken }: Platform): Promise<Forge> {
  const { keys } = await cloud.cognito.keySet(hub.userPoolId)
  return forgeOf({
    keys: keys.map((key) => ({ ...key })),
    genuine: token,
    accessToken: () => accessToken('tenant1'),
    byPool: (claims) => cloud.cognito.sign(hub.userPoolId, claims),
    byOtherPool: (claims) => cloud.cognito.sign(OTHER_POOL, claims),
    tenantId: 'tenant1',
  })
}

export async function forgeOf({
  keys,
  genuine,
  accessToken,
  byPool,
  byOtherPool,
  tenantId,
}: ForgeSources): Promise<Forge> {
  const [key] = keys
  if (!key) throw new Error('The user pool publishes no key.')
  const token = await genuine(tenantId)
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'))
  const own = keys.find((one) => one.kid === header.kid) ?? key
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const pem = createPublicKey({ key: own, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  return {
    genuine,
    accessToken,
    claims: claimsOf(token),
    ...(byPool && { byPool }),
    ...(byOtherPool && { byOtherPool }),
    byStranger: (claims, kid = String(own.kid)) => rs256({ alg: 'RS256', kid }, claims, stranger),
    unsigned: (claims) => `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`,
    byPublicKey(claims) {
      const signed = `${part({ alg: 'HS256', kid: own.kid })}.${part(claims)}`
      return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`
    },
  }
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function rs256(header: Claims, claims: Claims, key: KeyObject): string {
  const signed = `${part(header)}.${part(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

/** The claims of the same user in another tenant. */
export const asTenant = (claims: Claims, tenant: unknown, groups: unknown = claims[GROUPS_CLAIM]): Claims => ({
  ...claims,
  [TENANT_CLAIM]: tenant,
  [GROUPS_CLAIM]: groups,
})
