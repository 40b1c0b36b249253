/** `npm run genai -- proxy`, as a process, between OpenAI's client in another process and the gateway. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoClient, refreshTokens, signInForTokens } from '../../cli/hub/cognito.ts'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { ask } from '../clients/clients.ts'
import { type Fixture, openFixture } from '../clients/clients-fixture.ts'
import { SCENARIOS, TOLD, type Told } from '../clients/scenarios.ts'

const PASSWORD = 'correct horse battery staple A1!'
const USER = 'user@tenant2.example.com'

let fixture: Fixture
let proxy: ChildProcess
let output = ''
beforeAll(async () => {
  fixture = await openFixture()
  const { platform } = fixture
  await platform.token('tenant2')
  const named = [
    '--gateway-url',
    platform.localUrl,
    '--client-id',
    platform.hub.userPoolClientId,
    '--region',
    'us-east-1',
  ]
  proxy = spawn(
    process.execPath,
    [join(PROJECT_DIRECTORY, 'cli/main.ts'), 'proxy', 'tenant2', '--port', '0', '--username', USER, ...named],
    { env: { PATH: process.env.PATH, ...connectionVariables(platform) }, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  proxy.stdin?.end(`${PASSWORD}\n`)
  proxy.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  while (!output.includes('API key')) await once(proxy.stdout ?? proxy, 'data')
})
afterAll(async () => {
  proxy?.kill('SIGKILL')
  await fixture?.close()
})

const base = () => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? ''
const key = () => /genai-[\w-]{43}/.exec(output)?.[0] ?? ''

describe('the proxy', () => {
  const handful = SCENARIOS.filter(({ name }) => ['hello', 'stream', 'tools'].includes(name))
  it.each(handful)('$name: OpenAI’s client is served with the proxy’s key alone', async ({ name, check }) => {
    const env = { ...TOLD, PATH: process.env.PATH ?? '', BASE_URL: base(), TOKEN: key() }
    check((await ask({ name: 'openai-node', language: 'node' }, name, env)) as Told, 0)
  })

  it('without its key serves nobody, and never shows the user’s token', async () => {
    const answer = await fetch(`${base()}/v1/models`, { headers: { authorization: 'Bearer x' } })
    expect(answer.status).toBe(401)
    expect(output).not.toContain('eyJ')
  })

  it('renews the user’s token with what a sign-in gave', async () => {
    const { hub, wirePort: port, caFile } = fixture.platform
    const client = cognitoClient(hub.region, { local: { port, caFile } })
    const clientId = hub.userPoolClientId
    const first = await signInForTokens(client, { clientId, username: USER, password: PASSWORD })
    const next = await refreshTokens(client, { clientId, refreshToken: first.refreshToken ?? '' })
    expect(next).toMatchObject({ refreshToken: first.refreshToken, expiresInSeconds: 1800 })
    expect(next.idToken).not.toBe('')
    await expect(refreshTokens(client, { clientId, refreshToken: 'none' })).rejects.toThrow('The session has ended')
    client.destroy()
  })

  it('ends with Ctrl-C, and listens no more', async () => {
    const ended = once(proxy, 'exit')
    proxy.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    await expect(fetch(`${base()}/v1/models`)).rejects.toThrow()
  })
})
