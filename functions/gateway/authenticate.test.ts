import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createAuthenticate } from './authenticate.ts'
import { GatewayError } from './errors.ts'
import { inlineKeySet, remoteKeySet } from './key-set.ts'
import { CLIENT_ID, claims, createFakeAws, createSigner, ISSUER, json } from './testing/support.ts'

const NOW = Date.UTC(2026, 10, 1)
const seconds = NOW / 1000

let signer: Awaited<ReturnType<typeof createSigner>>
let other: Awaited<ReturnType<typeof createSigner>>
beforeAll(async () => {
  signer = await createSigner('key-1')
  other = await createSigner('key-2')
})

const authenticate = (authorization: string | null) =>
  createAuthenticate({
    tenantId: 'tenant1',
    issuer: ISSUER,
    clientId: CLIENT_ID,
    getKey: createLocalJWKSet({ keys: [signer.jwk] }),
    now: () => NOW,
  })(authorization)

async function code(authorization: string | null): Promise<string> {
  try {
    await authenticate(authorization)
    return 'let in'
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    if (authorization) expect(error.message).not.toContain(authorization.slice(7, 40) || 'nothing')
    return error.code
  }
}

const bearer = async (changes: Record<string, unknown> = {}, header: { alg?: string; kid?: string } = {}) =>
  `Bearer ${await signer.sign(claims(seconds, changes), header)}`
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a good ID token is let in; the scheme is not case-sensitive', async () => {
  expect(await authenticate(await bearer())).toMatchObject({ user: '7a1c0c1e-user' })
  expect(await authenticate((await bearer()).replace('Bearer', 'bearer'))).toMatchObject({ user: '7a1c0c1e-user' })
  expect(await code(await bearer({ 'cognito:groups': ['admins', 'tenant1'] }))).toBe('let in')
})

describe('401', () => {
  test.each([
    [null, 'token_missing'],
    ['', 'token_missing'],
    ['  ', 'token_missing'],
    ['Bearer', 'token_malformed'],
    ['Bearer ', 'token_malformed'],
    ['Bearer abc', 'token_malformed'],
    ['Bearer a.b.c', 'token_malformed'],
    ['Bearer a.b.c.d.e', 'token_malformed'],
    ['Basic dXNlcjpwYXNz', 'token_malformed'],
    [`Bearer ${encode({ alg: 'RS256' })}.${encode([])}.x`, 'token_malformed'],
    [`Bearer x.${encode({ iss: ISSUER })}.x`, 'token_malformed'],
  ])('%s → %s', async (authorization, expected) => {
    expect(await code(authorization)).toBe(expected)
  })

  test('two tokens in one header, as a merging proxy makes it', async () => {
    const good = await bearer()
    expect(await code(`${good}, ${good}`)).toBe('token_malformed')
  })

  test('wrong in time', async () => {
    expect(await code(await bearer({ exp: seconds - 6 }))).toBe('token_expired')
    expect(await code(await bearer({ exp: seconds - 4 }))).toBe('let in')
    expect(await code(await bearer({ nbf: seconds + 6 }))).toBe('token_not_yet_valid')
    expect(await code(await bearer({ nbf: seconds + 4 }))).toBe('let in')
    expect(await code(await bearer({ exp: undefined }))).toBe('token_malformed')
    expect(await code(await bearer({ exp: 'tomorrow' }))).toBe('token_malformed')
  })

  test('from elsewhere, for somebody else, for another use', async () => {
    expect(await code(await bearer({ iss: `${ISSUER}x` }))).toBe('token_wrong_issuer')
    expect(await code(await bearer({ iss: undefined }))).toBe('token_wrong_issuer')
    expect(await code(await bearer({ aud: 'another' }))).toBe('token_wrong_audience')
    expect(await code(await bearer({ aud: [CLIENT_ID] }))).toBe('token_wrong_audience')
    expect(await code(await bearer({ aud: undefined }))).toBe('token_wrong_audience')
    expect(await code(await bearer({ token_use: 'access', aud: undefined, client_id: CLIENT_ID }))).toBe(
      'token_wrong_use',
    )
    expect(await code(await bearer({ token_use: undefined }))).toBe('token_wrong_use')
    for (const sub of [undefined, '', 7, true, null, ['a'], { a: 1 }])
      expect(await code(await bearer({ sub }))).toBe('token_malformed')
  })

  test('not signed by the user pool', async () => {
    expect(await code(`Bearer ${await other.sign(claims(seconds))}`)).toBe('token_untrusted')
    expect(await code(`Bearer ${await other.sign(claims(seconds), { kid: 'key-1' })}`)).toBe('token_untrusted')
    const none = `${encode({ alg: 'none', kid: 'key-1' })}.${encode(claims(seconds))}.`
    expect(await code(`Bearer ${none}`)).toBe('token_untrusted')
    const [head, , signature] = (await bearer()).split('.')
    expect(await code(`${head}.${encode(claims(seconds, { sub: 'x' }))}.${signature}`)).toBe('token_untrusted')
  })

  test('HS256 with the public key as the secret', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(signer.jwk))
    const forged = await new SignJWT(claims(seconds)).setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(secret)
    expect(await code(`Bearer ${forged}`)).toBe('token_untrusted')
  })
})

