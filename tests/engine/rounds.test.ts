/**
 * Made and destroyed again and again, with all parallelism, in whatever order random delays make of it: that it passed once is
 * no proof that the programs' dependencies are right. `ENGINE_ROUNDS` asks for more rounds.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'

const quiet = { color: 'never', parallel: 1000 } as const
const TENANTS = ['spoke-tenant1', 'spoke-tenant2']
const ROUNDS = Number(process.env.ENGINE_ROUNDS ?? 2)

describe.skipIf(!cli)('two tenants at the same time', () => {
  let engine: Engine
  beforeAll(async () => {
    if (!cli) return
    // Longer than the engine needs from one step to the next, so that any order that is possible happens.
    engine = await startEngine(cli, { delayMilliseconds: 150 })
    await (await engine.stack('hub', { deletionProtection: 'false' })).up(quiet)
  })
  afterAll(async () => {
    await engine?.close()
  })

  const declared = () => engine.cloud.ledger.all().map(({ urn, id }) => `${urn} ${id}`)

  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))('round %i', async () => {
    const hub = declared()
    const tenants = await Promise.all(TENANTS.map((name) => engine.stack(name)))
    await Promise.all(tenants.map((stack) => stack.up(quiet)))
    const made = declared().length - hub.length
    expect(made).toBeGreaterThan(80)

    const from = engine.events.length
    await Promise.all(tenants.map((stack) => stack.destroy(quiet)))
    expect(declared()).toEqual(hub)
    const deleted = engine.events
      .slice(from)
      .flatMap((event) => (event.kind === 'change' && event.operation === 'delete' ? [event] : []))
    expect(deleted).toHaveLength(made)
    for (const tenant of ['tenant1', 'tenant2']) {
      const at = (type: string, id: string) => {
        const index = deleted.findIndex((event) => event.type === type && event.id === id)
        expect({ type, id, index }).not.toMatchObject({ index: -1 })
        return index
      }
      const name = `genai-gateway-${tenant}`
      // AWS lets a role go while its function is there; the function could then not remove its network interfaces.
      expect(at('aws:lambda/function:Function', name)).toBeLessThan(
        at('aws:iam/rolePolicy:RolePolicy', `${name}:gateway`),
      )
      expect(at('aws:iam/rolePolicy:RolePolicy', `${name}:gateway`)).toBeLessThan(at('aws:iam/role:Role', name))
    }
  })
})

describe.skipIf(!cli)('a hub with NAT gateways', () => {
  let engine: Engine
  beforeAll(async () => {
    if (cli) engine = await startEngine(cli, { delayMilliseconds: 150 })
  })
  afterAll(async () => {
    await engine?.close()
  })

  // Nothing tells the engine that an internet gateway outlives the addresses behind it: awsx does not.
  it('is made and destroyed, whenever its internet gateway is asked to go', async () => {
    const stack = await engine.stack('hub', { deletionProtection: 'false', keySetVia: 'nat' })
    await stack.up(quiet)
    expect(engine.cloud.ledger.all('aws:ec2/natGateway:NatGateway').length).toBeGreaterThan(0)
    await stack.up({ ...quiet, refresh: true, expectNoChanges: true })
    await stack.destroy(quiet)
    expect(engine.cloud.ledger.all()).toEqual([])
  })
})
