/**
 * The commands as they are aimed at AWS: `--aws` and the flags of `login`, in processes of their own, with AWS's own environment
 * variables for credentials. Where AWS's host names lead to is all that differs (`connectionVariables`).
 */
import { execFile } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'

const PASSWORD = 'correct horse battery staple A1!'
const EMAIL = 'zoe@example.com'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform?.close())

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}
type Variables = Readonly<Record<string, string>>

const NOBODY: Variables = {}
function deployer(): Variables {
  const { accessKeyId, secretAccessKey, sessionToken } = platform.cloud.signIn()
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken }
}

/** @param input what is piped into it */
function run(args: readonly string[], variables: Variables = deployer(), input = ''): Promise<Ended> {
  const { caFile, wirePort } = platform
  const env = {
    PATH: process.env.PATH,
    HOME: '/nowhere',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...connectionVariables({ caFile, wirePort }),
    ...variables,
  }
  const options = { cwd: PROJECT_DIRECTORY, env }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['cli/main.ts', ...args], options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}
const onHub = (...args: readonly string[]) => [
  ...args,
  ...['--aws', '--region', platform.hub.region, '--user-pool-id', platform.hub.userPoolId],
]
const login = (tenant: string, changes: Variables = {}) => {
  const { userPoolClientId, region } = platform.hub
  const flags = { username: EMAIL, 'gateway-url': platform.localUrl, 'client-id': userPoolClientId, region, ...changes }
  return ['login', tenant, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])]
}

