import { describe, expect, it } from 'vitest'
import { federatedIssuers } from '../../federation.ts'
import { federatedProviders, federatedSecrets } from './federation.ts'

const oidc = { type: 'oidc', tenant: 'tenant1', issuer: 'https://login.acme.example', clientId: 'genai' }
const parse = (value: unknown) => federatedProviders.parse(JSON.stringify(value))

describe('federatedProviders', () => {
  it('reads either type, and asks for an ID token', () => {
    const metadataUrl = 'https://sso.globex.example/metadata?app=genai'
    expect(parse({ acme: oidc, globex: { type: 'saml', tenant: 'tenant2', metadataUrl } })).toEqual({
      acme: { ...oidc, scopes: 'openid' },
      globex: { type: 'saml', tenant: 'tenant2', metadataUrl },
    })
  })

  it.each<[string, unknown, RegExp]>([
    ['a name with an underscore, which would end a group’s name elsewhere', { a_b: oidc }, /"a_b" is not the name/],
    ['a name in capital letters, which the pool folds', { Acme: oidc }, /is not the name/],
    ['a name too short for Cognito', { ab: oidc }, /is not the name/],
    ['no tenant', { acme: { ...oidc, tenant: undefined } }, /it has no tenant/],
    ['no tenant’s id', { acme: { ...oidc, tenant: 'Tenant-1' } }, /its tenant is "Tenant-1"/],
    ['another type', { acme: { ...oidc, type: 'ldap' } }, /its type is "ldap"/],
    ['an address without TLS', { acme: { ...oidc, issuer: 'http://login.acme.example' } }, /its issuer is/],
    ['scopes without an ID token', { acme: { ...oidc, scopes: 'email' } }, /leave out openid/],
    ['no map', { acme: 'oidc' }, /it is not a map/],
  ])('refuses %s', (_, value, says) => expect(() => parse(value)).toThrow(says))

  it('refuses a secret in the wrong place without repeating it', () => {
    expect(() => parse({ acme: { ...oidc, clientSecret: 'hush' } })).toThrow(/unknown entry "clientSecret"/)
    expect(() => parse({ acme: { ...oidc, clientSecret: 'hush' } })).not.toThrow(/hush/)
  })
})

describe('federatedSecrets', () => {
  it('reads texts, and of an encrypted one that it is there', () =>
    expect(federatedSecrets.parse('{"acme":"hush","globex":{"secure":"v1:abc"}}')).toEqual({
      acme: 'hush',
      globex: '',
    }))

  it.each(['"hush"', 'hush', '["hush"]', '{"acme":["hush"]}'])('refuses %s without repeating it', (raw) => {
    expect(() => federatedSecrets.parse(raw)).toThrow(/it is not a map|is no text/)
    expect(() => federatedSecrets.parse(raw)).not.toThrow(/hush/)
  })
})

it('a tenant’s people are those of its own providers, by the group that Cognito makes', () => {
  const hub = {
    userPoolId: 'us-east-1_Pool',
    userPoolClientId: 'client',
    issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool',
  }
  expect(federatedIssuers({ ...hub, federatedProviders: { acme: 'tenant1', globex: 'tenant2' } }, 'tenant1')).toEqual({
    acme: {
      issuer: hub.issuer,
      audience: 'client',
      jwksUri: `${hub.issuer}/.well-known/jwks.json`,
      claims: { token_use: 'id', 'cognito:groups': 'us-east-1_Pool_acme' },
    },
  })
  expect(federatedIssuers(hub, 'tenant1')).toEqual({})
})
