/** Machines of tenants: their tokens through the load balancer, on their own paths, with both locks. */
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { block, unblock } from '../../cli/tenant/blocked-callers.ts'
import { type Platform, startPlatform } from './platform.ts'

/** A continuous integration service's issuer, as GitHub's is: its own host, its own place for the keys. */
const CI = 'https://token.actions.githubusercontent.com'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
let ciKeys: object[] = [{ ...publicKey.export({ format: 'jwk' }), kid: 'ci', alg: 'RS256', use: 'sig' }]

const AWS = {
  issuer: 'https://22222222-0000-4000-8000-222222222222.tokens.sts.global.api.aws',
  audience: 'genai/tenant1',
  claims: { sub: 'arn:aws:iam::222222222222:role/application' },
}
const GITHUB = {
  issuer: CI,
  audience: 'https://genai.example.com/tenant1.ci',
  claims: { repository: 'example/app', ref: 'refs/heads/main' },
}

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    settings: {
      hub: { keySetVia: 'table' },
      'spoke-tenant1': { machineIssuers: { app: AWS, ci: GITHUB } },
    },
    stacks: ['hub', 'spoke-tenant1'],
    websites: {
      'token.actions.githubusercontent.com': async ({ target }) =>
        target === '/.well-known/jwks'
          ? { status: 200, body: JSON.stringify({ keys: ciKeys }) }
          : { status: 404, body: '' },
    },
  })
}, 120_000)
afterAll(() => platform?.close())

async function awsToken(profile: string, audience = 'genai/tenant1'): Promise<string> {
  const sts = new STSClient({
    region: 'us-east-1',
    credentials: platform.cloud.signIn(profile),
    requestHandler: new NodeHttpHandler({
      httpsAgent: localAgent({ port: platform.wirePort, caFile: platform.caFile }),
    }),
  })
  const asked = new GetWebIdentityTokenCommand({ Audience: [audience], SigningAlgorithm: 'RS256' })
  return (await sts.send(asked)).WebIdentityToken ?? ''
}

const ciToken = (claims: object = {}, kid = 'ci') =>
  new SignJWT({
    iss: CI,
    aud: GITHUB.audience,
    sub: 'repo:example/app:ref:refs/heads/main',
    repository: 'example/app',
    ref: 'refs/heads/main',
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey)

const statusOf = async (path: string, token: string) =>
  (await platform.call({ method: 'POST', path, token, body: { prompt: 'Who are you?' } })).status

describe('a machine', () => {
  it('of the tenant’s account calls with a token that says which role it is, without a secret', async () => {
    const answer = await platform.call({
      method: 'POST',
      path: '/tenant1.app/invoke',
      token: await awsToken('application-tenant1'),
      body: { prompt: 'Who are you?' },
    })
    expect({ status: answer.status, body: JSON.parse(answer.body) }).toMatchObject({
      status: 200,
      body: { tenant: 'tenant1' },
    })
  })

  it('of another issuer calls as its claims say', async () => {
    expect(await statusOf('/tenant1.ci/invoke', await ciToken())).toBe(200)
  })

  it('calls as the README shows it, from a process that has its role', async () => {
    const readme = readFileSync(join(PROJECT_DIRECTORY, 'README.md'), 'utf8')
    const [, program = ''] = /^### An application server[\s\S]*?```js\n([\s\S]*?)```/m.exec(readme) ?? []
    expect(program.trim().split('\n')).toHaveLength(8)
    const { accessKeyId, secretAccessKey, sessionToken } = platform.cloud.signIn('application-tenant1')
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: PROJECT_DIRECTORY,
      env: {
        PATH: process.env.PATH,
        ...connectionVariables(platform),
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        GATEWAY_URL: platform.localUrl,
      },
    })
    expect(stdout).toContain('served in account 222222222222')
  })

  it.each(['converse', 'stream'])(
    'calls by an unmodified AWS SDK, whose base URL is its path: %s',
    async (operation) => {
      const program = new URL('sdk-client.ts', import.meta.url).pathname
      const env = {
        AWS_REGION: 'us-east-1',
        AWS_BEARER_TOKEN_BEDROCK: await awsToken('application-tenant1'),
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `${platform.localUrl}/tenant1.app`,
        NODE_EXTRA_CA_CERTS: platform.caFile,
      }
      const { stdout } = await promisify(execFile)(process.execPath, [program, operation, 'nova-2-lite'], { env })
      expect(JSON.parse(stdout)).toMatchObject({ status: 200, text: expect.stringContaining('222222222222') })
    },
  )

  it('is named in the audit line, and its subject is not', async () => {
    await statusOf('/tenant1.app/invoke', await awsToken('application-tenant1'))
    const line = platform.cloud.lambda
      .logs('genai-gateway-tenant1')
      .map((one) => one.line)
      .findLast((one) => one.includes('"machine"'))
    expect(JSON.parse(line ?? '')).toMatchObject({ machine: 'app', user: expect.stringMatching(/^[\w-]{32}$/) })
    expect(line).not.toContain('arn:')
  })

  it.each<[string, string, () => Promise<string>]>([
    ['a user’s ID token', '/tenant1.app/invoke', () => platform.token('tenant1')],
    ['its token on the people’s path', '/tenant1/invoke', () => awsToken('application-tenant1')],
    ['its token on another machine’s path', '/tenant1.ci/invoke', () => awsToken('application-tenant1')],
    ['a token for another audience', '/tenant1.app/invoke', () => awsToken('application-tenant1', 'genai/tenant2')],
    ['another tenant’s machine', '/tenant1.app/invoke', () => awsToken('application-tenant2')],
    ['another branch', '/tenant1.ci/invoke', () => ciToken({ ref: 'refs/pull/7/merge' })],
    ['another repository', '/tenant1.ci/invoke', () => ciToken({ repository: 'mallory/app' })],
    ['a claim that is a list', '/tenant1.ci/invoke', () => ciToken({ repository: ['example/app'] })],
    ['no claim', '/tenant1.ci/invoke', () => ciToken({ repository: undefined })],
    ['several audiences', '/tenant1.ci/invoke', () => ciToken({ aud: [GITHUB.audience, 'other'] })],
  ])('%s is refused by the load balancer', async (_, path, token) => {
    expect(await statusOf(path, await token())).toBe(401)
  })

  it('at a path that no tenant’s settings name is not there', async () => {
    expect(await statusOf('/tenant1.nobody/invoke', await awsToken('application-tenant1'))).toBe(404)
  })
})

