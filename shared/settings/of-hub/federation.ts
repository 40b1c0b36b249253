/** Hub settings: providers to which the user pool federates, each for the people of one tenant. */
import { FEDERATED_NAME, type FederatedProvider } from '../../federation.ts'
import { isMap } from '../../is-map.ts'
import { TENANT_ID } from '../../tenant.ts'
import { ADDRESS } from '../common.ts'
import { Refused } from '../refused.ts'
import type { Setting } from '../setting.ts'
import { mapOf } from '../values.ts'

const MOST = 50

export const federatedProviders: Setting<Readonly<Record<string, FederatedProvider>>> = {
  type: 'map of maps',
  meaning:
    'Providers that the user pool federates to, by name. Each is a map of tenant (the id of the tenant whose people it has), and type oidc with issuer, clientId and optional scopes, or type saml with metadataUrl. Each tenant’s people call on `/TENANT.NAME/…` (docs/identity.md).',
  allowed: `up to ${MOST} names of a lower-case letter, then 2 to 30 lower-case letters, digits and hyphens. With userPoolDomain, keySetVia table, and a secret in federatedSecrets for each of type oidc.`,
  entries: 'map',
  placeholder: '{PROVIDER}',
  fallback: { value: {}, text: 'none' },
  parse(raw) {
    const entries = mapOf(raw)
    if (entries.length > MOST) throw new Refused(`it has ${entries.length} names.`)
    return Object.fromEntries(
      entries.map(([name, value]) => {
        if (!FEDERATED_NAME.test(name)) throw new Refused(`"${name}" is not the name of a provider.`)
        return [name, parseProvider(name, value)]
      }),
    )
  },
}

const METADATA = /^https:\/\/([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\/[\x21-\x7e]*$/i

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  oidc: ['tenant', 'type', 'issuer', 'clientId', 'scopes'],
  saml: ['tenant', 'type', 'metadataUrl'],
}

function parseProvider(name: string, value: unknown): FederatedProvider {
  const refuse = (message: string) => new Refused(`"${name}": ${message}`)
  if (!isMap(value)) throw refuse('it is not a map.')
  const { type } = value
  const fields = typeof type === 'string' ? FIELDS[type] : undefined
  if (!fields) throw refuse(`its type is ${JSON.stringify(type) ?? 'not set'}, neither oidc nor saml.`)
  // Without the value, which may be a secret in the wrong place.
  const extra = Object.keys(value).find((one) => !fields.includes(one))
  if (extra !== undefined) throw refuse(`it has the unknown entry "${extra}".`)
  const text = (field: string, pattern: RegExp, what: string): string => {
    const found = value[field]
    if (typeof found !== 'string') throw refuse(`it has no ${field}.`)
    if (!pattern.test(found)) throw refuse(`its ${field} is "${found}", not ${what}.`)
    return found
  }
  const tenant = text('tenant', TENANT_ID, "a tenant's id")
  if (type === 'saml')
    return { type, tenant, metadataUrl: text('metadataUrl', METADATA, 'https:// and a host name with a path') }
  const scopes = value.scopes === undefined ? 'openid' : text('scopes', /^[\x21-\x7e]+( [\x21-\x7e]+)*$/, 'words')
  if (!scopes.split(' ').includes('openid')) throw refuse('its scopes leave out openid: there would be no ID token.')
  return {
    type: 'oidc',
    tenant,
    issuer: text('issuer', ADDRESS, 'https:// and a host name, perhaps with a path'),
    clientId: text('clientId', /^[\x21-\x7e]{1,256}$/, 'visible ASCII without spaces'),
    scopes,
  }
}

/** The form of a placeholder in a printed command. */
const PLACEHOLDER = /^\{[A-Z]+\}$/

/** The values are encrypted in the stack's file, and only Pulumi can read them. Readers of the file alone see only that they exist. */
export const federatedSecrets: Setting<Readonly<Record<string, string>>> = {
  type: 'map, each value a secret',
  meaning:
    'The client secret of each provider of type oidc in federatedProviders, by its name, each set with `--secret --path`, so that Pulumi encrypts it (docs/identity.md).',
  allowed: 'a text for each name; never in plain text in the file.',
  entries: 'map',
  placeholder: '{SECRET}',
  fallback: { value: {}, text: 'none' },
  parse(raw) {
    return Object.fromEntries(
      unquoted(raw).map(([name, value]) => {
        if (typeof value === 'string' && value !== '' && !PLACEHOLDER.test(value)) return [name, value]
        if (isMap(value) && 'secure' in value) return [name, '']
        throw new Refused(`the secret of "${name}" is no text.`)
      }),
    )
  },
}

/** Like {@link mapOf}, but its error does not quote the value, which may be a secret here. */
function unquoted(raw: string): ReturnType<typeof mapOf> {
  try {
    return mapOf(raw)
  } catch {
    throw new Refused('it is not a map.')
  }
}