test("401: signed with the pool's own key, but in another way than RS256", async () => {
  const { publicKey, privateKey } = await generateKeyPair('PS256', { extractable: true })
  // Without `alg`, the key set itself does not say what its key is for.
  const getKey = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1' }] })
  const header = { alg: 'PS256', kid: 'key-1' }
  const token = await new SignJWT(claims(seconds)).setProtectedHeader(header).sign(privateKey)
  const check = createAuthenticate({ tenantId: 'tenant1', issuer: ISSUER, clientId: CLIENT_ID, getKey, now: () => NOW })
  await expect(check(`Bearer ${token}`)).rejects.toMatchObject({ code: 'token_untrusted' })
})

describe('403', () => {
  test.each([
    [undefined, 'tenant_claim_missing'],
    ['', 'tenant_claim_missing'],
    [['tenant1'], 'tenant_claim_missing'],
    [{ tenant1: true }, 'tenant_claim_missing'],
    ['Tenant1', 'tenant_claim_missing'],
    ['tenant1 ', 'tenant_claim_missing'],
    ['tenant1\n', 'tenant_claim_missing'],
    ['tеnant1', 'tenant_claim_missing'],
    ['tenant2', 'tenant_mismatch'],
    ['tenant11', 'tenant_mismatch'],
  ])('tenant claim %j → %s', async (tenant, expected) => {
    expect(await code(await bearer({ 'custom:tenant_id': tenant }))).toBe(expected)
  })

  test.each([undefined, 'tenant1', [], ['tenant2'], [['tenant1']], { 0: 'tenant1' }])('groups %j', async (groups) => {
    expect(await code(await bearer({ 'cognito:groups': groups }))).toBe('tenant_membership_missing')
  })
})

