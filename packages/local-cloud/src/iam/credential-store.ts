/** Temporary credentials that were issued, in memory: their principal and their expiration. */
import { randomBytes } from 'node:crypto'
import type { Session } from './authorize.ts'

/** What the holder gets, in the form of the SDK's clients. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/** What the services know about them. */
export interface IssuedCredential extends Omit<Credentials, 'expiration'> {
  readonly session: Session
  /** Seconds since 1970. */
  readonly expires: number
  /** Session tags that are inherited by sessions which this session opens. */
  readonly transitiveTagKeys: readonly string[]
}

export interface CredentialStore {
  issue(
    session: Session,
    durationSeconds: number,
    options?: { readonly transitiveTagKeys?: readonly string[] },
  ): Credentials
  /** Also finds expired credentials, so that for a while they are distinguished from unknown ones. */
  find(accessKeyId: string): IssuedCredential | undefined
}

/** How long expired credentials are remembered. */
const REMEMBER_SECONDS = 24 * 3600

/** @param now seconds since 1970 */
export function createCredentialStore(now: () => number): CredentialStore {
  const issued = new Map<string, IssuedCredential>()
  let forgetAt = 0

  function forgetOld(): void {
    if (now() < forgetAt) return
    forgetAt = now() + 3600
    for (const [accessKeyId, { expires }] of issued) if (expires + REMEMBER_SECONDS < now()) issued.delete(accessKeyId)
  }

  return {
    issue(session, durationSeconds, { transitiveTagKeys = [] } = {}) {
      forgetOld()
      const credential: IssuedCredential = {
        accessKeyId: `ASIA${base32(10)}`,
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(192).toString('base64'),
        session,
        expires: Math.floor(now()) + durationSeconds,
        transitiveTagKeys,
      }
      issued.set(credential.accessKeyId, credential)
      const { accessKeyId, secretAccessKey, sessionToken, expires } = credential
      return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expires * 1000) }
    },
    find: (accessKeyId) => issued.get(accessKeyId),
  }
}

/** 16 characters for ten random bytes. */
function base32(bytes: number): string {
  const bits = [...randomBytes(bytes)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
    .join('')
}
