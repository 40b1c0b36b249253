import { expect, test } from 'vitest'
import { GatewayError } from './errors.ts'
import { OPERATIONS } from './operations.ts'
import { createMatcher } from './path.ts'
import { anthropicShape } from './shapes/anthropic.ts'
import { openaiShape } from './shapes/openai.ts'

const matcher = createMatcher(OPERATIONS, 'tenant1')
const match = (method: string, path: string) => {
  const { found } = matcher(method, path, new Headers())
  if (found instanceof GatewayError) return { code: found.code, ...found.headers }
  return { operation: found.operation.name, ...found.path }
}

test.each([
  ['POST', '/tenant1/invoke', { operation: 'invoke' }],
  ['GET', '/tenant1/models', { operation: 'models' }],
  ['POST', '/tenant1/model/nova-2-lite/converse', { operation: 'converse', model: 'nova-2-lite' }],
  ['POST', '/tenant1/model/a%3A0/converse', { operation: 'converse', model: 'a:0' }],
  ['GET', '/tenant1/invoke', { code: 'method_not_allowed', allow: 'POST' }],
  ['PUT', '/tenant1/models', { code: 'method_not_allowed', allow: 'GET' }],
  ['HEAD', '/tenant1/models', { code: 'method_not_allowed', allow: 'GET' }],
  ['DELETE', '/tenant1/model/m/converse', { code: 'method_not_allowed', allow: 'POST' }],
  ['POST', '/tenant1/model/m/converse-stream', { operation: 'converse_stream', model: 'm' }],
  ['POST', '/tenant1/model/m/invoke-with-response-stream', { operation: 'invoke_model_stream', model: 'm' }],
  ['POST', '/tenant1/model/m/invoke', { operation: 'invoke_model', model: 'm' }],
  ['POST', '/tenant1/model/m/count-tokens', { operation: 'count_tokens', model: 'm' }],
  ['POST', '/tenant1/model/m/invoke-with-bidirectional-stream', { code: 'operation_not_supported' }],
  ['POST', '/tenant1/async-invoke', { code: 'operation_not_supported' }],
  ['POST', '/tenant1/guardrail/gr1/version/1/apply', { code: 'operation_not_supported' }],
  ['POST', '/tenant2/invoke', { code: 'tenant_unknown' }],
  ['POST', '/TENANT1/invoke', { code: 'path_not_found' }],
  ['POST', '/', { code: 'path_not_found' }],
  ['POST', '', { code: 'path_not_found' }],
  ['POST', '/tenant1', { code: 'path_not_found' }],
  ['POST', '/tenant1/', { code: 'path_not_found' }],
  ['POST', '/tenant1/invoke/', { code: 'path_not_found' }],
  ['POST', '//tenant1/invoke', { code: 'path_not_found' }],
  ['POST', '/tenant1//invoke', { code: 'path_not_found' }],
  ['POST', '/tenant1/Invoke', { code: 'path_not_found' }],
  ['POST', '/tenant1%2Finvoke', { code: 'path_not_found' }],
  ['POST', '/tenant1/model//converse', { code: 'path_not_found' }],
  ['POST', '/tenant1/model/a/b/converse', { code: 'path_not_found' }],
  ['POST', '/tenant1/model/m/anything', { code: 'path_not_found' }],
  ['POST', '/tenant1/model/%ff/converse', { code: 'request_malformed' }],
])('%s %s', (method, path, expected) => {
  expect(match(method, path)).toEqual(expected)
})

test.each([
  ['POST', '/tenant1/model/m/converse', 'bedrock'],
  ['PUT', '/tenant1/model/m/converse', 'bedrock'],
  ['POST', '/tenant9/model/m/converse', 'bedrock'],
  ['POST', '/tenant1/model', 'bedrock'],
  ['GET', '/tenant1/models', 'gateway'],
  ['PUT', '/tenant1/invoke', 'gateway'],
  ['POST', '/tenant1/v1/nothing', 'openai'],
  ['POST', '/tenant1/v1/messages/nothing', 'anthropic'],
  ['POST', '', 'gateway'],
])('an error of %s %s is in the shape of its operation, or of the nearest one: %s', (method, path, shape) => {
  expect(matcher(method, path, new Headers()).shape.name).toBe(shape)
})

test('a shape may depend on the headers, and a path may have operations of two methods', () => {
  const operation = { path: '/v1/things/{id}', answer: async () => ({ status: 200, headers: {}, body: '' }) }
  const match = createMatcher(
    [
      {
        ...operation,
        name: 'get',
        method: 'GET',
        shape: (headers) => (headers.has('a') ? anthropicShape : openaiShape),
      },
      { ...operation, name: 'post', method: 'POST', shape: openaiShape },
    ],
    'tenant1',
  )
  expect(match('GET', '/tenant1/v1/things/a%2Fb', new Headers({ a: 'b' }))).toMatchObject({
    shape: { name: 'anthropic' },
    found: { operation: { name: 'get' }, path: { id: 'a/b' } },
  })
  expect(match('POST', '/tenant1/v1/things/1', new Headers()).found).toMatchObject({ operation: { name: 'post' } })
  expect(match('PUT', '/tenant1/v1/things/1', new Headers()).found).toMatchObject({ headers: { allow: 'GET, POST' } })
})
