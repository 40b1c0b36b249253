/** The program `token.js` of docs/clients.md, as it stands there, against the hub's user pool. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cognitoClient, signInForTokens } from '../../cli/hub/cognito.ts'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { type Platform, startPlatform } from './platform.ts'

const run = promisify(execFile)
const [, SNIPPET = ''] = /```js\n(\/\/ token\.js[\s\S]*?)```/.exec(
  readFileSync(join(PROJECT_DIRECTORY, 'docs/clients.md'), 'utf8'),
) ?? ['']
/** Two tokens, as a program that asks twice has them. */
const PROGRAM = "import { token } from './token.mjs'\nconsole.log(JSON.stringify([await token(), await token()]))\n"

let platform: Platform
let directory: string
beforeAll(async () => {
  platform = await startPlatform({ stacks: ['hub', 'spoke-tenant1'] })
  directory = mkdtempSync(join(tmpdir(), 'genai-token-'))
  writeFileSync(join(directory, 'token.mjs'), SNIPPET)
  writeFileSync(join(directory, 'program.mjs'), PROGRAM)
})
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true })
  await platform?.close()
})

async function refreshToken(): Promise<string> {
  const { cloud, hub, wirePort, caFile, user } = platform
  const cognito = cognitoClient(hub.region, { local: { port: wirePort, caFile }, credentials: cloud.signIn() })
  const tokens = await signInForTokens(cognito, { clientId: hub.userPoolClientId, ...(await user('tenant1')) })
  return tokens.refreshToken ?? ''
}

const printed = async (REFRESH_TOKEN: string) => {
  const { hub, wirePort, caFile } = platform
  const { stdout } = await run(process.execPath, [join(directory, 'program.mjs')], {
    env: {
      REGION: hub.region,
      CLIENT_ID: hub.userPoolClientId,
      REFRESH_TOKEN,
      ...connectionVariables({ caFile, wirePort }),
    },
  })
  return JSON.parse(stdout) as readonly string[]
}

it('fetches a token that the gateway takes, once for as long as it is good', async () => {
  const [token = '', again] = await printed(await refreshToken())
  expect(again).toBe(token)
  expect((await platform.call({ method: 'GET', path: '/tenant1/models', token })).status).toBe(200)
})

it('says why there is none', async () => {
  await expect(printed('none')).rejects.toThrow(/No token: .+/)
})
