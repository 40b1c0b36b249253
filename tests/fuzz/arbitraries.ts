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
  fc.tuple(fc.json(), fc.nat(30)).map(([json, at]) => json.slice(0, Math.max(0, json.length - at))),
)
