/**
 * The whole request function, from the load balancer's event to its result, given what nobody should send and what no
 * service should answer. Whatever it is: one answer of the closed list that is no 500, one log line, no stack trace, nothing
 * of the prompt or the token in either, and no rejection that nobody handles.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ERRORS } from '../../functions/gateway/errors.ts'
import { createTestApp } from '../../functions/gateway/test-app.ts'
import { claims, createSigner } from '../../functions/gateway/test-support.ts'
import type { Answer, TransportFailure } from '../../functions/gateway/transport.ts'
import { corpus, corpusEntry, encoded, NOW, PATIENT, plain, runs, send } from './support.ts'

let signer: Awaited<ReturnType<typeof createSigner>>
let token: string
beforeAll(async () => {
  signer = await createSigner('key-1')
  token = await signer.sign(claims(NOW / 1000))
})

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
process.on('unhandledRejection', note)
afterAll(() => void process.off('unhandledRejection', note))
beforeEach(() => {
  unhandled.length = 0
})

type App = ReturnType<typeof createTestApp>

/** Sends an event and holds the answer to what every answer must be. */
async function judged(event: unknown, secrets: readonly string[] = [], arrange: (app: App) => void = () => {}) {
  const testApp = createTestApp(signer.jwk, NOW)
  arrange(testApp)
  const { result, log } = await send(testApp, event)
  const text = JSON.stringify([result, log])
  const headers = { ...result.headers, ...result.multiValueHeaders }
  const code = [headers['x-error-code'] ?? []].flat()[0]
  expect(result.statusCode).not.toBe(500)
  if (result.statusCode === 200) expect(code).toBeUndefined()
  else expect(Object.keys(ERRORS)).toContain(code)
  expect(log).toHaveLength(1)
  expect(log[0]?.outcome).toBe(result.statusCode === 200 ? 'ok' : code)
  expect(text).not.toMatch(/\\n\s+at |node:internal|\.ts:\d+/)
  for (const secret of secrets) expect(text).not.toContain(secret)
  expect(() => JSON.parse(result.body)).not.toThrow()
  expect(unhandled).toEqual([])
  return { status: result.statusCode, code }
}

const good = (changes: object = {}) => ({
  httpMethod: 'POST',
  path: '/tenant1/invoke',
  multiValueHeaders: { authorization: [`Bearer ${token}`], 'content-type': ['application/json'] },
  body: '{"prompt":"a"}',
  isBase64Encoded: false,
  ...changes,
})

