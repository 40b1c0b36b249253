/** A second factor: `login` as a process against a hub with `userPoolMfa`, from setting up an app to losing it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { totpCode, totpStep } from '@genai/local-cloud/aws/cognito/totp'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoClient } from '../../cli/hub/cognito.ts'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { memberOf, resetSecondFactor } from '../../cli/tenant/users.ts'
import { type Platform, startPlatform } from './platform.ts'

const PROTECTED = { deletionProtection: false }

let platform: Platform
beforeAll(async () => {
  const hub = { ...PROTECTED, userPoolMfa: 'optional' }
  platform = await startPlatform({ settings: { hub }, stacks: ['hub', 'spoke-tenant1'] })
})
afterAll(() => platform.close())

/** Signs the tenant's user in. @param answer what the user types when the command shows something of an app */
async function login(flags: readonly string[], answer?: (shown: string) => string | undefined) {
  const { username, password } = await platform.user('tenant1')
  const { hub, localUrl } = platform
  const named = ['--gateway-url', localUrl, '--client-id', hub.userPoolClientId, '--region', hub.region]
  const main = join(PROJECT_DIRECTORY, 'cli/main.ts')
  const child = spawn(
    process.execPath,
    [main, 'login', 'tenant1', '--json', '--username', username, ...named, ...flags],
    {
      env: { PATH: process.env.PATH, ...connectionVariables(platform) },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  let [output, said, answered] = ['', '', false]
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    const line = answered ? undefined : answer?.(said)
    if (line === undefined) return
    answered = true
    child.stdin.end(`${line}\n`)
  })
  child.stdin.write(`${password}\n`)
  if (!answer) child.stdin.end()
  const [code] = await once(child, 'close')
  return { code, said, token: code === 0 ? String(JSON.parse(output).ID_TOKEN) : undefined }
}

const keyIn = (said: string) => /^ {2}key {3}([A-Z2-7]{32})$/m.exec(said)?.[1]
const now = () => Date.now() / 1000
/** A code that no sign-in has used: each is good once, and so is the next one a little before its time. */
let last = 0
function freshCode(key: string): string {
  last = Math.max(last + 1, totpStep(now()))
  return totpCode(key, last)
}

describe('userPoolMfa: optional', () => {
  let key = ''

  it('the password is enough for whoever has set up nothing', async () => {
    const { code, token = '' } = await login([])
    expect(code).toBe(0)
    expect(decodeJwt(token)['custom:tenant_id']).toBe('tenant1')
  })

  it('login --set-up-code shows a key, takes the first code, and prints neither for the shell', async () => {
    const { code, said, token } = await login(['--set-up-code'], (shown) => {
      const found = keyIn(shown)
      if (found === undefined || !shown.includes('link')) return undefined
      key = found
      return freshCode(found)
    })
    expect({ code, said }).toMatchObject({ code: 0 })
    expect(said).toContain(`?secret=${key}&issuer=`)
    expect(token).toBeDefined()
  })

  it('from then on nobody signs in by the password alone, nor by a code that was used', async () => {
    expect(await login([])).toMatchObject({ code: 1, said: expect.stringContaining('No password was given') })
    expect(await login(['--code', '000000'])).toMatchObject({
      code: 1,
      said: expect.stringMatching(/not take that code/),
    })
    const code = freshCode(key)
    const signedIn = await login(['--code', code])
    expect(signedIn).toMatchObject({ code: 0 })
    const { status } = await platform.call({
      method: 'POST',
      path: '/tenant1/invoke',
      token: signedIn.token ?? '',
      body: { prompt: 'Who are you?' },
    })
    expect(status).toBe(200)
    expect(await login(['--code', code])).toMatchObject({
      code: 1,
      said: expect.stringMatching(/already been used once/),
    })
  })

  it('a lost device is taken away by the operator, and the password is enough again', async () => {
    await resetMfa()
    expect(await login([])).toMatchObject({ code: 0 })
  })
})

describe('userPoolMfa: required', () => {
  it('is set on the pool that is there, in place', async () => {
    const before = platform.resource('aws:cognito/userPool:UserPool')
    await platform.deploy('hub', { ...PROTECTED, userPoolMfa: 'required' })
    const after = platform.resource('aws:cognito/userPool:UserPool')
    expect(after.id).toBe(before.id)
    expect(after.outputs.mfaConfiguration).toBe('ON')
  })

  it('everybody shows a code, whatever they preferred, and the operator is told what Cognito keeps', async () => {
    expect(await login([])).toMatchObject({ code: 1 })
    await expect(resetMfa()).rejects.toThrow(/has the authenticator app still/)
  })

  it('is taken back in place as well', async () => {
    await platform.deploy('hub', PROTECTED)
    expect(await login([])).toMatchObject({ code: 0 })
    expect(await login(['--set-up-code'], (shown) => (shown.includes('link') ? '000000' : undefined))).toMatchObject({
      code: 1,
      said: expect.stringMatching(/asks for no second factor/),
    })
  })
})

async function resetMfa(): Promise<void> {
  const { hub, wirePort: port, caFile, cloud } = platform
  const cognito = cognitoClient(hub.region, { local: { port, caFile }, credentials: cloud.signIn() })
  const pool = { cognito, userPoolId: hub.userPoolId }
  const { username } = await platform.user('tenant1')
  await resetSecondFactor(pool, await memberOf(pool, 'tenant1', username), 'tenant1').finally(() => cognito.destroy())
}
