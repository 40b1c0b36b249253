/** `genai doctor --aws` as people run it: in a process of its own, with AWS's own environment variables, on a platform that is deployed. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Row } from '../../cli/doctor/check.ts'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'

let platform: Platform
let folder: string
beforeAll(async () => {
  platform = await startPlatform()
  folder = mkdtempSync(join(tmpdir(), 'genai-doctor-'))
})
afterAll(async () => {
  await platform?.close()
  rmSync(folder, { recursive: true, force: true })
})

type Variables = Readonly<Record<string, string>>

function deployer(): Variables {
  const { accessKeyId, secretAccessKey, sessionToken } = platform.cloud.signIn()
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken }
}

function run(args: readonly string[], variables: Variables = deployer()) {
  const { caFile, wirePort } = platform
  const surroundings = { PATH: process.env.PATH, HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' }
  const env = { ...surroundings, ...connectionVariables({ caFile, wirePort }), ...variables }
  const command = [join(PROJECT_DIRECTORY, 'cli/main.ts'), 'doctor', ...args]
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, command, { cwd: folder, env, maxBuffer: 10_000_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
  })
}

const rowsOf = (stdout: string) => JSON.parse(stdout) as readonly Row[]

it('finds a platform that is deployed as it should be: what is there is its own', { timeout: 300_000 }, async () => {
  // As in a shell that is signed in as a user: the user's token is for the gateway, and AWS is asked with signatures.
  const signedIn = { ...deployer(), AWS_BEARER_TOKEN_BEDROCK: await platform.token('tenant1') }
  const { stdout, stderr } = await run(['--aws', '--json'], signedIn)
  const rows = rowsOf(stdout).filter(({ subject }) => subject !== 'this machine')
  expect(rows.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  const names = rows.filter(({ id }) => id === 'names').map(({ subject, said }) => `${subject}: ${said}`)
  expect(names.map((name) => name.split(':')[0])).toEqual([
    'hub',
    'spoke-tenant1',
    'spoke-tenant1',
    'spoke-tenant2',
    'spoke-tenant2',
  ])
  // All that is there is the stack's own: as many as there are names.
  for (const name of names) expect(name).toMatch(/: (\d+) names are free, or this stack's own \(\1\)$/)
  expect(rows.find(({ about }) => about === 'VPCs')?.said).toContain('1 needed, 0 in use by others')
  // No terminal, no progress and no colours.
  expect(stderr).toBe('')
})

it('prints a table for people, and its exit code says whether anything is to be put right', {
  timeout: 300_000,
}, async () => {
  const { code, stdout } = await run(['spoke-tenant1', '--aws'])
  expect(stdout).toContain('spoke-tenant1 · account 222222222222\n')
  expect(stdout).toContain("  ✓ Do the stack file's credentials lead to its account?\n")
  expect(stdout).toMatch(/AWS: \d+ ✓, \d+ ✗, 0 \?, 0 not asked\n$/)
  expect(stdout).not.toContain('\u001b')
  expect(code).toBe(/, 0 ✗/.test(stdout) ? 0 : 1)
})

it('without credentials nothing is ✓ but this machine, and the exit code is 1', { timeout: 300_000 }, async () => {
  const { code, stdout } = await run(['--aws', '--json'], {})
  expect(code).toBe(1)
  const others = rowsOf(stdout).filter(({ subject }) => subject !== 'this machine')
  expect(others.length).toBeGreaterThan(10)
  expect(others.filter(({ verdict }) => verdict === 'ok' || verdict === 'unclear')).toEqual([])
  expect(others.some(({ said }) => said.includes('CredentialsProviderError'))).toBe(true)
})

it('--policy prints the policy and asks nobody; two ways to ask are refused', { timeout: 300_000 }, async () => {
  const { code, stdout } = await run(['--policy'], {})
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ Version: '2012-10-17', Statement: expect.any(Array) })
  const both = await run(['--aws', '--role', 'reader', '--as-deployer'])
  expect(both).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('say two things') })
  const unknown = await run(['spoke-nobody', '--aws'])
  expect(unknown.stderr).toMatch(/There is no Pulumi.spoke-nobody.yaml.\nThere are hub/)
})

it('--deployed asks as the user that the shell is signed in as, and writes verification.md', {
  timeout: 300_000,
}, async () => {
  const signedIn = {
    GATEWAY_URL: platform.localUrl,
    TENANT_ID: 'tenant1',
    ID_TOKEN: await platform.token('tenant1'),
    ...deployer(),
  }
  const { code, stdout, stderr } = await run(['--aws', '--deployed'], signedIn)
  const report = readFileSync(join(folder, 'verification.md'), 'utf8')
  expect(stderr).toBe(`Written: ${join(folder, 'verification.md')}\n`)
  expect(report).toMatch(
    /## What does the load balancer answer without a token\?\n- \*\*as expected\*\*: 401 by the load balancer/,
  )
  expect(report).toMatch(/\*\*not asked\*\*: It takes the destruction of a tenant/)
  // A token is in neither.
  expect(stdout + report).not.toContain(signedIn.ID_TOKEN)
  expect({ code, failed: stdout.match(/ ✗ .*/g) }).toEqual({ code: 0, failed: null })
})
