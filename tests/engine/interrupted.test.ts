/**
 * Deployments that end before their time, at several points of each kind, and are resumed as docs/operations.md says: nothing
 * is lost, and nothing is there twice.
 */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rowOf } from '@genai/local-cloud/aws/registry'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { importIdOf } from '@genai/local-cloud/resource/import-id'
import type { Deployment as State } from '@pulumi/pulumi/automation/index.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Deployment, importFile, pendingCreations } from '../../cli/pulumi/pending.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { callers } from '../deployments/callers.ts'
import { type DeployedByCli, deployByCli } from '../deployments/deploy.ts'
import { ofStack, SHORT_TIER, type Standing, typesOf } from '../deployments/while-served.ts'
import { cli } from './cli.ts'
import type { RunningCli } from './engine.ts'

const quiet = { color: 'never' } as const
const STACK = 'spoke-tenant2'

/** When a deployment is interrupted: after so many changes, or when it has written this. */
type Point = number | string

describe.skipIf(!cli)('interrupted', () => {
  let deployed: DeployedByCli
  let standing: Standing

  beforeAll(async () => {
    if (!cli) return
    deployed = await deployByCli(cli, { delayMilliseconds: 30 }, { [STACK]: { tier: SHORT_TIER } })
    standing = { deployed, clients: callers(deployed, deployed.hub) }
    deployed.cloud.ledger.onChange(() => changed())
  })
  afterAll(async () => {
    await deployed?.close()
  })

  const pulumi = (...args: readonly string[]) => deployed.engine.pulumi([...args, '-s', STACK])
  /** Told of every change as soon as it is made, before the engine is answered. */
  let changed = () => {}

  async function succeed(running: RunningCli): Promise<string> {
    const { code, output } = await running.ended
    expect({ code, output }).toEqual({ code: 0, output })
    return output
  }

  /** @returns its exit code; null when it was killed */
  async function interrupted(verb: 'up' | 'destroy', point: Point, how: 'kill' | 'interrupt') {
    const running = pulumi(verb, '--yes', '--skip-preview')
    if (typeof point === 'string') await expect.poll(running.written, { interval: 5 }).toContain(point)
    else {
      let count = 0
      const reached = new Promise<void>((resolve) => {
        changed = () => {
          count += 1
          if (count === point) resolve()
        }
      })
      const early = running.ended.then(({ output }) => {
        throw new Error(`${verb} ended after ${count} changes, before ${point}: ${output}`)
      })
      early.catch(() => undefined)
      await Promise.race([reached, early])
    }
    running[how]()
    const { code } = await running.ended
    // What was on its way arrives, or is given up.
    await setTimeout(300)
    restoreState()
    return code
  }

  /** Step 0 of docs/operations.md: the notes that a file backend keeps beside a state may have been cut off; the state itself is not. */
  function restoreState(): void {
    const folder = fileURLToPath(deployed.engine.variables().PULUMI_BACKEND_URL ?? '')
    const file = join(folder, '.pulumi', 'stacks', 'genai-hub-spoke', `${STACK}.json`)
    for (const notes of [`${file}.attrs`, `${file}.bak.attrs`])
      if (existsSync(notes) && readFileSync(notes).length === 0) rmSync(notes)
  }

  async function state(): Promise<Required<Pick<Deployment, 'resources'>> & Deployment> {
    const { deployment }: State = await (await deployed.engine.stack(STACK)).exportStack()
    return { ...deployment, resources: deployment.resources ?? [] }
  }

  /** What AWS has of a stack that is not in its state, by its URN. */
  async function unknown(): Promise<ReadonlyMap<string, Declared>> {
    const known = new Set((await state()).resources.map(({ urn, id }) => `${urn} ${id}`))
    const there = ofStack(deployed, STACK).map((one) => [one.urn.replace(/#\d+$/, ''), one] as const)
    return new Map(there.filter(([urn, { id }]) => !known.has(`${urn} ${id}`)))
  }

  /** Steps 1 to 4 of docs/operations.md. @returns how many resources were taken over, and how many were deleted by hand */
  async function recovered(): Promise<{ readonly imported: number; readonly deleted: number }> {
    expect((await pulumi('up', '--yes', '--skip-preview').ended).output).toContain('the stack is currently locked')
    await succeed(deployed.engine.pulumi(['cancel', '--yes', STACK]))
    const deployment = await state()
    const pending = pendingCreations(deployment)
    const lost = await unknown()
    // Whatever AWS has beyond the state is told, and so is what to do about it.
    expect(pending.map(({ urn }) => urn)).toEqual(expect.arrayContaining([...lost.keys()]))
    let deleted = 0
    for (const { urn, remedy } of pending) {
      const one = lost.get(urn)
      if (remedy !== 'delete' || !one) continue
      await deployed.cloud.ledger.delete(one.urn)
      deleted += 1
    }
    if (pending.length > 0) await succeed(pulumi('refresh', '--yes', '--skip-preview', '--clear-pending-creates'))
    const { nameTable, resources } = importFile(deployment, (urn) => {
      const one = lost.get(urn)
      return one ? importIdOf(rowOf(one.type), one) : ''
    })
    const there = resources.filter(({ id }) => id !== '')
    if (there.length > 0) {
      const file = join(deployed.project, 'import.json')
      writeFileSync(file, JSON.stringify({ nameTable, resources: there }))
      await succeed(pulumi('import', '--file', file, '--yes', '--protect=false', '--generate-code=false'))
    }
    return { imported: there.length, deleted }
  }

  /** `npm run genai -- pending`, in the shell that deploys. */
  async function asCommand(): Promise<void> {
    const file = join(deployed.project, 'pending.json')
    rmSync(file, { force: true })
    const args = ['cli/main.ts', 'pending', STACK, '--out', file]
    const env = {
      ...process.env,
      ...deployed.engine.variables(),
      PATH: `${dirname(cli?.command.command ?? '')}:${process.env.PATH}`,
    }
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT_DIRECTORY, env })
    expect(stdout).toMatch(/creations? w(?:as|ere) interrupted/)
    expect(stdout).toContain('aws:')
    const deployment = await state()
    const { resources } = importFile(deployment)
    if (resources.length > 0) expect(JSON.parse(readFileSync(file, 'utf8')).resources).toEqual(resources)
  }

  async function finished(): Promise<void> {
    const stack = await deployed.engine.stack(STACK)
    await stack.up(quiet)
    await stack.up({ ...quiet, refresh: true, expectNoChanges: true })
    expect(typesOf(deployed, STACK)).toEqual(typesOf(deployed, 'spoke-tenant1'))
    expect(await unknown()).toEqual(new Map())
    expect((await standing.clients.invoke('tenant2')).status).toBe(200)
    expect((await standing.clients.invoke('tenant1')).status).toBe(200)
  }

  it('an update that was killed is made by the next up', async () => {
    await deployed.engine.stack(STACK, { tier: SHORT_TIER.replace('256', '512') })
    expect(await interrupted('up', 1, 'kill')).toBeNull()
    expect(await recovered()).toEqual({ imported: 0, deleted: 0 })
    const stack = await deployed.engine.stack(STACK)
    await stack.up(quiet)
    await stack.up({ ...quiet, expectNoChanges: true })
  })

  it('a move that was killed, while the new network was made and while the old one was kept, goes on and is as whole', async () => {
    await deployed.engine.stack(STACK, { cidrBlock: '10.64.9.0/24' })
    expect(await interrupted('up', 6, 'kill')).toBeNull()
    const { deleted } = await recovered()
    expect(deleted).toBeGreaterThan(0)
    expect((await standing.clients.invoke('tenant2')).status).toBe(200)
    expect(await interrupted('up', 'tenant2 has moved', 'kill')).toBeNull()
    await recovered()
    expect((await standing.clients.invoke('tenant2')).status).toBe(200)
    await finished()
    expect(JSON.stringify(ofStack(deployed, STACK))).not.toContain('10.64.1.')
  })

  it('a destroy that was killed early and late is done by the next one', async () => {
    for (const point of [3, 30]) {
      expect(await interrupted('destroy', point, 'kill')).toBeNull()
      await succeed(deployed.engine.pulumi(['cancel', '--yes', STACK]))
    }
    await succeed(pulumi('destroy', '--yes', '--skip-preview'))
    expect(ofStack(deployed, STACK)).toEqual([])
    expect((await standing.clients.invoke('tenant1')).status).toBe(200)
  })

  it('a new tenant’s up that was killed at its start, in the middle and near its end makes one tenant', async () => {
    let imported = 0
    for (const point of [2, 14, 12]) {
      expect(await interrupted('up', point, 'kill')).toBeNull()
      if (point === 2) await asCommand()
      imported += (await recovered()).imported
    }
    expect(imported).toBeGreaterThan(0)
    await finished()
  })

  it('Ctrl-C ends a destroy and an up in order: nothing is pending, and the next one goes on', async () => {
    for (const verb of ['destroy', 'up'] as const) {
      const code = await interrupted(verb, 12, 'interrupt')
      // A destroy that is stopped between two steps, none of which fails by it, ends with 0: Pulumi's engine calls that no cancellation.
      if (verb === 'up') expect(code).not.toBe(0)
      expect(ofStack(deployed, STACK).length).toBeGreaterThan(0)
      expect((await state()).pending_operations ?? []).toEqual([])
      expect(await unknown()).toEqual(new Map())
      if (verb === 'destroy') await succeed(pulumi(verb, '--yes', '--skip-preview'))
    }
    await finished()
  })
})
