import { beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { context } from './testing/support.ts'

const ENVIRONMENT = {
  TENANT_ID: 'tenant1',
  TABLE_NAME: 'genai-tenants',
  ISSUER: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example',
  CLIENT_ID: '1example23456789',
  KEY_SET: '{"keys":[]}',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
}

/** Nothing in these tests may leave the machine: every connection is refused. */
vi.mock('node:https', async (original) => {
  const https = await original<typeof import('node:https')>()
  class NoNetwork extends https.Agent {
    override createConnection(): never {
      throw Object.assign(new Error('no network'), { code: 'ECONNREFUSED' })
    }
  }
  return { ...https, Agent: NoNetwork }
})

const lines: string[] = []
beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(`${line}`)
    return true
  })
})
beforeEach(() => {
  vi.resetModules()
  lines.length = 0
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value)
})

const load = async () => (await import('./handler.ts')).handler
const event = (changes: object = {}) => ({
  httpMethod: 'POST',
  path: '/tenant1/invoke',
  headers: { 'content-type': 'application/json' },
  body: '{"prompt":"a"}',
  isBase64Encoded: false,
  ...changes,
})

test('an event is answered in its own form, with one log line', async () => {
  const handler = await load()
  const result = await handler(event(), context())
  expect(result).toMatchObject({ statusCode: 401, isBase64Encoded: false, headers: { 'x-request-id': 'request-1' } })
  expect(JSON.parse(result.body).error.code).toBe('token_missing')
  const multi = await handler(event({ headers: undefined, multiValueHeaders: {} }), context())
  expect(multi.multiValueHeaders?.['x-request-id']).toEqual(['request-1'])
  expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(['token_missing', 'token_missing'])
})

test.each([[undefined], [null], [7], [{}], [{ path: '/tenant1/model/m/converse' }]])('odd event %j', async (odd) => {
  const handler = await load()
  const result = await handler(odd, context())
  expect(result.statusCode).toBe(400)
  expect(result.headers?.['x-error-code']).toBe('request_malformed')
})

test("errors on Bedrock's paths have Bedrock's shape even when the request cannot be read", async () => {
  const handler = await load()
  const authorization = ['Bearer a', 'Bearer b']
  const path = '/tenant1/model/m/converse'
  const result = await handler(event({ path, headers: undefined, multiValueHeaders: { authorization } }), context())
  expect(result.statusCode).toBe(400)
  expect(result.multiValueHeaders?.['x-amzn-errortype']).toEqual(['ValidationException'])
  expect(JSON.parse(result.body)).toEqual({ message: expect.stringContaining('more than one Authorization header') })
})

test.each(['TENANT_ID', 'TABLE_NAME', 'ISSUER', 'CLIENT_ID', 'AWS_REGION', 'AWS_ACCESS_KEY_ID'])(
  'a function without %s does not start, and says why',
  async (name) => {
    vi.stubEnv(name, '')
    await expect(load()).rejects.toThrow(`The environment variable ${name} is missing`)
  },
)

test('nor does one whose tenant is none', async () => {
  vi.stubEnv('TENANT_ID', 'Tenant-1')
  await expect(load()).rejects.toThrow('TENANT_ID is not a tenant id')
})
