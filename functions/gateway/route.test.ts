import { expect, test } from 'vitest'
import { GatewayError } from './errors.ts'
import { isBedrockPath, matchRoute } from './route.ts'

const match = (method: string, path: string) => {
  try {
    return matchRoute(method, path, 'tenant1')
  } catch (error) {
    if (error instanceof GatewayError) return { code: error.code, ...error.headers }
    throw error
  }
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
  ['POST', '/tenant1/model/m/converse-stream', { code: 'streaming_not_supported' }],
  ['POST', '/tenant1/model/m/invoke-with-response-stream', { code: 'streaming_not_supported' }],
  ['POST', '/tenant1/model/m/invoke', { code: 'operation_not_supported' }],
  ['POST', '/tenant1/model/m/count-tokens', { code: 'operation_not_supported' }],
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

test("Bedrock's paths are told apart even when nothing is there", () => {
  expect(isBedrockPath('/tenant1/model/m/converse')).toBe(true)
  expect(isBedrockPath('/tenant1/model')).toBe(true)
  expect(isBedrockPath('/tenant1/models')).toBe(false)
  expect(isBedrockPath('/tenant1/invoke')).toBe(false)
})