describe('the key set of an issuer', () => {
  it('that answers eleven keys, or none, keeps the last good ones', async () => {
    const good = ciKeys
    for (const bad of [Array.from({ length: 11 }, (_, index) => ({ ...good[0], kid: `${index}` })), []]) {
      ciKeys = bad
      await platform.cloud.schedules.run('genai-key-sets')
    }
    const lines = platform.cloud.lambda.logs('genai-key-sets').map(({ line }) => line)
    expect(lines.findLast((line) => line.includes('11 keys'))).toContain('"outcome":"failed"')
    ciKeys = good
    expect(await statusOf('/tenant1.ci/invoke', await ciToken())).toBe(200)
  })
})

describe('a caller who is blocked', () => {
  const tables = () => ({
    tableName: platform.hub.tableName,
    dynamodb: new DynamoDBClient({
      region: 'us-east-1',
      credentials: platform.cloud.signIn(),
      requestHandler: new NodeHttpHandler({
        httpsAgent: localAgent({ port: platform.wirePort, caFile: platform.caFile }),
      }),
    }),
  })
  /** A warm function uses what it has read for ten seconds; the rest is for a busy machine. */
  const seen = { timeout: 60_000, interval: 500 }

  it('is refused although the token is good, and nobody else; until the entry ends', async () => {
    const [app, ci, user] = [await awsToken('application-tenant1'), await ciToken(), await platform.token('tenant1')]
    const now = new Date()
    const caller = { issuer: AWS.issuer, subject: AWS.claims.sub }
    const began = performance.now()
    await block(tables(), 'tenant1', { ...caller, until: now.getTime() / 1000 + 3600 }, now)
    await expect.poll(() => statusOf('/tenant1.app/invoke', app), seen).toBe(403)
    expect(performance.now() - began).toBeLessThan(60_000)
    expect(await statusOf('/tenant1.ci/invoke', ci)).toBe(200)
    expect(await statusOf('/tenant1/invoke', user)).toBe(200)
    // The same subject of another issuer is somebody else.
    await block(tables(), 'tenant1', { issuer: CI, subject: AWS.claims.sub, until: now.getTime() / 1000 + 3600 }, now)
    expect(await unblock(tables(), 'tenant1', AWS.issuer, AWS.claims.sub)).toBe(true)
    await expect.poll(() => statusOf('/tenant1.app/invoke', app), seen).toBe(200)
    // Already over.
    await block(tables(), 'tenant1', { ...caller, until: now.getTime() / 1000 - 1 }, now)
    expect(await unblock(tables(), 'tenant1', 'https://nobody.example.com', 'x')).toBe(false)
  })

  it('may be a user', async () => {
    const token = await platform.token('tenant1')
    const { sub: subject } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const now = new Date()
    const { issuer } = platform.hub
    await block(tables(), 'tenant1', { issuer, subject, until: now.getTime() / 1000 + 3600 }, now)
    await expect.poll(() => statusOf('/tenant1/invoke', token), seen).toBe(403)
    expect(await statusOf('/tenant1.app/invoke', await awsToken('application-tenant1'))).toBe(200)
    await unblock(tables(), 'tenant1', issuer, subject)
    await expect.poll(() => statusOf('/tenant1/invoke', token), seen).toBe(200)
  })

  it('of a tenant that is not there is an error', async () => {
    const caller = { issuer: CI, subject: 'x', until: 1 }
    await expect(block(tables(), 'tenant9', caller, new Date())).rejects.toThrow('tenant9 is not deployed in this hub')
  })
})

describe('a change of machineIssuers', () => {
  it('takes a machine away and leaves the others', async () => {
    await platform.deploy('spoke-tenant1', { machineIssuers: { app: AWS } })
    expect(await statusOf('/tenant1.app/invoke', await awsToken('application-tenant1'))).toBe(200)
    expect(await statusOf('/tenant1.ci/invoke', await ciToken())).toBe(404)
    await platform.deploy('spoke-tenant1', { machineIssuers: { app: AWS, ci: GITHUB } })
    // The function has read the items a moment ago.
    await expect.poll(async () => statusOf('/tenant1.ci/invoke', await ciToken()), { timeout: 60_000 }).toBe(200)
  })

  it('to an issuer whose keys cannot be had fails, and says why', async () => {
    const gone = { ...GITHUB, issuer: 'https://nobody.example.com' }
    await expect(platform.deploy('spoke-tenant1', { machineIssuers: { app: AWS, gone } })).rejects.toThrow(
      /The key set of https:\/\/nobody\.example\.com cannot be had/,
    )
    expect(await statusOf('/tenant1.app/invoke', await awsToken('application-tenant1'))).toBe(200)
  })
})