describe('the commands with --aws', () => {
  it('make a user of a tenant, who signs in by the flags of login and is answered', async () => {
    const made = await run(onHub('tenant', 'user', 'add', 'tenant1', EMAIL), deployer(), `${PASSWORD}\n`)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout).toContain(`Made ${EMAIL} a user of tenant1 on AWS.`)
    // A user of the pool needs no AWS credentials. A slash at the end would make two with the path.
    const flags = login('tenant1', { 'gateway-url': `${platform.localUrl}/` })
    const { code, stdout } = await run([...flags, '--json'], NOBODY, `${PASSWORD}\n`)
    const { ID_TOKEN: token, ...others } = JSON.parse(stdout)
    const { region } = platform.hub
    expect({ code, others }).toEqual({
      code: 0,
      others: {
        GATEWAY_URL: platform.localUrl,
        TENANT_ID: 'tenant1',
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `${platform.localUrl}/tenant1`,
        AWS_BEARER_TOKEN_BEDROCK: token,
        OPENAI_BASE_URL: `${platform.localUrl}/tenant1/v1`,
        OPENAI_API_KEY: token,
        ANTHROPIC_BASE_URL: `${platform.localUrl}/tenant1`,
        ANTHROPIC_AUTH_TOKEN: token,
      },
    })
    const call = { method: 'POST', path: '/tenant1/invoke', token, body: { prompt: 'Hello' } } as const
    expect(await platform.call(call)).toMatchObject({ status: 200 })
    expect((await run(login('tenant2'), NOBODY, `${PASSWORD}\n`)).stderr).toContain(
      'belongs to tenant1, not to tenant2',
    )
  })

  it('list, disable, enable, reset and remove a user, and no user of another tenant', async () => {
    const user = 'ben@example.com'
    const other = 'other horse battery staple B2!'
    const own = 'own horse battery staple C3!'
    await run(onHub('tenant', 'user', 'add', 'tenant1', user), deployer(), `${PASSWORD}\n`)
    const listed = async () => {
      const rows = JSON.parse((await run(onHub('tenant', 'user', 'list', 'tenant1', '--json'))).stdout)
      return rows.find(({ email }: { email: string }) => email === user)?.status
    }
    const change = (verb: string, input = '', tenant = 'tenant1') =>
      run(onHub('tenant', 'user', verb, tenant, user), deployer(), input)
    const signIn = async (...passwords: readonly string[]) =>
      (await run(login('tenant1', { username: user }), NOBODY, passwords.map((one) => `${one}\n`).join(''))).code

    expect({ status: await listed(), signIn: await signIn(PASSWORD) }).toEqual({ status: 'active', signIn: 0 })
    expect((await change('disable')).stdout).toContain(`tenant -- user enable tenant1 ${user} --aws`)
    expect({ status: await listed(), signIn: await signIn(PASSWORD) }).toEqual({ status: 'disabled', signIn: 1 })
    expect(await change('enable')).toMatchObject({ code: 0, stderr: '' })
    expect({ status: await listed(), signIn: await signIn(PASSWORD) }).toEqual({ status: 'active', signIn: 0 })

    expect((await change('reset', 'short\n')).stderr).toMatch(/refuses that password.*\n.*Nothing was changed/)
    expect(await change('reset', `${other}\n`)).toMatchObject({ code: 0, stderr: '' })
    expect({ status: await listed(), signIn: await signIn(PASSWORD) }).toEqual({ status: 'new password', signIn: 1 })
    expect({ signIn: await signIn(other, own), status: await listed() }).toEqual({ signIn: 0, status: 'active' })

    for (const verb of ['disable', 'enable', 'reset', 'remove']) {
      const refused = await change(verb, `${user}\n`, 'tenant2')
      expect(refused).toMatchObject({ code: 1, stdout: '' })
      expect(refused.stderr).toContain(`tenant2 has no user ${user}.`)
    }
    expect((await change('remove', 'no\n')).stderr).toContain('Nothing was changed.')
    expect(await listed()).toBe('active')
    expect(await change('remove', `${user}\n`)).toMatchObject({ code: 0 })
    expect({ status: await listed(), signIn: await signIn(own) }).toEqual({ status: undefined, signIn: 1 })
  })

  it('suspend a tenant, list it, and let it back in', async () => {
    expect((await run(onHub('tenant', 'suspend', 'tenant2'))).stdout).toContain('resume tenant2 --aws')
    const listed = async () => {
      const rows = JSON.parse((await run(onHub('tenant', 'list', '--json'))).stdout)
      return rows.map(({ tenant, status }: Record<string, unknown>) => `${tenant} ${status}`)
    }
    expect(await listed()).toEqual(['tenant1 active', 'tenant2 suspended'])
    expect(await platform.invoke('tenant2')).toMatchObject({ status: 403 })
    expect(await run(onHub('tenant', 'resume', 'tenant2'))).toMatchObject({ code: 0, stderr: '' })
    expect(await listed()).toEqual(['tenant1 active', 'tenant2 active'])
  })

  it('read the audit trail', async () => {
    const refused = () => run(onHub('audit', 'tenant2', '--json'))
    await expect.poll(async () => (await refused()).stdout).toContain('"status"')
  })

  it('sum up what was used, and hold it against the accounts, which are asked as genai-usage', async () => {
    const report = JSON.parse((await run(onHub('usage', '--json'))).stdout)
    expect(report.rows.map(({ key }: { key: object }) => key)).toContainEqual({ tenant: 'tenant2' })
    const { code, stdout } = await run(onHub('usage', 'reconcile', '--until', 'now', '--since', '2h', '--json'))
    const { rows, notAsked } = JSON.parse(stdout)
    expect({ code, notAsked }).toEqual({ code: 0, notAsked: [] })
    expect(rows.flatMap(({ tenants }: { tenants: string[] }) => tenants)).toContain('tenant1')
    const denied = await run(onHub('usage', 'reconcile', '--until', 'now', '--role', 'genai-doctor'))
    expect(denied).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/Not asked: tenant1 .*cloudwatch:GetMetricData/),
    })
  })

  it('tighten a tenant’s limits, which no up undoes and no figure loosens, and take them away again', async () => {
    const ofStack = { limits: { tenant: { tokensPerDay: 1_000_000 } } }
    await platform.deploy('spoke-tenant1', ofStack)
    const limit = (...flags: readonly string[]) => run(onHub('tenant', 'limit', 'tenant1', ...flags))
    const answered = async () => (await platform.invoke('tenant1')).headers['x-error-code'] ?? 'ok'
    expect((await limit('--tokens-per-day', '2000000')).stderr).toContain('looser than the stack')
    expect(await limit('--tokens-per-day', '1')).toMatchObject({ code: 0, stderr: '' })
    // The function that runs obeys by itself.
    await expect.poll(answered).toBe('budget_exhausted')
    await platform.deploy('spoke-tenant1', ofStack)
    await platform.cloud.lambda.stop('genai-gateway-tenant1')
    expect(await answered()).toBe('budget_exhausted')
    const row = { scope: 'tenant', limit: 'tokensPerDay', operator: 1, holds: 1 }
    const shown = JSON.parse((await limit('--show', '--json')).stdout)
    expect(shown).toMatchObject({ tenant: 'tenant1', limits: [{ ...row, stack: 1_000_000 }] })
    const [listed] = JSON.parse((await run(onHub('tenant', 'list', '--json'))).stdout)
    expect(listed).toMatchObject({ tenant: 'tenant1', limits: [row] })
    expect(await limit('--clear')).toMatchObject({ code: 0, stderr: '' })
    await expect.poll(answered).toBe('ok')
  })

  it.each([
    ['no credentials', () => run(onHub('tenant', 'list'), NOBODY), /Could not load credentials.*\n.*AWS_PROFILE/],
    [
      'credentials that are good no more',
      () => run(onHub('tenant', 'list'), { ...deployer(), AWS_SESSION_TOKEN: 'gone' }),
      /token.* is invalid.*\n.*AWS_PROFILE/,
    ],
    [
      'another region',
      () => run(['tenant', 'suspend', 'tenant1', '--aws', '--region', 'eu-west-1', '--user-pool-id', 'eu-west-1_a']),
      /not authorized.*\n.*region and account/,
    ],
    [
      'half a hub',
      () => run(['tenant', 'list', '--aws', '--region', 'us-east-1']),
      /--region and --user-pool-id together/,
    ],
    [
      'a shell of the local cloud',
      () => run(onHub('tenant', 'list'), { ...deployer(), PULUMI_DEBUG_PROVIDERS: 'aws:1' }),
      /works with a local cloud/,
    ],
    [
      'a client that is none',
      () => run(login('tenant1', { 'client-id': 'abc' }), NOBODY, 'x\n'),
      /abc does not exist.*\n.*stack output/,
    ],
    ['a region that is none', () => run(login('tenant1', { region: 'mars-1' }), NOBODY, 'x\n'), /\n.*region right/],
    [
      'half a URL',
      () => run(login('tenant1', { 'gateway-url': 'localhost:8443' }), NOBODY, 'x\n'),
      /is not https:\/\/HOST/,
    ],
    ['no password', () => run(login('tenant1'), NOBODY), /No password was given/],
  ])('%s: what is wrong, what to do, exit code 1', async (_what, ended, message) => {
    const { code, stdout, stderr } = await ended()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/GENAI_DEBUG|^\s+at /m)
  })
})
