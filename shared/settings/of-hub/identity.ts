/** Hub settings: where people sign in, and how the gateways get the keys of tokens. */
import { KEY_SET_WAYS, USER_POOL_MFA } from '../../choices.ts'
import type { IdentitySettings } from '../../identity-provider.ts'
import { CLAIM_FORMATS } from '../../tenant.ts'
import { ADDRESS, none } from '../common.ts'
import { Refused } from '../refused.ts'
import type { Setting } from '../setting.ts'
import { simple } from '../shapes.ts'
import { mapOf, matching } from '../values.ts'

export const keySetVia = simple(
  { is: 'choice', of: KEY_SET_WAYS },
  {
    meaning:
      "How the functions get the user pool's key set: Cognito's interface endpoint, a NAT gateway per zone, a copy made at deployment (no key rotation), or a table that a function of the hub fills every minute.",
    fallback: 'endpoint',
  },
)

export const userPoolDomain: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "Prefix of the user pool's domain, `PREFIX.auth.REGION.amazoncognito.com`, where people sign in by browser and machines get tokens by client credentials. Nobody else in the region may have it. A pool with a domain is not reached by `keySetVia: endpoint`.",
  allowed:
    '1 to 63 lower-case letters, digits and hyphens, no hyphen at either end, without the words aws, amazon and cognito.',
  placeholder: '{PREFIX}',
  fallback: none,
  parse: matching(
    /^(?!.*(?:aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "the prefix of a user pool's domain",
  ),
}

export const userPoolMfa = simple(
  { is: 'choice', of: USER_POOL_MFA },
  {
    meaning:
      'Whether the user pool asks for a code of an authenticator app (TOTP) after the password: of nobody, of users who have set one up, or of everybody, who then set one up at their next sign-in (docs/identity.md). The setting can be changed in place in every direction.',
    fallback: 'off',
  },
)

export const identity: Setting<IdentitySettings | undefined> = {
  type: 'map',
  meaning:
    "An external OpenID provider that people sign in with, in place of the hub's user pool (docs/identity.md): issuer, audience, tenantClaim and claimFormat (text, list or space-separated); optional are groupsClaim, jwksUri and clientId.",
  allowed:
    'issuer as https:// and a host name, perhaps with a path, spelt exactly as the provider spells it; audience, one text; tenantClaim, the name of a claim; claimFormat text, list or space-separated. With keySetVia table.',
  entries: 'map',
  placeholder: '{PROVIDER}',
  fallback: none,
  parse: parseIdentity,
}

const FIELDS = ['issuer', 'jwksUri', 'audience', 'tenantClaim', 'claimFormat', 'groupsClaim', 'clientId'] as const
const CLAIM = /^[\w:./-]{1,128}$/
const VALUE = /^[\x21-\x7e]{1,256}$/

/** Audiences in the tokens of every application of a provider. With one of these, all of them would be accepted. */
const SHARED_AUDIENCES = ['account', 'https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000']

/** Claims that are checked for every token, or that differ in every token. */
const NO_TENANT = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub', 'nonce', 'token_use', 'ver', 'typ']

function parseIdentity(raw: string): IdentitySettings {
  const given = Object.fromEntries(mapOf(raw))
  const extra = Object.keys(given).find((name) => !(FIELDS as readonly string[]).includes(name))
  if (extra !== undefined) throw new Refused(`it has the unknown entry "${extra}".`)
  const textOf = (name: (typeof FIELDS)[number], pattern: RegExp, what: string): string => {
    const value = given[name]
    if (typeof value !== 'string')
      throw new Refused(value === undefined ? `it has no ${name}.` : `${name} is not text.`)
    if (!pattern.test(value)) throw new Refused(`${name} is "${value}", not ${what}.`)
    return value
  }
  const optional = (name: 'jwksUri' | 'groupsClaim' | 'clientId', pattern: RegExp, what: string) =>
    given[name] === undefined ? {} : { [name]: textOf(name, pattern, what) }
  const audience = textOf('audience', VALUE, 'visible ASCII without spaces')
  if (SHARED_AUDIENCES.includes(audience))
    throw new Refused(
      `audience is "${audience}", which tokens for other applications have as well: give this gateway one of its own.`,
    )
  const tenantClaim = textOf('tenantClaim', CLAIM, 'the name of a claim')
  const groups = optional('groupsClaim', CLAIM, 'the name of a claim')
  for (const claim of [tenantClaim, ...Object.values(groups)])
    if (NO_TENANT.includes(claim)) throw new Refused(`the claim ${claim} does not name a tenant.`)
  const claimFormat = CLAIM_FORMATS.find((one) => one === given.claimFormat)
  if (claimFormat === undefined) throw new Refused(`claimFormat is ${JSON.stringify(given.claimFormat) ?? 'not set'}.`)
  return {
    issuer: textOf('issuer', ADDRESS, 'https:// and a host name, perhaps with a path'),
    ...optional('jwksUri', ADDRESS, 'https:// and a host name with a path'),
    audience,
    tenantClaim,
    claimFormat,
    ...groups,
    ...optional('clientId', VALUE, 'visible ASCII without spaces'),
  }
}
