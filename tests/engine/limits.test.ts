/**
 * A hub's limits by the real engine: a tenant beyond one is refused by its preview and its up, and nothing of it is made. So is
 * one that takes what another has, also from a folder in which the other's stack file is not.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSettings } from '../../cli/pulumi/stack-files.ts'
import { type Engine, startEngine } from '../../proof/harness/cli-provider.ts'
import { hubStack, organizationOf } from '../../proof/soak/tenants.ts'
import { tenantStacks } from '../scale/tenant-stacks.ts'
import { cli } from './cli.ts'

const quiet = { color: 'never' } as const

const { tenants, stackOf } = tenantStacks(91)

describe.skipIf(!cli)('a hub’s limits', () => {
  let engine: Engine

  beforeAll(async () => {
    if (!cli) return
    const hub = withSettings(hubStack(), { concurrencyLimit: '1100', spokesCidrBlock: '10.64.0.0/16' })
    engine = await startEngine(cli, {
      delayMilliseconds: 0,
      organization: organizationOf(tenants),
      stackFiles: { hub: JSON.stringify({ config: hub.config }) },
    })
    await (await engine.stack('hub')).up(quiet)
  })
  afterAll(async () => {
    await engine?.close()
  })

  /** The stack files beside the program, besides the hub's. */
  const write = (...stacks: readonly Stack[]) => {
    for (const file of readdirSync(engine.project))
      if (/^Pulumi\.spoke-.*\.yaml$/.test(file)) rmSync(join(engine.project, file))
    for (const { stack, config } of stacks)
      writeFileSync(join(engine.project, `Pulumi.${stack}.yaml`), JSON.stringify({ config }))
  }
  const of = (stack: string) => engine.cloud.ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))

  async function refused(name: string, refusal: RegExp): Promise<void> {
    const stack = await engine.stack(name)
    const { version } = engine.cloud.ledger
    await expect(stack.preview(quiet)).rejects.toThrow(refusal)
    await expect(stack.up(quiet)).rejects.toThrow(refusal)
    expect(engine.cloud.ledger.version).toBe(version)
    expect(of(name)).toEqual([])
  }

  it('the 91st tenant is refused', async () => {
    write(...tenants.map((_, index) => stackOf(index + 1)))
    await refused(
      'spoke-tenant91',
      /has 91 tenants, and its load balancer carries 90: .*second hub, a cell .*docs\/operations\.md/s,
    )
  })

  it('reservations over the account’s concurrency are refused', async () => {
    const tier = JSON.stringify({ memoryMegabytes: 512, timeoutSeconds: 60, reservedConcurrency: 900 })
    write(stackOf(1, { tier }), stackOf(90, { tier }))
    await refused('spoke-tenant90', /reserve 1800 concurrent executions together, .* has 1000 .*concurrencyLimit/s)
  })

  it('a tenant for whom the supernet has no room is refused', async () => {
    write(stackOf(1, { cidrBlock: '10.64.0.0/16' }), stackOf(89))
    await refused(
      'spoke-tenant89',
      /supernet 10\.64\.0\.0\/16 is full: no \/24 is free for spoke-tenant89.*second hub/s,
    )
  })

  describe('beside a tenant whose stack file is elsewhere', () => {
    let before: ReturnType<typeof of>
    beforeAll(async () => {
      write(stackOf(1))
      await (await engine.stack('spoke-tenant1')).up(quiet)
      before = of('spoke-tenant1')
    })

    it('its block is refused', async () => {
      write(stackOf(88, { cidrBlock: '10.64.0.128/25' }))
      await refused(
        'spoke-tenant88',
        /\(10\.64\.0\.128\/25\) overlaps 10\.64\.0\.0\/24, which another tenant .*The next free one is 10\.64\.1\.0\/25/s,
      )
    })

    it('its id is AWS’s to refuse, and nothing of it is changed or taken over, also when the claimant goes', async () => {
      write({ ...stackOf(2, { tenantId: 'tenant1' }), stack: 'spoke-claimant' })
      const claimant = await engine.stack('spoke-claimant')
      await expect(claimant.up(quiet)).rejects.toThrow(/EntityAlreadyExists|ResourceConflict|AlreadyExists/)
      expect(of('spoke-tenant1')).toEqual(before)
      await claimant.destroy(quiet)
      // What outlives a tenant, in the claimant's own account, where it was made before the id was refused.
      const left = of('spoke-claimant').map(({ type, account }) => `${type} ${account}`)
      expect(['aws:cloudwatch/logGroup:LogGroup 500000000002']).toEqual(expect.arrayContaining(left))
      expect(of('spoke-tenant1')).toEqual(before)
      write(stackOf(1))
      const { resourceChanges = {} } = (await (await engine.stack('spoke-tenant1')).up(quiet)).summary
      // A reference to another stack is read: the engine counts it so, or as the same.
      expect(Object.keys(resourceChanges).filter((change) => change !== 'read')).toEqual(['same'])
    })
  })
})
