import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { Declarer } from '../../../testing/declarer.ts'

const POOL = 'aws:cognito/userPool:UserPool'
const PROVIDER = 'aws:cognito/identityProvider:IdentityProvider'
const CLIENT = 'aws:cognito/userPoolClient:UserPoolClient'
const GROUP = 'aws:cognito/userGroup:UserGroup'

const DETAILS = {
  client_id: 'genai',
  client_secret: 'hush',
  attributes_request_method: 'GET',
  oidc_issuer: 'https://login.acme.example',
  authorize_scopes: 'openid',
}

let cloud: Declarer
let userPoolId: string
beforeEach(async () => {
  cloud = new Declarer()
  userPoolId = (await cloud.make(POOL, 'p', {})).id
})

const acme = (more: Properties = {}): Properties => ({
  userPoolId,
  providerName: 'acme',
  providerType: 'OIDC',
  providerDetails: DETAILS,
  ...more,
})

describe('IdentityProvider', () => {
  it('is known by pool and name, and brings a group that nobody else may make', async () => {
    expect((await cloud.make(PROVIDER, 'a', acme())).id).toBe(`${userPoolId}:acme`)
    const group = { userPoolId, name: `${userPoolId}_acme` }
    expect(await cloud.refusal(GROUP, 'g', group)).toContain('GroupExistsException')
    expect(await cloud.refusal(PROVIDER, 'b', acme())).toContain('DuplicateProviderException')
  })

  it('is for app clients that name it, once it is there', async () => {
    const client = { userPoolId, supportedIdentityProviders: ['COGNITO', 'acme'] }
    expect(await cloud.refusal(CLIENT, 'c', client)).toContain('The provider acme does not exist')
    await cloud.make(PROVIDER, 'a', acme())
    expect((await cloud.make(CLIENT, 'c', client)).id).toMatch(/^[0-9a-z]{26}$/)
  })

  it.each<[string, Properties, string]>([
    ['a pool that is not there', { userPoolId: 'us-east-1_none' }, 'ResourceNotFoundException'],
    ['a name with an underscore', { providerName: 'ac_me' }, 'provider ?name'],
    ['a name of two letters', { providerName: 'ac' }, 'provider ?name'],
    [
      'details that are not whole',
      { providerDetails: { ...DETAILS, client_secret: undefined as never } },
      'client_secret',
    ],
    ['an issuer without TLS', { providerDetails: { ...DETAILS, oidc_issuer: 'http://x.example' } }, 'no HTTPS URL'],
    ['a provider of SAML without its metadata', { providerType: 'SAML', providerDetails: {} }, 'MetadataURL'],
    ['a social provider', { providerType: 'Google' }, 'providerType Google'],
    ['a claim that becomes an attribute', { attributeMapping: { 'custom:tenant_id': 'tenant' } }, 'attributeMapping'],
    ['details that it does not know', { providerDetails: { ...DETAILS, token_url: 'https://x.example' } }, 'token_url'],
  ])('refuses %s', async (_, change, says) => {
    // What the local cloud does not know is refused by its name, and is no answer of AWS's.
    const said = await cloud.refusal(PROVIDER, 'a', acme(change)).catch((error: Error) => error.message)
    expect(said).toMatch(new RegExp(says, 'i'))
  })
})
