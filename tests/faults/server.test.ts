/** `functions/gateway/server.ts` as a process: its variables, its credentials from a container's endpoint, its silences. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../proof/bench/bundles.ts'
import { CHAT, CONVERSE, type StreamSubject, startServer } from '../../proof/bench/stream-subject.ts'
import { ENVIRONMENT } from '../../proof/bench/tenant.ts'
import { startStandIn } from './server-stand-in.ts'

const directory = mkdtempSync(join(tmpdir(), 'server-'))
let standIn: Awaited<ReturnType<typeof startStandIn>>
let files: { readonly probe: string; readonly server: string }
const subjects: StreamSubject[] = []
beforeAll(async () => {
  standIn = await startStandIn(directory)
  const [probe, server] = [
    await bundle('server-test-probe', 'proof/bench/probe.ts'),
    await bundle('server-test', 'functions/gateway/server.ts'),
  ]
  files = { probe: probe.file, server: server.file }
})
afterAll(async () => {
  for (const subject of subjects) await subject.stop()
  standIn?.close()
  rmSync(directory, { recursive: true, force: true })
})

async function start(
  more: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = ENVIRONMENT,
) {
  const launch = {
    probe: files.probe,
    environment: { ...environment, STAND_IN_PORT: `${standIn.port}`, NODE_EXTRA_CA_CERTS: standIn.caFile, ...more },
    token: standIn.token,
  }
  const subject = await startServer('server', files.server, CHAT, launch)
  subjects.push(subject)
  const ask = (path: string, body: unknown) =>
    fetch(`http://127.0.0.1:${subject.port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${standIn.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return { subject, ask, invoke: () => ask('/tenant1/invoke', { prompt: 'Hello' }) }
}

describe('a variable that is wrong', () => {
  it.each([
    [{ PORT: 'http' }, 'The environment variable PORT must be a port, 0 to 65535, not "http".\n'],
    [{ TENANT_ID: '' }, 'The environment variable TENANT_ID is missing.\n'],
  ])('%j ends the process with one line', (wrong, line) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [files.server], {
      env: { ...ENVIRONMENT, ...wrong },
      encoding: 'utf8',
    })
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: line })
  })
})

describe('a model that says nothing', () => {
  it.each([
    ['from its status line on', 'stream 0 0 silent', 'FIRST_EVENT_TIMEOUT_SECONDS', ''],
    ['after an event', 'stream 1 600000 whole', 'IDLE_TIMEOUT_SECONDS', 'role'],
  ])('%s is given up, with an error and no normal end', async (_, prompt, variable, before) => {
    const { ask } = await start({ [variable]: '1' })
    const chat = await (await ask(CHAT.path, CHAT.body(prompt))).text()
    expect(chat).toMatch(/data: \{"error":\{"message":"The model sent nothing for 1 s\..*"code":"model_timeout"/)
    expect(chat).not.toContain('[DONE]')
    expect(chat.includes('"role":"assistant"')).toBe(before === 'role')
    const frames = Buffer.from(await (await ask(CONVERSE.path, CONVERSE.body(prompt))).arrayBuffer()).toString('latin1')
    expect(frames).toContain('modelTimeoutException')
    expect(frames).toContain('The model sent nothing for 1 s.')
  })

  it('but a pause that is allowed is none', async () => {
    const { subject } = await start({ IDLE_TIMEOUT_SECONDS: '600', FIRST_EVENT_TIMEOUT_SECONDS: '600' })
    expect((await subject.stream({ frames: 2, milliseconds: 1_500, end: 'whole' })).text).toMatch(/\[DONE\]\n\n$/)
  })
})

describe('an idle connection', () => {
  const kept = async (answer: Response) => Number(/timeout=(\d+)/.exec(`${answer.headers.get('keep-alive')}`)?.[1])

  it('is kept for longer than a load balancer may keep it, which is 4,000 s', async () => {
    expect(await kept(await (await start()).invoke())).toBeGreaterThan(4_000)
  })

  it('is kept for as long as the setting says', async () => {
    expect(await kept(await (await start({ KEEP_ALIVE_TIMEOUT_SECONDS: '77' })).invoke())).toBe(77)
  })

  it.each(['0', '-1', 'soon'])('for "%s" seconds is refused', async (seconds) => {
    await expect(start({ KEEP_ALIVE_TIMEOUT_SECONDS: seconds })).rejects.toThrow()
  })
})

describe('credentials of a container', () => {
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, AWS_SESSION_TOKEN: _token, ...without } = ENVIRONMENT
  let given = 0
  let status = 200
  const asked: string[] = []
  // As ECS's agent answers; they are near their end, so that each call asks again.
  const endpoint = createServer((request, response) => {
    asked.push(`${request.headers.authorization} ${request.url}`)
    given++
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        AccessKeyId: `ASIATASK${given}`,
        SecretAccessKey: 'secret',
        Token: 'token',
        Expiration: new Date(Date.now() + 60_000).toISOString(),
      }),
    )
  })
  let url = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/v2/credentials/task`
  })
  afterAll(() => endpoint.close())
  const variables = () => ({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of the agent',
  })

  it('are fetched with its token, sign what the task calls, and are renewed without a restart', async () => {
    standIn.calls.length = 0
    const { invoke } = await start(variables(), without)
    expect((await invoke()).status).toBe(200)
    expect(new Set(asked)).toEqual(new Set(['of the agent /v2/credentials/task']))
    const signers = () =>
      new Set(standIn.calls.filter(({ service }) => service === 'dynamodb').map((one) => one.accessKeyId))
    // The tenant's items are read anew every few seconds, by credentials that are newer each time.
    await expect
      .poll(
        async () => {
          expect((await invoke()).status).toBe(200)
          return signers().size
        },
        { interval: 500 },
      )
      .toBeGreaterThan(1)
    for (const one of signers()) expect(one).toMatch(/^ASIATASK\d+$/)
    const models = standIn.calls.filter(({ service }) => service.startsWith('vpce-'))
    expect(new Set(models.map((one) => one.accessKeyId))).toEqual(new Set(['ASIASESSION']))
  })

  it('that cannot be had are told as what they are, and the server lives on', async () => {
    status = 500
    const { invoke } = await start(variables(), without)
    const refused = await invoke()
    expect([refused.status, refused.headers.get('x-error-code')]).toEqual([503, 'routing_unavailable'])
    expect(await refused.text()).not.toContain('of the agent')
    status = 200
    await expect.poll(async () => (await invoke()).status, { interval: 500 }).toBe(200)
  })

  it('are required: a server without any does not start', async () => {
    await expect(start({}, without)).rejects.toThrow()
  })
})
