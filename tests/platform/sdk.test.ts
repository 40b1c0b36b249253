/** An unmodified AWS SDK with the gateway as its endpoint: environment variables are all that it is told. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Platform, startPlatform } from './platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform?.close())

async function client(operation: 'converse' | 'stream', tenant: string, modelId: string, tokenOf = tenant) {
  const program = new URL('sdk-client.ts', import.meta.url).pathname
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_BEARER_TOKEN_BEDROCK: await platform.token(tokenOf),
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `${platform.localUrl}/${tenant}`,
    NODE_EXTRA_CA_CERTS: platform.caFile,
  }
  const { stdout } = await promisify(execFile)(process.execPath, [program, operation, modelId], { env })
  return JSON.parse(stdout)
}

it('Converse answers from the tenant’s own account', async () => {
  const answer = await client('converse', 'tenant2', 'claude-haiku-4.5')
  expect(answer).toMatchObject({ status: 200, usage: { totalTokens: expect.any(Number) } })
  expect(answer.text).toContain('333333333333')
})

it('a refusal is an exception of the SDK’s own', async () => {
  expect(await client('converse', 'tenant1', 'gpt')).toMatchObject({
    name: 'AccessDeniedException',
    status: 403,
    attempts: 1,
    message: expect.stringContaining('"gpt" is not among the tenant'),
  })
})

it('a stream is one, although the load balancer takes a Lambda target’s answer as a whole', async () => {
  const answer = await client('stream', 'tenant2', 'claude-haiku-4.5')
  expect(answer).toMatchObject({ status: 200, usage: { totalTokens: expect.any(Number) } })
  expect(answer.text).toContain('333333333333')
})

it('another tenant’s token is refused by the load balancer', async () => {
  expect(await client('converse', 'tenant2', 'claude-haiku-4.5', 'tenant1')).toMatchObject({ status: 401 })
})
