/** A hub's limits by the real engine: a tenant beyond one is refused by its preview and its up, and nothing of it is made. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, startEngine } from '../../cli/engine.ts'
import { hubStack, organizationOf, spokeStack, tenantsOf } from '../../cli/soak/tenants.ts'
import { cli } from '../engine/cli.ts'

const LONG = 180_000
const quiet = { color: 'never' } as const

describe.skipIf(!cli)('the 91st tenant of a load balancer', { timeout: LONG }, () => {
  let engine: Engine

  beforeAll(async () => {
    if (!cli) return
    const tenants = tenantsOf(91)
    const stacks = [hubStack(), ...tenants.map(spokeStack)]
    engine = await startEngine(cli, {
      delayMilliseconds: 0,
      organization: organizationOf(tenants),
      stackFiles: Object.fromEntries(stacks.map(({ stack, config }) => [stack, JSON.stringify({ config })])),
    })
    await (await engine.stack('hub')).up(quiet)
  }, LONG)
  afterAll(async () => {
    await engine?.close()
  }, LONG)

  it('is refused before anything is made, with what to do', async () => {
    const stack = await engine.stack('spoke-tenant91')
    const { version } = engine.cloud.ledger
    const refusal = /has 91 tenants, and its load balancer carries 90: .*second hub, a cell .*docs\/operations\.md/s
    await expect(stack.preview(quiet)).rejects.toThrow(refusal)
    await expect(stack.up(quiet)).rejects.toThrow(refusal)
    expect(engine.cloud.ledger.version).toBe(version)
    expect(engine.cloud.ledger.all().filter(({ urn }) => urn.includes(':pulumi:spoke-'))).toEqual([])
  })
})
