/** What the real engine's next `up` does to those who deployed an earlier version: nothing of theirs is replaced or deleted. */
import type { Deployment, OpMap, Stack } from '@pulumi/pulumi/automation/index.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readStack, withSettings } from '../../cli/pulumi/stack-files.ts'
import { type Engine, startEngine } from '../../proof/harness/cli-provider.ts'
import { fixtureNames, readFixture } from '../upgrade/fixture.ts'
import { hasStates, readStates } from '../upgrade/state.ts'
import { NEW_AT_SHARED_ENDPOINT, OPENED, SAMPLE } from '../upgrade/variants.ts'
import { cli } from './cli.ts'

const quiet = { color: 'never' } as const
/** Operations that take nothing from anybody. */
const HARMLESS = ['create', 'update', 'same', 'read', 'refresh']

const losses = (changes: OpMap) => Object.entries(changes).filter(([operation]) => !HARMLESS.includes(operation))

describe.skipIf(!cli).each(fixtureNames().filter(hasStates))('an upgrade of %s by the CLI', (version) => {
  let engine: Engine
  const states = readStates(version)

  beforeAll(async () => {
    if (!cli) return
    engine = await startEngine(cli, { delayMilliseconds: 0 })
    // The sample files: the first variant.
    for (const one of readFixture(version)[0]?.resources ?? []) await engine.cloud.ledger.put(one)
  })
  afterAll(async () => {
    await engine?.close()
  })

  async function imported(name: string, state: Deployment | undefined = states[name]): Promise<Stack> {
    if (!state) throw new Error(`no state of ${name}`)
    const stack = await engine.stack(name, SAMPLE[name])
    await stack.importStack(state)
    return stack
  }

  it('sees another description of a group, which replaces it', async () => {
    const state = JSON.stringify(states.hub)
    const changed = state.replaceAll(
      '"description":"Interface endpoints: HTTPS from the private subnets"',
      '"description":"Other words"',
    )
    expect(changed).not.toBe(state)
    const stack = await imported('hub', JSON.parse(changed))
    expect(losses((await stack.preview(quiet)).changeSummary)).toEqual([['replace', expect.any(Number)]])
  })

  it('replaces and deletes nothing: the hub, then a tenant', async () => {
    const hub = await imported('hub')
    const preview = await hub.preview(quiet)
    expect(losses(preview.changeSummary), preview.stdout).toEqual([])
    await hub.up(quiet)
    const tenant = await imported('spoke-tenant1')
    const next = await tenant.preview(quiet)
    expect(losses(next.changeSummary), next.stdout).toEqual([])
  })

  /** An `up` of what stands, with settings turned on. */
  async function turnedOn(what: string, name: string): Promise<void> {
    const stack = await engine.stack(name, OPENED[what]?.[name])
    const { summary, stdout } = await stack.up(quiet)
    expect(losses(summary.resourceChanges ?? {}), stdout).toEqual([])
    expect(summary.resourceChanges?.create).toBeGreaterThan(0)
  }

  it('nor does the private door, opened on that hub and for the tenant as it was deployed then', async () => {
    await turnedOn('the private door', 'hub')
    await turnedOn('the private door', 'spoke-tenant1')
  })

  it('nor does a shared model endpoint, with a new tenant at it', async () => {
    await turnedOn('a model endpoint that tenants share', 'hub')
    const { config } = withSettings(readStack('spoke-tenant1'), NEW_AT_SHARED_ENDPOINT)
    engine.write('spoke-tenant3', config)
    const { summary } = await (await engine.stack('spoke-tenant3')).up(quiet)
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(['create'])
  })
})
