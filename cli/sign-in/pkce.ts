/** Proof Key for Code Exchange (RFC 7636): a code cannot be used without a secret that only this process knows. */
import { createHash, randomBytes } from 'node:crypto'

export interface Pkce {
  readonly verifier: string
  readonly challenge: string
}

export function newPkce(): Pkce {
  const verifier = randomText()
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** 256 random bits, in the characters that `state`, `nonce` and verifiers may have. */
export const randomText = (): string => randomBytes(32).toString('base64url')
