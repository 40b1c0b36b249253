/** What a caller sends: event adapter, authentication and body parser, through the whole request function. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT_ID, ISSUER } from '../../functions/gateway/testing/support.ts'
import { anything, bodies, headerBytes, paths, tokenHeaders } from './arbitraries.ts'
import { createJudge, type Judge } from './judge.ts'
import { encoded, NOW, PATIENT, runs } from './support.ts'

let judge: Judge
beforeAll(async () => {
  judge = await createJudge()
})
afterAll(() => judge?.close())

describe('what a caller sends', () => {
  it('any event', PATIENT, async () => {
    const event = fc.record(
      {
        httpMethod: fc.oneof(fc.constantFrom('GET', 'POST', 'HEAD', 'CONNECT', 'TRACE'), anything),
        path: fc.oneof(paths, anything),
        headers: fc.oneof(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), anything),
        multiValueHeaders: fc.oneof(fc.dictionary(fc.string(), fc.array(fc.string({ unit: 'binary' }))), anything),
        multiValueQueryStringParameters: fc.oneof(fc.dictionary(fc.string(), fc.array(fc.string())), anything),
        body: fc.oneof(bodies, anything),
        isBase64Encoded: fc.oneof(fc.boolean(), anything),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(event, anything), async (value) => void (await judge.judged(value))),
      runs(300, ([value]) => ({ event: value })),
    )
  })

  it('a good event with some parts of it replaced by anything', PATIENT, async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '/', 'a b', 'é', '\u0000', '\ud800', '%'))
    const header = fc.oneof(text, fc.array(text), anything)
    const changes = fc.record(
      {
        httpMethod: fc.oneof(fc.constantFrom('GET', 'PUT', 'OPTIONS', 'post', 'TRACK', ''), anything),
        path: fc.oneof(paths, anything),
        multiValueHeaders: fc
          .dictionary(
            fc.oneof(fc.constantFrom('content-type', 'host', 'Authorization', 'content-encoding'), text),
            header,
          )
          .map((headers) => ({ authorization: [`Bearer ${judge.token}`], ...headers })),
        multiValueQueryStringParameters: fc.oneof(fc.dictionary(text, header), anything),
        body: fc.oneof(bodies, anything),
        isBase64Encoded: fc.oneof(fc.boolean(), anything),
        requestContext: anything,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const { status } = await judge.judged(judge.good(changed), [judge.token])
        expect(status).toBeLessThan(502)
      }),
      runs(300, ([changed]) => ({ event: { ...judge.good(), ...changed }, authenticated: true })),
    )
  })

  it('any path and any body, with a good token', PATIENT, async () => {
    await fc.assert(
      fc.asyncProperty(paths, bodies, fc.boolean(), async (path, body, isBase64Encoded) => {
        const { status } = await judge.judged(judge.good({ path, body, isBase64Encoded }), [judge.token])
        expect(status).toBeLessThan(502)
      }),
      runs(300, ([path, body, isBase64Encoded]) => ({
        event: judge.good({ path, body, isBase64Encoded }),
        authenticated: true,
      })),
    )
  })

  it('any Authorization header', PATIENT, async () => {
    const claimsPart = judge.token.split('.')[1] ?? ''
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), anything.map(encoded))
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(part, part, part).map((parts) => `Bearer ${parts.join('.')}`),
      // Good claims under odd headers: crit, b64, zip, a key of its own, no algorithm.
      fc.tuple(tokenHeaders, fc.base64String()).map(([header, signature]) => {
        const end = signature.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
        return `Bearer ${encoded(header)}.${claimsPart}.${end}`
      }),
      fc.tuple(anything, fc.nat(2)).map(([value, at]) => {
        const parts = judge.token.split('.')
        parts[at] = encoded(value)
        return `Bearer ${parts.join('.')}`
      }),
      fc
        .tuple(fc.nat(judge.token.length - 1), fc.constantFrom('A', '_', '.', '=', '\u0000', 'é'))
        .map(([at, character]) => `Bearer ${judge.token.slice(0, at)}${character}${judge.token.slice(at + 1)}`),
    )
    await fc.assert(
      fc.asyncProperty(header, async (authorization) => {
        const { status } = await judge.judged(judge.good({ multiValueHeaders: { authorization: [authorization] } }), [
          judge.token,
        ])
        expect(authorization === `Bearer ${judge.token}` ? [200] : [200, 400, 401]).toContain(status)
        // The last character of a signature carries bits that count for nothing: a changed one can be the same token.
        if (status === 200) expect(authorization.slice(0, -1)).toBe(`Bearer ${judge.token}`.slice(0, -1))
      }),
      runs(300, ([authorization]) => ({
        event: judge.good({ multiValueHeaders: { authorization: [authorization] } }),
      })),
    )
  })

  it(
    "any claims under the pool's own signature: only those of a member of the tenant are let in",
    PATIENT,
    async () => {
      const value = fc.oneof(anything, fc.constantFrom('tenant1', 'tenant2', 'id', 'access', ['tenant1'], NOW, -1))
      const changes = fc.dictionary(
        fc.constantFrom(
          'custom:tenant_id',
          'cognito:groups',
          'token_use',
          'aud',
          'iss',
          'exp',
          'nbf',
          'sub',
          'iat',
          '__proto__',
        ),
        value,
        { minKeys: 1, maxKeys: 4 },
      )
      await fc.assert(
        fc.asyncProperty(changes, async (given) => {
          const { token: signed, claims: changed } = await judge.sign(given)
          const { status } = await judge.judged(
            judge.good({ multiValueHeaders: { authorization: [`Bearer ${signed}`] } }),
            [signed],
          )
          expect([200, 401, 403]).toContain(status)
          if (status !== 200) return
          expect(changed).toMatchObject({ 'custom:tenant_id': 'tenant1', token_use: 'id', aud: CLIENT_ID, iss: ISSUER })
          expect(changed).toHaveProperty('sub')
          // Clocks may differ by five seconds.
          expect(changed.exp).toBeGreaterThan(NOW / 1000 - 5)
          expect(changed['cognito:groups']).toContain('tenant1')
        }),
        runs(200, ([given]) => ({ event: judge.good(), authenticated: true, claims: given })),
      )
    },
  )

  it('a body close to, at and over 1 MB, deep, or long in one value', { timeout: 4 * PATIENT.timeout }, async () => {
    const limit = 1024 * 1024
    const size = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-limit / 2, limit)).map((by) => limit + by)
    const shape = fc.constantFrom(
      (bytes: number) => `{"prompt":"${'a'.repeat(bytes - 13)}"}`,
      (bytes: number) => `${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}`,
      (bytes: number) => `{"messages":${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}}`,
      (bytes: number) => `{"prompt":"a","maxTokens":${'9'.repeat(bytes - 28)}}`,
      (bytes: number) => `{"prompt":"${'\\u0000'.repeat(bytes / 6)}"}`,
      (bytes: number) => `{${'"prompt":"a",'.repeat(bytes / 13)}"prompt":"b"}`,
    )
    const path = fc.constantFrom('/tenant1/invoke', '/tenant1/model/nova-2-lite/converse')
    await fc.assert(
      fc.asyncProperty(path, shape, size, fc.boolean(), async (where, make, bytes, isBase64Encoded) => {
        const text = make(bytes)
        const body = isBase64Encoded ? Buffer.from(text).toString('base64') : text
        const { status, code } = await judge.judged(judge.good({ path: where, body, isBase64Encoded }), [judge.token])
        expect(status).toBeLessThan(502)
        expect(code === 'body_too_large').toBe(text.length > limit)
      }),
      runs(20),
    )
  })

  it('a header of any bytes, once or many times', PATIENT, async () => {
    const name = fc.constantFrom(
      'x-a',
      'Content-Type',
      'content-encoding',
      'Content-Length',
      'cookie',
      '__proto__',
      'AUTHORIZATION',
    )
    const headers = fc.array(fc.tuple(name, fc.array(headerBytes, { maxLength: 4 })), { maxLength: 4 })
    const made = (given: readonly (readonly [string, readonly string[]])[]) =>
      Object.fromEntries([['authorization', [`Bearer ${judge.token}`]] as const, ...given])
    await fc.assert(
      fc.asyncProperty(headers, async (given) => {
        const { status } = await judge.judged(judge.good({ multiValueHeaders: made(given) }), [judge.token])
        expect(status).toBeLessThan(500)
        // A second Authorization header in whatever spelling is never let through.
        if (given.some(([one, values]) => one === 'AUTHORIZATION' && values.length > 0)) expect(status).toBe(400)
      }),
      runs(200, ([given]) => ({ event: judge.good({ multiValueHeaders: made(given) }) })),
    )
  })

  it('a prompt is in no error and in no log line', PATIENT, async () => {
    const secret = 'zebra 4711 hovercraft'
    const odd = fc.constantFrom(
      `{"prompt":"${secret}`,
      `{"prompt":["${secret}"]}`,
      `{"${secret}":1}`,
      `{"prompt":"${secret}","maxTokens":"${secret}"}`,
      `{"prompt":"${secret}","model":"${secret} x"}`,
      `"${secret}"`,
      `{"prompt":"${secret}","temperature":9}`,
      `{"system":"${secret}"}`,
    )
    await fc.assert(
      fc.asyncProperty(odd, paths, async (body, path) => {
        const answer = {
          status: 400,
          headers: { 'x-amzn-errortype': 'ValidationException' },
          body: encodedMessage(`The text ${secret} is bad`),
        }
        await judge.judged(judge.good({ path, body }), [secret, judge.token], ({ aws }) => {
          aws.replies['bedrock-runtime'] = answer
        })
      }),
      runs(100, ([body, path]) => ({ event: judge.good({ path, body }), authenticated: true, withheld: secret })),
    )
  })
})

const encodedMessage = (message: string) => JSON.stringify({ message })
