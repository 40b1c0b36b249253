/** What is sent by those who should not, and what is mistaken for a request. */
import fc from 'fast-check'

export const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true, maxDepth: 3 })
export const paths = fc.oneof(
  fc.constantFrom('/tenant1/invoke', '/tenant1/models', '/tenant1/model/nova-2-lite/converse', '/tenant2/invoke'),
  fc.webPath().map((path) => `/tenant1${path}`),
  fc.string({ unit: 'binary' }).map((text) => `/tenant1/model/${text}/converse`),
  fc
    .array(fc.constantFrom('..', '.', '%2e', '%2F', '%00', '%', 'tenant1', 'tenant2', 'model', '//'))
    .map((parts) => `/${parts.join('/')}`),
)
export const bodies = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'prompt').map((name) => `{"prompt":"a","${name}":{"a":1}}`),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => `{"messages":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  fc.bigInt().map((number) => `{"prompt":"a","maxTokens":${number}e${number}}`),
  // JSON, but no object.
  fc.constantFrom('null', '[]', '1', '"a"', 'true'),
  // As written, not as a number: a double cannot hold them.
  fc
    .tuple(
      fc.constantFrom('maxTokens', 'temperature', 'inferenceConfig'),
      fc.constantFrom('1e999', '-1e999', '-0', '1e-999', '1.0000000000000000000001', '01', '+1', 'NaN', 'Infinity'),
    )
    .map(([name, number]) => `{"prompt":"a","${name}":${number}}`),
  fc.constantFrom(
    ...['{"prompt":"a","prompt":"b"}', '{"prompt":"\\ud800"}', '{"\\ud800":1}', '{"prompt":"a","model":"\\udfff"}'],
    ...['{"messages":[{"__proto__":{"a":[{"__proto__":null}]}}]}', '{"inferenceConfig":{"__proto__":{"maxTokens":5}}}'],
    ...['{"inferenceConfig":{"maxTokens":1,"maxTokens":"2"}}', '\ufeff{"prompt":"a"}', '{"prompt":"a"}\u0000'],
  ),
  fc.tuple(fc.json(), fc.nat(30)).map(([json, at]) => json.slice(0, Math.max(0, json.length - at))),
)

/** A header's value as a load balancer may pass it on: Latin-1, control characters, very long. */
export const headerBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom('', ' ', '\t', 'a\r\nb: c', '\u0000', 'é', '\ud800', 'identity', 'gzip', '0', '-1', 'Bearer a.b.c'),
  fc.integer({ min: 1, max: 20_000 }).map((length) => 'x'.repeat(length)),
)

/** Headers of tokens: what JOSE knows and should not be obeyed, and what nobody knows. */
export const tokenHeaders = fc.record(
  {
    alg: fc.oneof(fc.constantFrom('RS256', 'none', 'HS256', 'PS256', 'ES256', 'EdDSA', '__proto__'), anything),
    kid: fc.oneof(fc.constantFrom('key-1', '__proto__', '../key-1', ''), anything),
    crit: fc.oneof(fc.constantFrom([], ['b64'], ['exp'], ['__proto__'], 'b64'), anything),
    b64: fc.oneof(fc.boolean(), anything),
    zip: fc.oneof(fc.constantFrom('DEF', 'GZIP'), anything),
    jku: fc.webUrl(),
    jwk: fc.oneof(fc.constant({ kty: 'oct', k: 'AA' }), anything),
    x5u: fc.webUrl(),
    typ: anything,
    pad: fc.integer({ min: 0, max: 50_000 }).map((length) => 'p'.repeat(length)),
  },
  { requiredKeys: [] },
)
