/** examples/application-server: a program with a role of the tenant's account, and with no secret. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'

const AUDIENCE = 'genai/tenant1'
const APP = {
  issuer: 'https://22222222-0000-4000-8000-222222222222.tokens.sts.global.api.aws',
  audience: AUDIENCE,
  claims: { sub: 'arn:aws:iam::222222222222:role/application' },
}

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    settings: { hub: { keySetVia: 'table' }, 'spoke-tenant1': { machineIssuers: { app: APP } } },
    stacks: ['hub', 'spoke-tenant1'],
  })
})
afterAll(() => platform?.close())

/** Runs it as a role, asks it once, and ends it. */
async function askedAs(profile: string, question: string) {
  const { accessKeyId, secretAccessKey, sessionToken } = platform.cloud.signIn(profile)
  const child = spawn(process.execPath, [join(PROJECT_DIRECTORY, 'examples/application-server/server.mjs')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      ...connectionVariables({ caFile: platform.caFile, wirePort: platform.wirePort }),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      MACHINE_URL: `${platform.localUrl}/tenant1.app`,
      AUDIENCE,
      MODEL: 'nova-2-lite',
      PORT: '0',
    },
  })
  try {
    const [line] = await once(child.stdout, 'data')
    const answer = await fetch(String(line).trim(), { method: 'POST', body: question })
    return { status: answer.status, text: await answer.text() }
  } finally {
    child.kill()
  }
}

it('is answered from the account of its tenant', async () => {
  expect(await askedAs('application-tenant1', 'Who are you?')).toEqual({
    status: 200,
    text: expect.stringContaining('served in account 222222222222'),
  })
})

it('of another account is not', async () => {
  expect(await askedAs('application-tenant2', 'Who are you?')).toEqual({ status: 502, text: 'No answer.' })
})
