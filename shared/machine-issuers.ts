/** Issuers of the tokens that a tenant's machines call with, as the tenant's item has them. `functions/` may import this file. */
import { isMap } from './is-map.ts'
import { MACHINE_NAME, type MachineIssuer } from './tenant.ts'

const CLAIM = /^[\x21-\x7e]{1,256}$/

/**
 * If one machine issuer is incomplete, all are refused: a missing claim would admit more tokens.
 * @param plain issuers by the machine's name in its path
 * @throws Error for a value that no stack writes
 */
export function readMachineIssuers(plain: unknown): Readonly<Record<string, MachineIssuer>> {
  return Object.fromEntries(
    Object.entries(mapOf(plain)).map(([name, value]) => {
      if (!MACHINE_NAME.test(name)) throw new Error('a name is not allowed')
      const { issuer, audience, jwksUri, claims } = mapOf(value)
      const equal = Object.entries(mapOf(claims)).map(([claim, text]) => [claim, textOf(text)] as const)
      if (equal.length === 0) throw new Error('a machine issuer has no claims')
      return [
        name,
        {
          issuer: textOf(issuer),
          ...(audience !== undefined && { audience: textOf(audience) }),
          jwksUri: textOf(jwksUri),
          claims: Object.fromEntries(equal),
        },
      ]
    }),
  )
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!isMap(value)) throw new Error('it is not a map')
  return value
}

function textOf(value: unknown): string {
  if (typeof value !== 'string' || !CLAIM.test(value)) throw new Error('a text is missing or malformed')
  return value
}
