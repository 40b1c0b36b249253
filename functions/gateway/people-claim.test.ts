/** Tokens of an external provider, as Entra ID, Okta and Keycloak make them, at the gateway's own check. */
import { createLocalJWKSet } from 'jose'

import { beforeAll, describe, expect, it, test } from 'vitest'
import { callerId, type PeopleClaim } from '../../shared/tenant.ts'
import { createAuthenticate } from './authenticate.ts'
import { GatewayError } from './errors.ts'
import { readPeopleClaim } from './people-claim.ts'
import { createSigner } from './testing/support.ts'

const ISSUER = 'https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0'
const AUDIENCE = 'api-of-the-gateway'
const NOW = Date.UTC(2026, 11, 1)
type Claims = Readonly<Record<string, unknown>>
const LIST: PeopleClaim = { claim: 'roles', format: 'list', value: 'Tenant.One' }

let signer: Awaited<ReturnType<typeof createSigner>>
beforeAll(async () => {
  signer = await createSigner('key-1')
})

async function outcome(
  claims: Claims,
  people: PeopleClaim = LIST,
): Promise<{ code: string; message?: string; user?: string }> {
  // Entra ID's keys do not name their algorithm.
  const { alg: _, ...jwk } = signer.jwk
  const authenticate = createAuthenticate({
    tenantId: 'tenant1',
    issuer: ISSUER,
    clientId: AUDIENCE,
    people,
    getKey: createLocalJWKSet({ keys: [jwk] }),
    now: () => NOW,
  })
  const good = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'person@example.com',
    exp: NOW / 1000 + 600,
    iat: NOW / 1000,
    roles: ['Tenant.One'],
  }
  try {
    return { code: 'let in', ...(await authenticate(`Bearer ${await signer.sign({ ...good, ...claims })}`)) }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return { code: error.code, message: error.message }
  }
}

describe('a person of an external provider', () => {
  it('is known by an id made of issuer and subject, which may be an address', async () => {
    const id = callerId(ISSUER, 'person@example.com')
    expect(await outcome({})).toEqual({ code: 'let in', user: id, id })
  })

  it.each<[string, PeopleClaim, Claims]>([
    ['a list', LIST, { roles: ['Other', 'Tenant.One'] }],
    ['a text', { claim: 'tenant', format: 'text', value: 'tenant1' }, { tenant: 'tenant1' }],
    ['words', { claim: 'scp', format: 'space-separated', value: 'tenant1' }, { scp: 'openid tenant1' }],
    ['a list and a group', { ...LIST, groupsClaim: 'groups' }, { groups: ['x', 'Tenant.One'] }],
  ])('is let in by %s', async (_, people, claims) => {
    expect((await outcome(claims, people)).code).toBe('let in')
  })

  it.each<[string, PeopleClaim, Claims, string]>([
    ['another tenant of the provider', LIST, { roles: ['Tenant.Two'] }, 'tenant_mismatch'],
    ['a part of the value', LIST, { roles: ['Tenant.One.More'] }, 'tenant_mismatch'],
    ['another case', LIST, { roles: ['tenant.one'] }, 'tenant_mismatch'],
    ['no claim', LIST, { roles: undefined }, 'tenant_claim_missing'],
    ['an empty list', LIST, { roles: [] }, 'tenant_claim_missing'],
    ['a text where a list is set', LIST, { roles: 'Tenant.One' }, 'tenant_claim_missing'],
    ['a list of lists', LIST, { roles: [['Tenant.One']] }, 'tenant_claim_missing'],
    ['a list where a text is set', { ...LIST, format: 'text' }, { roles: ['Tenant.One'] }, 'tenant_claim_missing'],
    [
      'a list where words are set',
      { ...LIST, format: 'space-separated' },
      { roles: ['Tenant.One'] },
      'tenant_claim_missing',
    ],
    [
      'words where a text is set',
      { claim: 'scp', format: 'text', value: 'tenant1' },
      { scp: 'openid tenant1' },
      'tenant_mismatch',
    ],
    ['a claim that every object has', { ...LIST, claim: 'constructor', format: 'text' }, {}, 'tenant_claim_missing'],
    ['no group', { ...LIST, groupsClaim: 'groups' }, {}, 'tenant_membership_missing'],
    ['another group', { ...LIST, groupsClaim: 'groups' }, { groups: ['Tenant.Two'] }, 'tenant_membership_missing'],
    ['another application', LIST, { aud: 'other' }, 'token_wrong_audience'],
    ['no audience', LIST, { aud: undefined }, 'token_wrong_audience'],
    ['several audiences', LIST, { aud: [AUDIENCE, 'account'] }, 'token_wrong_audience'],
    ['a list of one audience', LIST, { aud: [AUDIENCE] }, 'token_wrong_audience'],
    ['another directory', LIST, { iss: ISSUER.replace('1111', '2222') }, 'token_wrong_issuer'],
    ['an issuer with a slash', LIST, { iss: `${ISSUER}/` }, 'token_wrong_issuer'],
  ])('is refused for %s', async (_, people, claims, code) => {
    expect((await outcome(claims, people)).code).toBe(code)
  })

  it('hears what to set at the provider', async () => {
    const v1 = await outcome({ iss: 'https://sts.windows.net/11111111-2222-4333-8444-555555555555/' })
    expect(v1.message).toContain('set requestedAccessTokenVersion of the application to 2')
    const groups: PeopleClaim = { claim: 'groups', format: 'list', value: 'group-1' }
    const over = await outcome({ _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } }, groups)
    expect(over).toMatchObject({ code: 'tenant_claim_missing', message: expect.stringContaining('too many groups') })
    expect((await outcome({ aud: [AUDIENCE, 'x'] })).message).toContain('a list of audiences')
    // Of Cognito's tokens nothing is asked any more, and theirs do not pass.
    expect((await outcome({ token_use: 'id', 'custom:tenant_id': 'tenant1', roles: undefined })).code).toBe(
      'tenant_claim_missing',
    )
  })
})

test('what the deployment has written is whole, or the gateway does not start', () => {
  expect(readPeopleClaim(JSON.stringify({ ...LIST, groupsClaim: 'groups' }))).toEqual({
    ...LIST,
    groupsClaim: 'groups',
  })
  for (const bad of [
    '{}',
    '[]',
    '"x"',
    JSON.stringify({ ...LIST, format: 'any' }),
    JSON.stringify({ ...LIST, value: '' }),
    JSON.stringify({ ...LIST, groupsClaim: 1 }),
  ])
    expect(() => readPeopleClaim(bad)).toThrow('PEOPLE_CLAIM is malformed')
})
