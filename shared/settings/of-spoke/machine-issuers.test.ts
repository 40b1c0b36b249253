import { describe, expect, it } from 'vitest'
import { machineIssuers, machineMistakes, machineRoles } from './machine-issuers.ts'

const AWS = 'https://22222222-0000-4000-8000-222222222222.tokens.sts.global.api.aws'
const COGNITO = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example'
const GITHUB = 'https://token.actions.githubusercontent.com'
const ENTRA = 'https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0'

const read = (one: unknown, name = 'app') => machineIssuers.parse(JSON.stringify({ [name]: one }))[name]
const sub = { sub: 'x' }

describe('machineIssuers', () => {
  it('knows where issuers have their keys', () => {
    const jwksUri = (issuer: string, more: object = {}) =>
      read({ issuer, audience: 'a', claims: sub, ...more })?.jwksUri
    expect(jwksUri(AWS)).toBe(`${AWS}/.well-known/jwks.json`)
    expect(jwksUri(GITHUB)).toBe(`${GITHUB}/.well-known/jwks`)
    expect(jwksUri(ENTRA)).toBe(ENTRA.replace('/v2.0', '/discovery/v2.0/keys'))
    expect(jwksUri('https://idp.example.com/realms/one')).toBe(
      'https://idp.example.com/realms/one/.well-known/jwks.json',
    )
    expect(jwksUri('https://idp.example.com/', { jwksUri: 'https://keys.example.com/all' })).toBe(
      'https://keys.example.com/all',
    )
  })

  it('takes Cognito’s client credentials by their client, without an audience', () => {
    const claims = { client_id: 'abc', token_use: 'access', scope: 'genai/invoke' }
    expect(read({ issuer: COGNITO, claims })).toEqual({
      issuer: COGNITO,
      jwksUri: `${COGNITO}/.well-known/jwks.json`,
      claims,
    })
  })

  it.each<[string, unknown, string]>([
    ['no map', 'https://x.example.com', 'not a map'],
    ['an unknown entry', { issuer: ENTRA, audience: 'a', claims: sub, secret: 'x' }, 'unknown entry "secret"'],
    ['an issuer alone', { issuer: 'https://x.example.com', audience: 'a' }, 'an issuer alone is not enough'],
    [
      'claims that name nobody',
      { issuer: 'https://x.example.com', audience: 'a', claims: { tid: 'x' } },
      'an issuer alone is not enough',
    ],
    ['no audience', { issuer: 'https://x.example.com', claims: sub }, 'no audience'],
    ['http', { issuer: 'http://x.example.com', audience: 'a', claims: sub }, 'not https://'],
    ['an address', { issuer: 'https://10.0.0.1', audience: 'a', claims: sub }, 'not https://'],
    ['a port', { issuer: 'https://x.example.com:8443', audience: 'a', claims: sub }, 'not https://'],
    ['a query', { issuer: 'https://x.example.com/?a=b', audience: 'a', claims: sub }, 'not https://'],
    [
      'keys elsewhere than on the internet',
      { issuer: ENTRA, audience: 'a', jwksUri: 'https://localhost/keys', claims: sub },
      'not https://',
    ],
    ['a wildcard', { issuer: GITHUB, audience: 'a', claims: { sub: 'repo:example/*' } }, 'no wildcards'],
    ['a wildcard audience', { issuer: ENTRA, audience: '*', claims: sub }, 'no wildcards'],
    ['a list', { issuer: ENTRA, audience: 'a', claims: { sub: ['a', 'b'] } }, 'not text'],
    ['an issuer among the claims', { issuer: ENTRA, audience: 'a', claims: { iss: 'x', sub: 'y' } }, 'is not set here'],
    ['AWS without the role', { issuer: AWS, audience: 'a', claims: { org: 'x' } }, 'the claim sub must be the ARN'],
    ['GitHub without a repository', { issuer: GITHUB, audience: 'a', claims: { actor: 'x' } }, 'every repository'],
    ['Entra without the application', { issuer: ENTRA, audience: 'a', claims: { tid: 'x' } }, 'every application'],
    [
      'Cognito without a client',
      { issuer: COGNITO, claims: { token_use: 'access', scope: 's' } },
      'client_id is the machine',
    ],
    [
      'Cognito’s ID tokens',
      { issuer: COGNITO, claims: { client_id: 'c', token_use: 'id', scope: 's' } },
      "a machine's is access",
    ],
    ['Cognito with an audience', { issuer: COGNITO, audience: 'c', claims: { client_id: 'c' } }, 'have no audience'],
    [
      'too many claims',
      {
        issuer: ENTRA,
        audience: 'a',
        claims: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`sub${n}`, 'x']).concat([['sub', 'x']])),
      },
      '12 claims',
    ],
  ])('refuses %s', (_, value, message) => {
    expect(() => read(value)).toThrow(message)
  })

  it.each(['', 'App', 'a.b', 'a_b', '9', 'x'.repeat(32)])('refuses the name "%s"', (name) => {
    expect(() => read({ issuer: ENTRA, audience: 'a', claims: sub }, name)).toThrow(/not a machine's name/)
  })

  it('of the tenant’s account must name a role of that account and an audience of the tenant', () => {
    const of = (audience: string, role: string) =>
      machineMistakes(
        { app: { issuer: AWS, audience, jwksUri: `${AWS}/k`, claims: { sub: role } } },
        { tenantId: 'tenant1', account: '222222222222' },
      )
    expect(of('genai/tenant1', 'arn:aws:iam::222222222222:role/service/app')).toEqual([])
    expect(of('genai/tenant10', 'arn:aws:iam::222222222222:role/app')).toEqual([
      expect.stringContaining('does not name tenant1'),
    ])
    expect(of('genai/tenant1', 'arn:aws:iam::333333333333:role/app')).toEqual([
      expect.stringContaining('not the ARN of a role'),
    ])
    expect(of('genai/tenant1', 'arn:aws:iam::222222222222:user/app')).toHaveLength(1)
  })
})

describe('machineRoles', () => {
  it('are those whose tokens STS makes, each with its audience', () => {
    const roleArn = 'arn:aws:iam::222222222222:role/application'
    const app = { issuer: AWS, audience: 'genai/tenant1', claims: { sub: roleArn } }
    const ci = { issuer: GITHUB, audience: 'a', claims: { repository: 'example/app' } }
    const issuers = machineIssuers.parse(JSON.stringify({ app, ci }))
    expect(machineRoles(issuers)).toEqual([{ roleArn, audience: 'genai/tenant1' }])
  })
})
