/** `tenant guardrail` and `tenant remove` as an operator types them, beside an `npm start` whose tenant has a guardrail. */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@genai/local-cloud/testing/until'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ANY_PORT, copyProject, runIn } from './project-copy.ts'

const ACCOUNT = '222222222222'

let project: string
let child: ChildProcess | undefined
let output = ''
beforeAll(async () => {
  project = copyProject()
  rmSync(join(project, 'Pulumi.spoke-tenant2.yaml'))
  appendFileSync(file(), '  genai-hub-spoke:guardrail: { words: [Project Nightingale] }\n')
  child = spawn(process.execPath, ['cli/main.ts', 'start', ...ANY_PORT], { cwd: project })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  child.once('exit', () => (output += 'until Ctrl-C: it ended'))
  await until('the gateway', () => output.includes('until Ctrl-C'))
})
afterAll(() => {
  child?.kill('SIGKILL')
  rmSync(project, { recursive: true, force: true })
})

const file = () => join(project, 'Pulumi.spoke-tenant1.yaml')
const guardrail = (...flags: readonly string[]) => runIn(project, ['tenant', 'guardrail', 'tenant1', ...flags])
const remove = () => runIn(project, ['tenant', 'remove', 'tenant1', '--yes'])
const shown = async () => (await guardrail()).stdout

const NOT_ENFORCED = `Account ${ACCOUNT} enforces no guardrail: only the gateway's calls carry the tenant's, in version 1.\n`

it('is not enforced before somebody types the number of the account', async () => {
  expect(await guardrail()).toMatchObject({ code: 0, stdout: NOT_ENFORCED, stderr: '' })
  for (const [typed, says] of [
    ['', `Type ${ACCOUNT}, or add --yes. Nothing was changed.`],
    ['tenant1\n', `That was not ${ACCOUNT}.`],
  ] as const) {
    const refused = await runIn(project, ['tenant', 'guardrail', 'tenant1', '--enforce'], typed)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain(says)
  }
  expect((await guardrail('--enforce', '--lift')).stderr).toContain('--enforce and --lift say two things.')
  expect(await shown()).toBe(NOT_ENFORCED)
  expect(await guardrail('--lift')).toMatchObject({ code: 0, stdout: `Account ${ACCOUNT} enforced none.\n` })
})

it('is enforced, and its tenant is not removed meanwhile', async () => {
  const enforced = await runIn(project, ['tenant', 'guardrail', 'tenant1', '--enforce'], `${ACCOUNT}\n`)
  expect(enforced).toMatchObject({
    code: 0,
    stdout: `Account ${ACCOUNT} enforces the guardrail of tenant1 in version 1.\n`,
    stderr: expect.stringContaining(`Every call of models in account ${ACCOUNT} will be looked at`),
  })
  expect(await shown()).toBe(`Account ${ACCOUNT} enforces the tenant's guardrail in version 1.\n`)
  const refused = await remove()
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain(
    'The account of tenant1 enforces its guardrail on every call, and would go on when the guardrail is gone.\n' +
      'First: npm run tenant -- guardrail tenant1 --lift. Nothing was changed.',
  )
  const listed = JSON.parse((await runIn(project, ['tenant', 'list', '--json'])).stdout)
  expect(listed).toMatchObject([{ tenant: 'tenant1', status: 'active' }])
})

it('names a version: after other rules were deployed no call is answered until it is enforced again', async () => {
  writeFileSync(file(), readFileSync(file(), 'utf8').replace('Project Nightingale', 'Zebra'))
  // The version that is enforced is gone. Whoever lifts it first, as docs/governance.md says, sees nothing of that.
  expect(await runIn(project, ['up', 'spoke-tenant1'])).toMatchObject({ code: 1 })
  expect(await shown()).toBe(
    `Account ${ACCOUNT} enforces the tenant's guardrail in version 1, and the tenant has version 2: run it again with --enforce.\n`,
  )
  expect(await guardrail('--enforce', '--yes')).toMatchObject({ code: 0, stderr: '' })
  expect(await shown()).toBe(`Account ${ACCOUNT} enforces the tenant's guardrail in version 2.\n`)
  const again = await runIn(project, ['up', 'spoke-tenant1'])
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('tenant1 was answered by nova-2-lite') })
})

it('is lifted, and then its tenant is removed', async () => {
  const lifted = `Account ${ACCOUNT} enforces no guardrail any more.\n`
  expect(await guardrail('--lift')).toMatchObject({ code: 0, stdout: lifted, stderr: '' })
  expect(await shown()).toBe(NOT_ENFORCED.replace('version 1', 'version 2'))
  const removed = await remove()
  expect(removed).toMatchObject({ code: 0, stderr: '' })
  expect(removed.stdout).toContain('2. spoke-tenant1 destroyed')
  expect((await guardrail()).stderr).toContain('tenant1 is not deployed in this hub.')
})
