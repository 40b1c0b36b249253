/**
 * The setting `machineIssuers`: the issuers of the tokens with which a tenant's machines call. The checks refuse entries that would admit more
 * callers than was meant.
 */
import { MACHINE_NAME, type MachineIssuer } from '../../tenant.ts'
import { ADDRESS } from '../common.ts'
import { Refused } from '../refused.ts'
import type { Setting } from '../setting.ts'
import { mapOf, matching } from '../values.ts'

export type MachineIssuers = Readonly<Record<string, MachineIssuer>>

/** Each takes a rule of the load balancer. */
const MOST = 10
/** The load balancer checks at most ten claims of a token, besides its issuer and times. */
const MOST_CLAIMS = 10

export const machineIssuers: Setting<MachineIssuers> = {
  type: 'map of maps',
  meaning:
    "The issuers of the tokens with which the tenant's machines call, by the name in their path `/TENANT.NAME/…`: issuer, audience, the claims that a token must have, and jwksUri if the keys are not at the usual address of the issuer (docs/machines.md).",
  allowed: `up to ${MOST} names of a lower-case letter, then lower-case letters, digits and hyphens (at most 31), each with a map of issuer, audience, jwksUri and claims: a claim that names the machine, no wildcards, at most ${MOST_CLAIMS} with the audience.`,
  entries: 'map',
  placeholder: '{MACHINE}',
  fallback: { value: {}, text: 'none' },
  parse: parseMachineIssuers,
}

function parseMachineIssuers(raw: string): MachineIssuers {
  const entries = mapOf(raw)
  if (entries.length > MOST) throw new Refused(`it has ${entries.length} names.`)
  const parseName = matching(MACHINE_NAME, "a machine's name")
  return Object.fromEntries(
    entries.map(([name, value]) => {
      parseName(name)
      try {
        return [name, parseIssuer(value)]
      } catch (error) {
        throw new Refused(`"${name}": ${error instanceof Error ? error.message : String(error)}`)
      }
    }),
  )
}

const FIELDS = ['issuer', 'audience', 'jwksUri', 'claims']

function parseIssuer(value: unknown): MachineIssuer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refused('it is not a map.')
  const given = value as Readonly<Record<string, unknown>>
  const extra = Object.keys(given).find((name) => !FIELDS.includes(name))
  if (extra !== undefined) throw new Refused(`it has the unknown entry "${extra}".`)
  const issuer = textOf(given, 'issuer')
  if (!ADDRESS.test(issuer))
    throw new Refused(`the issuer "${issuer}" is not https:// and a host name, perhaps with a path.`)
  const kind = kindOf(issuer)
  const claims = parseClaims(given.claims)
  const audience = given.audience === undefined ? undefined : exact('audience', textOf(given, 'audience'))
  if (audience === undefined && kind.audience !== 'none')
    throw new Refused('it has no audience: any token of the issuer would do.')
  if (audience !== undefined && kind.audience === 'none')
    throw new Refused("Cognito's access tokens have no audience: their client is in the claim client_id.")
  const jwksUri = given.jwksUri === undefined ? kind.jwksUri(issuer) : textOf(given, 'jwksUri')
  if (!ADDRESS.test(jwksUri)) throw new Refused(`the jwksUri "${jwksUri}" is not https:// and a host name with a path.`)
  requireBinding(kind, claims)
  const checked = Object.keys(claims).length + (audience === undefined ? 0 : 1)
  if (checked > MOST_CLAIMS) throw new Refused(`it has ${checked} claims, the audience among them.`)
  return { issuer, ...(audience !== undefined && { audience }), jwksUri, claims }
}

function textOf(from: Readonly<Record<string, unknown>>, name: string): string {
  const value = from[name]
  if (typeof value !== 'string' || value === '') throw new Refused(`it has no ${name}.`)
  return value
}

/** Claims are compared for equality. A wildcard is refused, because its author expects an effect that it does not have. */
function exact(name: string, value: string): string {
  if (/[*?]/.test(value))
    throw new Refused(`${name} is "${value}": there are no wildcards, a claim is equal or it is refused.`)
  if (!/^[\x21-\x7e]{1,256}$/.test(value))
    throw new Refused(`${name} is "${value}": at most 256 visible ASCII characters.`)
  return value
}

/** Claims that are checked for every token, or that differ in every token. */
const NOT_BINDING = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'typ', 'ver', 'token_use', 'scope', 'scp', 'azp', 'tid']

