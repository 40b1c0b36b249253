/** Passwords: the pool's policy, and scrypt hashes. No error and no file contains a password. */
import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'
import { AwsError } from '../../errors.ts'
import type { PasswordPolicy } from './pool.ts'

export interface PasswordHash {
  /** Base64. */
  readonly salt: string
  readonly hash: string
}

/** Cognito's set of symbols. A space counts as one only in the middle of a password. */
const SYMBOLS = '^$*.[]{}()?-"!@#%&/\\,><\':;|_~`+='
const MAX_LENGTH = 256

export function checkPassword(policy: PasswordPolicy, password: string): void {
  const symbol = [...password.trim()].some((character) => character === ' ' || SYMBOLS.includes(character))
  const problem = [
    [password.length < policy.minimumLength, 'Password not long enough'],
    [password.length > MAX_LENGTH, 'Password too long'],
    [policy.requireUppercase && !/[A-Z]/.test(password), 'Password must have uppercase characters'],
    [policy.requireLowercase && !/[a-z]/.test(password), 'Password must have lowercase characters'],
    [policy.requireNumbers && !/[0-9]/.test(password), 'Password must have numeric characters'],
    [policy.requireSymbols && !symbol, 'Password must have symbol characters'],
  ].find(([broken]) => broken)?.[1]
  if (problem) throw new AwsError('InvalidPasswordException', `Password did not conform with policy: ${problem}`)
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16)
  return { salt: salt.toString('base64'), hash: (await derive(password, salt)).toString('base64') }
}

/** Takes as long for a user who does not exist or has no password yet as for any other. */
export async function verifyPassword(password: string, expected: PasswordHash | undefined): Promise<boolean> {
  const { salt, hash } = expected ?? NOBODY
  const derived = await derive(password, Buffer.from(salt, 'base64'))
  return timingSafeEqual(derived, Buffer.from(hash, 'base64')) && expected !== undefined
}

/**
 * Makes a temporary password, as Cognito does if the administrator gives none: with all kinds of characters, and as long as the policy demands.
 */
export function temporaryPassword({ minimumLength }: PasswordPolicy): string {
  const kinds = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnpqrstuvwxyz', '23456789', '!@#%&?+=']
  const all = kinds.join('')
  const characters = kinds.map(pick)
  while (characters.length < Math.max(minimumLength, 12))
    characters.splice(randomInt(characters.length + 1), 0, pick(all))
  return characters.join('')
}

const pick = (from: string) => from.charAt(randomInt(from.length))

const KEY_BYTES = 32
const NOBODY: PasswordHash = {
  salt: Buffer.alloc(16).toString('base64'),
  hash: Buffer.alloc(KEY_BYTES).toString('base64'),
}

const derive = (password: string, salt: Buffer) =>
  new Promise<Buffer>((done, failed) =>
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, (error, key) => (error ? failed(error) : done(key))),
  )