const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true, maxDepth: 3 })
const paths = fc.oneof(
  fc.constantFrom('/tenant1/invoke', '/tenant1/models', '/tenant1/model/nova-2-lite/converse', '/tenant2/invoke'),
  fc.webPath().map((path) => `/tenant1${path}`),
  fc.string({ unit: 'binary' }).map((text) => `/tenant1/model/${text}/converse`),
  fc
    .array(fc.constantFrom('..', '.', '%2e', '%2F', '%00', '%', 'tenant1', 'tenant2', 'model', '//'))
    .map((parts) => `/${parts.join('/')}`),
)
const bodies = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'prompt').map((name) => `{"prompt":"a","${name}":{"a":1}}`),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => `{"messages":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  fc.bigInt().map((number) => `{"prompt":"a","maxTokens":${number}e${number}}`),
  fc.tuple(fc.json(), fc.nat(30)).map(([json, at]) => json.slice(0, Math.max(0, json.length - at))),
)

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
      fc.asyncProperty(fc.oneof(event, anything), async (value) => void (await judged(value))),
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
          .map((headers) => ({ authorization: [`Bearer ${token}`], ...headers })),
        multiValueQueryStringParameters: fc.oneof(fc.dictionary(text, header), anything),
        body: fc.oneof(bodies, anything),
        isBase64Encoded: fc.oneof(fc.boolean(), anything),
        requestContext: anything,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const { status } = await judged(good(changed), [token])
        expect(status).toBeLessThan(502)
      }),
      runs(300, ([changed]) => ({ event: { ...good(), ...changed }, authenticated: true })),
    )
  })

  it('any path and any body, with a good token', PATIENT, async () => {
    await fc.assert(
      fc.asyncProperty(paths, bodies, fc.boolean(), async (path, body, isBase64Encoded) => {
        const { status } = await judged(good({ path, body, isBase64Encoded }), [token])
        expect(status).toBeLessThan(502)
      }),
      runs(300, ([path, body, isBase64Encoded]) => ({
        event: good({ path, body, isBase64Encoded }),
        authenticated: true,
      })),
    )
  })

  it('any Authorization header', PATIENT, async () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), anything.map(encoded))
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(part, part, part).map((parts) => `Bearer ${parts.join('.')}`),
      fc.tuple(anything, fc.nat(2)).map(([value, at]) => {
        const parts = token.split('.')
        parts[at] = encoded(value)
        return `Bearer ${parts.join('.')}`
      }),
      fc
        .tuple(fc.nat(token.length - 1), fc.constantFrom('A', '_', '.', '=', '\u0000', 'é'))
        .map(([at, character]) => `Bearer ${token.slice(0, at)}${character}${token.slice(at + 1)}`),
    )
    await fc.assert(
      fc.asyncProperty(header, async (authorization) => {
        const { status } = await judged(good({ multiValueHeaders: { authorization: [authorization] } }), [token])
        expect(authorization === `Bearer ${token}` ? [200] : [200, 400, 401]).toContain(status)
        // The last character of a signature carries bits that count for nothing: a changed one can be the same token.
        if (status === 200) expect(authorization.slice(0, -1)).toBe(`Bearer ${token}`.slice(0, -1))
      }),
      runs(300, ([authorization]) => ({ event: good({ multiValueHeaders: { authorization: [authorization] } }) })),
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
          const changed = JSON.parse(plain({ ...claims(NOW / 1000), ...given }))
          const signed = await signer.sign(changed)
          const { status } = await judged(good({ multiValueHeaders: { authorization: [`Bearer ${signed}`] } }), [
            signed,
          ])
          expect([200, 401, 403]).toContain(status)
          if (status !== 200) return
          expect(changed).toMatchObject({ 'custom:tenant_id': 'tenant1', token_use: 'id' })
          expect(changed['cognito:groups']).toContain('tenant1')
        }),
        runs(200, ([given]) => ({ event: good(), authenticated: true, claims: given })),
      )
    },
  )

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
        await judged(good({ path, body }), [secret, token], ({ aws }) => {
          aws.replies['bedrock-runtime'] = answer
        })
      }),
      runs(100, ([body, path]) => ({ event: good({ path, body }), authenticated: true, withheld: secret })),
    )
  })
})

describe('what a service answers', () => {
  const failure = fc.constantFrom<TransportFailure>('unreachable', 'timeout', 'broken', 'tooLarge')
  const answer: fc.Arbitrary<Answer> = fc.record({
    status: fc.oneof(fc.constantFrom(200, 204, 301, 400, 403, 429, 500, 503), fc.integer({ min: 0, max: 999 })),
    headers: fc.dictionary(
      fc.constantFrom('x-amzn-errortype', 'retry-after', 'content-type'),
      fc.oneof(
        fc.constantFrom(
          'ThrottlingException',
          'ValidationException',
          'ExpiredTokenException',
          '__proto__',
          'toString',
          '1',
          '-1',
          '1e9',
        ),
        fc.string(),
      ),
    ),
    body: fc.oneof(
      bodies,
      anything.map(plain),
      fc
        .record(
          {
            output: anything,
            usage: anything,
            stopReason: anything,
            message: anything,
            Items: anything,
            keys: anything,
          },
          { requiredKeys: [] },
        )
        .map(plain),
      fc.string().map((text) => `<Error><Code>${text}</Code></Error>`),
      fc
        .tuple(fc.string(), fc.string())
        .map(
          ([key, expiration]) =>
            `<AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration}</Expiration>`,
        ),
    ),
  })
  it.each(['dynamodb', 'sts', 'bedrock-runtime'] as const)('anything from %s', PATIENT, async (service) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(answer, failure), async (reply) => {
        await judged(good(), [token], ({ aws }) => {
          aws.replies[service] = reply
        })
      }),
      runs(200, ([reply]) => ({ event: good(), authenticated: true, reply: { service, answer: reply } })),
    )
  })
})

describe('past failures', () => {
  it.each(corpus())('$name', async ({ event, authenticated, claims: changes, reply, withheld, expected }) => {
    const sent =
      changes === undefined ? token : await signer.sign(JSON.parse(plain({ ...claims(NOW / 1000), ...changes })))
    const given =
      authenticated && typeof event === 'object' && event !== null
        ? {
            ...event,
            multiValueHeaders: {
              ...(event as { multiValueHeaders?: object }).multiValueHeaders,
              authorization: [`Bearer ${sent}`],
            },
          }
        : event
    const seen = await judged(given, [token, ...(withheld === undefined ? [] : [withheld])], ({ aws }) => {
      if (reply) aws.replies[reply.service] = reply.answer
    })
    expect(seen).toEqual(expected)
  })

  it('what fails is told in a form that the corpus takes', async () => {
    const failing = fc.assert(
      fc.asyncProperty(fc.integer({ min: 1 }), async (depth) => expect(depth).toBe(0)),
      runs(5, ([depth]) => ({ event: good({ path: '/x', depth: BigInt(depth) }), authenticated: true })),
    )
    const { message } = await failing.then(
      () => new Error('It did not fail.'),
      (error: Error) => error,
    )
    expect(message).toMatch(/seed: -?\d+, path: "/)
    const entry = corpusEntry({ event: good({ path: '/x', depth: 1n }), authenticated: true })
    expect(message).toContain(entry)
    expect(JSON.parse(entry)).toMatchObject({ name: '', event: { path: '/x', depth: 1 }, expected: {} })
  })
})

const encodedMessage = (message: string) => JSON.stringify({ message })