function parseClaims(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refused('claims is not a map.')
  return Object.fromEntries(
    Object.entries(value).map(([name, claim]) => {
      if (!/^[\w:./-]{1,128}$/.test(name)) throw new Refused(`"${name}" is not the name of a claim.`)
      if (['iss', 'aud', 'exp', 'nbf', 'iat'].includes(name)) throw new Refused(`the claim ${name} is not set here.`)
      if (typeof claim !== 'string') throw new Refused(`the claim ${name} is not text.`)
      return [name, exact(`the claim ${name}`, claim)]
    }),
  )
}

/** What is known about an issuer. */
interface Kind {
  readonly audience: 'required' | 'none'
  readonly jwksUri: (issuer: string) => string
  /** One claim of each list must be given. */
  readonly required: readonly (readonly string[])[]
  readonly why: string
}

const wellKnown = (issuer: string) => `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html */
const AWS_ISSUER = /^https:\/\/[0-9a-f-]{36}\.tokens\.sts\.global\.api\.aws$/
const COGNITO_ISSUER = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\/[\w-]+$/
const GITHUB_ISSUER = /^https:\/\/token\.actions\.githubusercontent\.com(\/[\w-]+)?$/
const ENTRA_ISSUER = /^https:\/\/login\.microsoftonline\.com\/([0-9a-f-]{36})\/v2\.0$/

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [
    AWS_ISSUER,
    {
      audience: 'required',
      jwksUri: wellKnown,
      required: [['sub']],
      why: 'any principal of the account can have such a token: the claim sub must be the ARN of the role',
    },
  ],
  [
    COGNITO_ISSUER,
    {
      audience: 'none',
      jwksUri: wellKnown,
      required: [['client_id'], ['token_use'], ['scope']],
      why: "client_id is the machine, token_use (access) keeps users' ID tokens out, and scope tells what it is for",
    },
  ],
  [
    GITHUB_ISSUER,
    {
      audience: 'required',
      jwksUri: (issuer) => `${issuer}/.well-known/jwks`,
      required: [['sub', 'repository_id', 'repository']],
      why: 'every repository has tokens of this issuer',
    },
  ],
  [
    ENTRA_ISSUER,
    {
      audience: 'required',
      jwksUri: (issuer) => issuer.replace(/\/v2\.0$/, '/discovery/v2.0/keys'),
      required: [['sub', 'oid']],
      why: 'every application of the directory has tokens of this issuer',
    },
  ],
]

const ANY: Kind = { audience: 'required', jwksUri: wellKnown, required: [], why: '' }

const kindOf = (issuer: string): Kind => KINDS.find(([pattern]) => pattern.test(issuer))?.[1] ?? ANY

function requireBinding({ required, why }: Kind, claims: Readonly<Record<string, string>>): void {
  for (const choices of required)
    if (!choices.some((name) => Object.hasOwn(claims, name)))
      throw new Refused(`it has no claim ${choices.join(' or ')}: ${why}.`)
  if (claims.token_use !== undefined && claims.token_use !== 'access')
    throw new Refused(`the claim token_use is "${claims.token_use}": a machine's is access, as id is a user's.`)
  if (!Object.keys(claims).some((name) => !NOT_BINDING.includes(name)))
    throw new Refused('it has no claim that names the machine, such as sub: an issuer alone is not enough.')
}

/** The roles of machines with tokens from AWS STS, and the tokens' audiences. */
export const machineRoles = (
  issuers: MachineIssuers,
): readonly { readonly roleArn: string; readonly audience: string }[] =>
  Object.values(issuers).flatMap(({ issuer, audience, claims }) =>
    AWS_ISSUER.test(issuer) && audience !== undefined && claims.sub !== undefined
      ? [{ roleArn: claims.sub, audience }]
      : [],
  )

/**
 * Checks that need the tenant's other settings.
 * @returns what is wrong with a machine, if anything
 */
export function machineMistakes(
  issuers: MachineIssuers,
  { tenantId, account }: { readonly tenantId: string; readonly account: string },
): readonly string[] {
  return Object.entries(issuers).flatMap(([name, { issuer, audience = '', claims }]) => {
    if (!AWS_ISSUER.test(issuer)) return []
    const mistakes: string[] = []
    if (!new RegExp(`^arn:aws:iam::${account}:role/[\\w+=,.@/-]+$`).test(claims.sub ?? ''))
      mistakes.push(
        `"${name}": the claim sub is "${claims.sub}", not the ARN of a role in the tenant's account ${account}.`,
      )
    // The caller chooses the token's audience. An audience that contains the tenant cannot have been chosen for another purpose.
    if (!audience.split(/[^a-z0-9]+/).includes(tenantId))
      mistakes.push(
        `"${name}": the audience "${audience}" does not name ${tenantId}; genai/${tenantId}, for one, does.`,
      )
    return mistakes
  })
}
