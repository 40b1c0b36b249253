/** `doctor --deployed --with-test-tenant` as its users run it: the Pulumi CLI, the commands and Ctrl-C are processes. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeployedRow } from '../../cli/doctor/deployed/run.ts'
import { TEST_STACK } from '../../cli/doctor/test-tenant/stack-file.ts'
import { cli } from '../engine/cli.ts'
import { openShells, type Shells } from './shells.ts'

const ACCOUNT = '444444444444'
const DOCTOR = `node cli/main.ts doctor --deployed --with-test-tenant ${ACCOUNT} --deployer-role arn:aws:iam::${ACCOUNT}:role/genai-deployer --model nova=us.amazon.nova-2-lite-v1:0`

describe.skipIf(!cli)('a test tenant of the doctor’s', () => {
  let shells: Shells
  beforeAll(async () => {
    if (!cli) return
    shells = openShells(cli)
    await shells.serve()
    await shells.succeed('pulumi stack init hub\npulumi config set keySetVia inline -s hub\npulumi up --yes -s hub')
  })
  afterAll(async () => {
    await shells?.close()
  })

  /** But for the log group that a hub with protection keeps. */
  const left = () =>
    shells.deployed().filter((urn) => urn.startsWith(`urn:pulumi:${TEST_STACK}::`) && !urn.includes('flow-logs'))
  const clean = async () => {
    expect(left()).toEqual([])
    expect(existsSync(join(shells.project, `Pulumi.${TEST_STACK}.yaml`))).toBe(false)
    expect(await shells.succeed('pulumi stack ls')).not.toContain(TEST_STACK)
  }

  it('says whose credentials it wants, and asks once, before anything', async () => {
    const without = await shells.run(DOCTOR.replace(/ --deployer-role \S+/, ''))
    expect(without.stderr).toContain('With whose credentials is the test tenant deployed')
    const unsure = await shells.run(DOCTOR, 'no\n')
    expect(unsure.stderr).toMatch(/Deploy a test tenant into 444444444444\? Type 444444444444 to go on/)
    expect(unsure.code).toBe(1)
    await clean()
  })

  it('deploys it, asks, destroys it, and writes what was answered', async () => {
    const { stdout, stderr } = await shells.run(`${DOCTOR} --json`, `${ACCOUNT}\n`)
    const rows: readonly DeployedRow[] = JSON.parse(stdout)
    const verdict = (id: string) => rows.find((row) => row.id === id)?.verdict
    expect([rows[0]?.id, rows.at(-1)?.id], stderr).toEqual(['test-tenant-made', 'test-tenant-gone'])
    for (const id of [
      'test-tenant-made',
      'source-vpce',
      'refusal',
      'guardrail-through-endpoint',
      'second-deletion',
      'test-tenant-gone',
    ])
      expect(`${id} ${verdict(id)}`, stderr).toBe(`${id} ok`)
    // No other tenant is deployed.
    for (const id of ['several-groups', 'foreign-token']) expect(`${id} ${verdict(id)}`).toBe(`${id} notAsked`)
    expect(readFileSync(join(shells.project, 'verification.md'), 'utf8')).toContain('Is it gone again?')
    await clean()
  })

  it.each([
    ['while it is deployed', /creating|created/],
    ['while it is asked', /Is the test tenant deployed\?/],
  ])('Ctrl-C %s: it goes all the same', async (_when, seen) => {
    const { code, stdout, stderr } = await shells.interrupt(DOCTOR, `${ACCOUNT}\n`, seen)
    expect(code, stderr).toBe(seen.source.startsWith('creating') ? 1 : 0)
    expect(stderr).toContain('Interrupted: nothing more is asked, and the test tenant is destroyed.')
    expect(stdout).toMatch(/✓ Is it gone again\?/)
    await clean()
  })
})