describe('key set', () => {
  const create = () => {
    let now = NOW
    const aws = createFakeAws({
      'cognito-idp': () => json({ keys: [signer.jwk] }),
      dynamodb: 'broken',
      sts: 'broken',
      'bedrock-runtime': 'broken',
    })
    const { getKey, warm } = remoteKeySet(ISSUER, aws.connections, () => now)
    const check = createAuthenticate({
      tenantId: 'tenant1',
      issuer: ISSUER,
      clientId: CLIENT_ID,
      getKey,
      now: () => now,
    })
    return {
      aws,
      check,
      warm,
      at: (milliseconds: number) => {
        now = NOW + milliseconds
      },
    }
  }

  test('is fetched once, unsigned, from the issuer, whoever asks at the same time', async () => {
    const { aws, check } = create()
    const token = await bearer()
    await Promise.all(Array.from({ length: 20 }, () => check(token)))
    expect(aws.sent('cognito-idp')).toHaveLength(1)
    expect(aws.sent('cognito-idp')[0]).toMatchObject({
      method: 'GET',
      host: 'cognito-idp.us-east-1.amazonaws.com',
      path: '/us-east-1_Example/.well-known/jwks.json',
    })
    expect(aws.sent('cognito-idp')[0]?.headers).not.toHaveProperty('authorization')
  })

  test('a rotation is picked up by the first request, right after the last fetch', async () => {
    const { aws, check } = create()
    await check(await bearer())
    aws.replies['cognito-idp'] = json({ keys: [signer.jwk, other.jwk] })
    await check(`Bearer ${await other.sign(claims(seconds))}`)
    expect(aws.sent('cognito-idp')).toHaveLength(2)
  })

  test('made-up key ids do not make it fetch more than once a second', async () => {
    const { aws, check, at } = create()
    const forged = `Bearer ${await other.sign(claims(seconds), { kid: 'made-up' })}`
    for (let index = 0; index < 50; index++)
      await expect(check(forged)).rejects.toMatchObject({ code: 'token_untrusted' })
    expect(aws.sent('cognito-idp')).toHaveLength(2)
    at(1_000)
    await expect(check(forged)).rejects.toMatchObject({ code: 'token_untrusted' })
    expect(aws.sent('cognito-idp')).toHaveLength(3)
  })

  test('two rotations one after the other are both picked up', async () => {
    const third = await createSigner('key-3')
    const { aws, check, at } = create()
    await check(await bearer())
    aws.replies['cognito-idp'] = json({ keys: [signer.jwk, other.jwk] })
    await check(`Bearer ${await other.sign(claims(seconds))}`)
    aws.replies['cognito-idp'] = json({ keys: [other.jwk, third.jwk] })
    at(1_000)
    await check(`Bearer ${await third.sign(claims(seconds))}`)
  })

  test('a new key that cannot be fetched is 503 until it can, never 401', async () => {
    const { aws, check, at } = create()
    await check(await bearer())
    const newest = `Bearer ${await other.sign(claims(seconds))}`
    aws.replies['cognito-idp'] = 'unreachable'
    for (let index = 0; index < 5; index++)
      await expect(check(newest)).rejects.toMatchObject({ code: 'identity_unavailable', status: 503 })
    expect(aws.sent('cognito-idp')).toHaveLength(2)
    aws.replies['cognito-idp'] = json({ keys: [other.jwk] })
    at(1_000)
    await check(newest)
  })

  test('a token of another issuer makes it fetch nothing', async () => {
    const { aws, check } = create()
    await expect(check(await bearer({ iss: 'https://evil.example' }))).rejects.toMatchObject({
      code: 'token_wrong_issuer',
    })
    expect(aws.sent('cognito-idp')).toHaveLength(0)
  })

  test('an outage is 503, not 401; with keys at hand nobody notices it for an hour', async () => {
    const { aws, check, at } = create()
    const token = await bearer({ exp: seconds + 86_400 })
    aws.replies['cognito-idp'] = 'unreachable'
    await expect(check(token)).rejects.toMatchObject({ code: 'identity_unavailable', status: 503 })
    aws.replies['cognito-idp'] = json({ keys: [signer.jwk] })
    await check(token)
    aws.replies['cognito-idp'] = json({ message: 'down' }, 500)
    at(3_599_000)
    await check(token)
    at(3_600_000)
    await expect(check(token)).rejects.toMatchObject({ code: 'identity_unavailable' })
  })

  test('a key that was taken away is no longer trusted after the next look', async () => {
    const { aws, check, at } = create()
    const token = await bearer({ exp: seconds + 86_400 })
    await check(token)
    aws.replies['cognito-idp'] = json({ keys: [other.jwk] })
    at(600_000)
    await check(token)
    await new Promise((resolve) => setImmediate(resolve))
    await expect(check(token)).rejects.toMatchObject({ code: 'token_untrusted' })
  })

  test.each(['', '{}', '[]', '{"keys":7}', '{"keys":[7]}'])(
    'an inline key set that is none fails at once: %s',
    (text) => {
      expect(() => inlineKeySet(text)).toThrow()
    },
  )

  test('a key set that comes with another status than 200 is none, and no longer one than 150 KB is read', async () => {
    const { aws, check } = create()
    const given = json({ keys: [signer.jwk] })
    for (const bad of [{ ...given, status: 500 }, json({ keys: [signer.jwk], more: 'x'.repeat(150 * 1024) })]) {
      aws.replies['cognito-idp'] = bad
      await expect(check(await bearer())).rejects.toMatchObject({ code: 'identity_unavailable' })
    }
    aws.replies['cognito-idp'] = given
    await check(await bearer())
  })

  test('an inline key set is used without any connection', async () => {
    const { getKey } = inlineKeySet(JSON.stringify({ keys: [signer.jwk] }))
    const check = createAuthenticate({
      tenantId: 'tenant1',
      issuer: ISSUER,
      clientId: CLIENT_ID,
      getKey,
      now: () => NOW,
    })
    expect(await check(await bearer())).toMatchObject({ user: '7a1c0c1e-user' })
  })
})
