/** The token issuer of an account in which outbound identity federation is turned on, and its public documents. */
import type { Organization } from '../../organization.ts'
import type { Service } from '../../wire/service.ts'
import { createKey, publicKeyOf, type SigningKey } from '../cognito/keys.ts'

const hostOf = (id: string) => `${id}.tokens.sts.global.api.aws`

export function issuerOf({ accounts }: Organization, account: string): string | undefined {
  const id = accounts.find((one) => one.id === account)?.outboundIdentity
  return id === undefined ? undefined : `https://${hostOf(id)}`
}

/** Signing keys by account. They exist as long as this process, because AWS's own keys may change at any time. */
const keys = new Map<string, Promise<SigningKey>>()

export function signingKeyOf(account: string): Promise<SigningKey> {
  const key = keys.get(account) ?? createKey()
  keys.set(account, key)
  return key
}

/** One host for each account that has an issuer. */
export const outboundIssuers = ({ accounts }: Organization): readonly Service[] =>
  accounts.flatMap(({ id: account, outboundIdentity }) =>
    outboundIdentity === undefined
      ? []
      : [
          {
            name: hostOf(outboundIdentity),
            handle: async ({ method, target }) => documentOf(account, hostOf(outboundIdentity), `${method} ${target}`),
          },
        ],
  )

async function documentOf(account: string, host: string, asked: string) {
  const issuer = `https://${host}`
  const jwksUri = `${issuer}/.well-known/jwks.json`
  const headers = { 'content-type': 'application/json' }
  if (asked === 'GET /.well-known/jwks.json')
    return { status: 200, headers, body: JSON.stringify({ keys: [publicKeyOf(await signingKeyOf(account))] }) }
  if (asked === 'GET /.well-known/openid-configuration')
    return {
      status: 200,
      headers,
      body: JSON.stringify({ issuer, jwks_uri: jwksUri, id_token_signing_alg_values_supported: ['RS256', 'ES384'] }),
    }
  return { status: 404, headers, body: '{}' }
}
