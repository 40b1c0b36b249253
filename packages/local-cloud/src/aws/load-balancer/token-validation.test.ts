/** `jwt-validation`: who is let through to the next action, and who is answered 401. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, expect, test } from 'vitest'
import {
  BALANCER_ARN,
  balancer,
  type FixtureOptions,
  fixed,
  HTTP_ARN,
  ISSUER,
  LAPTOP,
  listener,
  paths,
  rule,
  startLoadBalancer,
} from './testing.ts'

type Fixture = Awaited<ReturnType<typeof startLoadBalancer>>
const running: Fixture[] = []

const VALIDATION = {
  type: 'jwt-validation',
  order: 1,
  jwtValidation: {
    issuer: ISSUER,
    jwksEndpoint: `${ISSUER}/.well-known/jwks.json`,
    additionalClaims: [
      { format: 'single-string', name: 'custom:tenant_id', values: ['tenant1'] },
      { format: 'string-array', name: 'cognito:groups', values: ['tenant1'] },
      { format: 'space-separated-values', name: 'scope', values: ['read', 'write'] },
    ],
  },
}
const GOOD = { 'custom:tenant_id': 'tenant1', 'cognito:groups': ['others', 'tenant1'], scope: 'write read admin' }

async function start(options: FixtureOptions = {}) {
  const fixture = await startLoadBalancer(
    [
      balancer(),
      listener('HTTPS'),
      rule(1, [paths('/tenant1/*')], [{ ...fixed('let through'), order: 2 }, VALIDATION]),
      rule(2, [paths('/*')], [fixed('the next rule')]),
    ],
    options,
  )
  running.push(fixture)
  const { send } = await fixture.open()
  return {
    ...fixture,
    send,
    ask: async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization }
      const { status, body } = await send('/tenant1/x', { headers })
      return status === 200 ? body : { status, body, reason: fixture.events.at(-1)?.errorReason }
    },
  }
}

afterEach(async () => {
  for (const fixture of running.splice(0)) await fixture.close()
})

const refused = (reason: string) => ({ status: 401, body: expect.stringContaining('401 Unauthorized'), reason })

test('a good token passes on to the next action; the key set is fetched once, as the load balancer', async () => {
  const { ask, token, fetched } = await start()
  expect(await ask(`Bearer ${await token(GOOD)}`)).toBe('let through')
  expect(await ask(`bearer ${await token(GOOD)}`)).toBe('let through')
  expect(fetched).toEqual([
    {
      from: { kind: 'loadBalancer', arn: BALANCER_ARN },
      host: 'cognito-idp.us-east-1.amazonaws.com',
      target: '/us-east-1_pool/.well-known/jwks.json',
    },
  ])
})

test('a list of which a part is declared: let through, or refused where lists are compared whole', async () => {
  const { ask, token } = await start({ listsMatchWhole: true })
  expect(await ask(`Bearer ${await token(GOOD)}`)).toEqual(refused('JWTClaimValueInvalid'))
  expect(await ask(`Bearer ${await token({ ...GOOD, 'cognito:groups': ['tenant1'] })}`)).toBe('let through')
})

test.each([
  [undefined, 'JWTHeaderNotPresent'],
  ['', 'JWTRequestFormatInvalid'],
  ['Bearer', 'JWTRequestFormatInvalid'],
  ['Bearer not-a-token', 'JWTRequestFormatInvalid'],
  ['Basic dTpw', 'JWTRequestFormatInvalid'],
  ['Bearer a.b.c', 'JWTRequestFormatInvalid'],
])('the header %s is refused', async (header, reason) => {
  const { ask } = await start()
  expect(await ask(header)).toEqual(refused(reason))
})

test.each([
  ['of another tenant', { 'custom:tenant_id': 'tenant2' }, 'JWTClaimValueInvalid'],
  ['of a tenant that only starts alike', { 'custom:tenant_id': 'tenant10' }, 'JWTClaimValueInvalid'],
  ['without a tenant', { 'custom:tenant_id': undefined }, 'JWTClaimNotPresent'],
  ['whose tenant is a list', { 'custom:tenant_id': ['tenant1'] }, 'JWTClaimFormatInvalid'],
  ['of nobody in the group', { 'cognito:groups': ['tenant2'] }, 'JWTClaimValueInvalid'],
  ['whose groups are a text', { 'cognito:groups': 'tenant1' }, 'JWTClaimFormatInvalid'],
  ['with some of the scopes only', { scope: 'read' }, 'JWTClaimValueInvalid'],
  ['of another issuer', { iss: `${ISSUER}2` }, 'JWTClaimValueInvalid'],
  ['without an issuer', { iss: undefined }, 'JWTClaimNotPresent'],
  ['that has expired', { exp: 1_800_000_000 - 1 }, 'JWTClaimValueInvalid'],
  ['without expiry', { exp: undefined }, 'JWTClaimNotPresent'],
  ['that is not valid yet', { nbf: 1_800_000_000 + 60 }, 'JWTClaimValueInvalid'],
  ['from the future', { iat: 1_800_000_000 + 60 }, 'JWTClaimValueInvalid'],
])('a token %s is refused, and falls through to no other rule', async (_, claims, reason) => {
  const { ask, token } = await start()
  expect(await ask(`Bearer ${await token({ ...GOOD, ...(claims as object) })}`)).toEqual(refused(reason))
})

test('a token expires while the load balancer runs', async () => {
  const { ask, token, clock } = await start()
  const header = `Bearer ${await token(GOOD)}`
  expect(await ask(header)).toBe('let through')
  clock.now += 3600
  expect(await ask(header)).toEqual(refused('JWTClaimValueInvalid'))
})

test('a signature by another key, by none or by a text is refused', async () => {
  const { ask, token, jwk } = await start()
  const other = await generateKeyPair('RS256')
  const claims = { iss: ISSUER, exp: 1_800_003_600, ...GOOD }
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'key-1' }).sign(other.privateKey)
  expect(await ask(`Bearer ${forged}`)).toEqual(refused('JWTSignatureValidationFailed'))
  const text = new TextEncoder().encode(JSON.stringify(jwk))
  const symmetric = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(text)
  expect(await ask(`Bearer ${symmetric}`)).toEqual(refused('JWTRequestFormatInvalid'))
  const unsigned = `${Buffer.from('{"alg":"none","kid":"key-1"}').toString('base64url')}.${(await token(GOOD)).split('.')[1]}.`
  expect(await ask(`Bearer ${unsigned}`)).toEqual(refused('JWTRequestFormatInvalid'))
  const [head, , signature] = (await token(GOOD)).split('.')
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'admin' })).toString('base64url')
  expect(await ask(`Bearer ${head}.${changed}.${signature}`)).toEqual(refused('JWTSignatureValidationFailed'))
})

test('two authorization headers are refused', async () => {
  const { raw } = await (await start()).open()
  const { token } = running[0] as Fixture
  const good = `Authorization: Bearer ${await token(GOOD)}\r\n`
  const reply = await raw(`GET /tenant1/x HTTP/1.1\r\nHost: a\r\n${good}Authorization: Bearer x\r\n\r\n`)
  expect(reply).toMatch(/^HTTP\/1\.1 401/)
})

test('a key that is new is fetched at once, an unknown one not more often than allowed', async () => {
  let keys: object[] = []
  const { ask, token, jwk, fetched, clock } = await start({
    keySet: () => ({ status: 200, headers: {}, body: JSON.stringify({ keys }) }),
  })
  const header = `Bearer ${await token(GOOD)}`
  expect(await ask(header)).toEqual(refused('JWTSignatureValidationFailed'))
  expect(fetched).toHaveLength(2)
  keys = [jwk]
  expect(await ask(header)).toEqual(refused('JWTSignatureValidationFailed'))
  expect(fetched).toHaveLength(2)
  clock.now += 1
  expect(await ask(header)).toBe('let through')
  expect(fetched).toHaveLength(3)
  keys = []
  clock.now += 200
  expect(await ask(header)).toBe('let through')
  clock.now += 101
  expect(await ask(header)).toEqual(refused('JWTSignatureValidationFailed'))
})

test('a change of the ledger is seen by the next request: the path to the key set may be gone', async () => {
  let gone = false
  const refusal = { reachable: false, shows: 'timeout', layer: 'route', reason: 'no route', hops: [] } as const
  const { ask, token, ledger, jwk } = await start({
    keySet: () => (gone ? refusal : { status: 200, headers: {}, body: JSON.stringify({ keys: [jwkOf()] }) }),
  })
  function jwkOf() {
    return jwk
  }
  const header = `Bearer ${await token(GOOD)}`
  expect(await ask(header)).toBe('let through')
  gone = true
  await ledger.put(rule(3, [paths('/unrelated')], [fixed('')]))
  expect(await ask(header)).toMatchObject({ status: 500, reason: 'JWKSRequestTimeout' })
})

test.each([
  ['an error', { status: 400, headers: {}, body: '' }, 'JWKSRequestFailed'],
  ['no JSON', { status: 200, headers: {}, body: '<html>' }, 'JWKSResponseInvalid'],
  ['no key set', { status: 200, headers: {}, body: '{"keys":"none"}' }, 'JWKSResponseInvalid'],
  [
    'too large a body',
    { status: 200, headers: {}, body: `{"keys":[]}${' '.repeat(150 * 1024)}` },
    'JWKSResponseSizeExceeded',
  ],
  [
    'too many keys',
    { status: 200, headers: {}, body: JSON.stringify({ keys: Array(11).fill({}) }) },
    'JWKSResponseSizeExceeded',
  ],
])('a key set that is %s lets nobody through', async (_, response, reason) => {
  const { ask, token } = await start({ keySet: () => response })
  expect(await ask(`Bearer ${await token(GOOD)}`)).toMatchObject({ status: 500, reason })
})

test('a key for encryption, or of another kind, is none for signatures', async () => {
  const elliptic = await exportJWK((await generateKeyPair('ES256')).publicKey)
  const fixture: { jwk?: object } = {}
  const { ask, token, jwk } = await start({
    keySet: () => ({
      status: 200,
      headers: {},
      body: JSON.stringify({
        keys: [
          { ...elliptic, kid: 'key-1' },
          { ...fixture.jwk, use: 'enc' },
        ],
      }),
    }),
  })
  fixture.jwk = jwk
  expect(await ask(`Bearer ${await token(GOOD)}`)).toEqual(refused('JWTSignatureValidationFailed'))
})

test('on an HTTP listener it is refused by name, as AWS has it on HTTPS only', async () => {
  const { service, ledger } = await start()
  await ledger.put(listener('HTTP', { defaultActions: [VALIDATION, { ...fixed('x'), order: 2 }] }))
  await expect(service.open(LAPTOP, HTTP_ARN)).rejects.toThrow('jwt-validation on an HTTP listener')
})
