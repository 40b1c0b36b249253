/** Codes of an authenticator app: RFC 6238 with HMAC-SHA-1, six digits and steps of 30 seconds, as Cognito asks for them. */
import { createHmac, randomBytes } from 'node:crypto'
import { equal } from '../../wire/sigv4.ts'

const STEP_SECONDS = 30
const DIGITS = 6
/** How many steps before and after are accepted, because phones' clocks differ. Cognito's number is not documented. */
const STEPS_EITHER_WAY = 1
/** 160 bits, as RFC 4226 recommends. */
const SECRET_BYTES = 20

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A new secret in base32 without padding (RFC 4648), as apps take it. */
export function newTotpSecret(): string {
  const bits = [...randomBytes(SECRET_BYTES)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('')
}

/** @returns undefined for a text that is no base32 */
function bytesOf(secret: string): Buffer | undefined {
  const values = [...secret.toUpperCase().replace(/=+$/, '')].map((letter) => ALPHABET.indexOf(letter))
  if (values.includes(-1)) return undefined
  const bits = values.map((value) => value.toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}

/**
 * The code of a step (RFC 4226).
 * @param secret base32
 * @param step whole 30 seconds since 1970
 * @throws Error for a secret that is no base32
 */
export function totpCode(secret: string, step: number, digits = DIGITS): string {
  const key = bytesOf(secret)
  if (!key) throw new Error('A secret of an authenticator app is base32.')
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0x0f
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** @param now seconds since 1970 */
export const totpStep = (now: number): number => Math.floor(now / STEP_SECONDS)

/**
 * The step of a code, if it is the current one or near it.
 * @param now seconds since 1970
 * @returns undefined for a wrong code
 */
export function stepOfCode(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const current = totpStep(now)
  const steps = Array.from({ length: 2 * STEPS_EITHER_WAY + 1 }, (_, index) => current - STEPS_EITHER_WAY + index)
  // All codes are compared, so that the time taken reveals nothing.
  return steps.filter((step) => equal(totpCode(secret, step), code)).at(-1)
}
