/** What goes wrong on the way: a deployment that is killed, a destroy in the wrong order, changes behind Pulumi's back. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Declared } from '../../local/ledger.ts'
import { type HubOutputs, parseHubOutputs } from '../../shared/contract.ts'
import { type Callers, callers } from './callers.ts'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'

const LONG = 240_000
const quiet = { color: 'never' } as const
const TENANT2 = 'spoke-tenant2'

interface PendingOperation {
  readonly type: string
  readonly resource: { readonly urn: string; readonly type: string; readonly parent: string; readonly provider: string }
}

/** What `pulumi import --file` takes: the resources that were pending and are there, with the ids that AWS gave them. */
function importsOf(pending: readonly PendingOperation[], there: readonly Declared[]) {
  const nameTable: Record<string, string> = {}
  const named = (urn: string) => {
    const name = urn.split('::').slice(2).join(' ')
    nameTable[name] = urn
    return name
  }
  const resources = there.flatMap(({ urn, id }) => {
    const resource = pending.find((operation) => operation.resource.urn === urn)?.resource
    if (!resource) return []
    const { type, parent, provider } = resource
    const name = urn.split('::').at(-1)
    return [{ type, name, id, parent: named(parent), provider: named(provider.slice(0, provider.lastIndexOf('::'))) }]
  })
  return { nameTable, resources }
}

describe.skipIf(!cli)('interrupted and tampered with', { timeout: LONG }, () => {
  let engine: Engine
  let hub: HubOutputs
  let clients: Callers

  beforeAll(async () => {
    if (!cli) return
    engine = await startEngine(cli, { delayMilliseconds: 150 })
    const { outputs } = await (await engine.stack('hub', { deletionProtection: 'false' })).up(quiet)
    hub = parseHubOutputs(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])), 'hub')
    await (await engine.stack('spoke-tenant1')).up(quiet)
    clients = callers(engine, hub)
  }, LONG)
  afterAll(async () => {
    await engine?.close()
  }, LONG)

  const ofStack = (stack: string) => engine.cloud.ledger.all().filter(({ urn }) => urn.includes(`:pulumi:${stack}::`))
  const typesOf = (stack: string) =>
    ofStack(stack)
      .map(({ type }) => type)
      .sort()
  const ofType = (stack: string, type: string, name = ''): Declared => {
    const found = ofStack(stack).filter((one) => one.type === type && one.urn.endsWith(name))
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of ${type} ${name} in ${stack}`)
    return found[0]
  }

  it('Ctrl-C in the middle of an up ends it in order: no lock, nothing pending, all that AWS has in the state', async () => {
    const stack = await engine.stack(TENANT2)
    const up = engine.pulumi(['up', '--yes', '--skip-preview', '-s', TENANT2])
    await expect.poll(() => ofStack(TENANT2).length, { timeout: 60_000, interval: 5 }).toBeGreaterThan(5)
    up.interrupt()
    const { code, output } = await up.ended
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('cancel') })
    const there = ofStack(TENANT2)
    expect(there.length).toBeLessThan(typesOf('spoke-tenant1').length)
    const { deployment } = await stack.exportStack()
    expect(deployment.pending_operations ?? []).toEqual([])
    const ids = new Set((deployment.resources as readonly { id?: string }[]).map(({ id }) => id))
    expect(there.filter(({ id }) => !ids.has(id)).map(({ urn }) => urn)).toEqual([])
    // Another CLI may go on at once; what it does is the next test's.
    expect((await engine.pulumi(['preview', '-s', TENANT2]).ended).code).toBe(0)
  })

  it('an up that is killed half-way is resumed as docs/operations.md says: nothing is lost, nothing is there twice', async () => {
    const stack = await engine.stack(TENANT2)
    const up = engine.pulumi(['up', '--yes', '--skip-preview', '-s', TENANT2])
    await expect.poll(() => ofStack(TENANT2).length, { timeout: 60_000, interval: 5 }).toBeGreaterThan(14)
    up.kill()
    expect((await up.ended).code).toBeNull()
    // What was on its way when the engine was killed arrives, or is given up.
    await new Promise((next) => setTimeout(next, 500))
    const halfWay = ofStack(TENANT2)
    expect(halfWay.length).toBeLessThan(typesOf('spoke-tenant1').length)

    const locked = await engine.pulumi(['up', '--yes', '--skip-preview', '-s', TENANT2]).ended
    expect(locked).toMatchObject({ code: 1, output: expect.stringContaining('the stack is currently locked') })
    expect((await engine.pulumi(['cancel', '--yes', TENANT2]).ended).code).toBe(0)

    const { deployment } = await stack.exportStack()
    const pending: readonly PendingOperation[] = deployment.pending_operations ?? []
    expect(pending.length).toBeGreaterThan(0)
    const known = new Set((deployment.resources as readonly { urn: string }[]).map(({ urn }) => urn))
    // Everything that AWS has is in the state, or among what was pending.
    const unknown = halfWay.filter(({ urn }) => !known.has(urn))
    expect(pending.map(({ resource }) => resource.urn)).toEqual(expect.arrayContaining(unknown.map(({ urn }) => urn)))

    const cleared = ['refresh', '--yes', '--skip-preview', '--clear-pending-creates', '-s', TENANT2]
    expect((await engine.pulumi(cleared).ended).code).toBe(0)
    if (unknown.length > 0) {
      const file = join(engine.project, 'import.json')
      writeFileSync(file, JSON.stringify(importsOf(pending, unknown)))
      const taken = ['import', '--file', file, '--yes', '--protect=false', '--generate-code=false', '-s', TENANT2]
      const { code, output } = await engine.pulumi(taken).ended
      expect({ code, output }).toEqual({ code: 0, output })
    }
    await stack.up(quiet)
    await stack.up({ ...quiet, refresh: true, expectNoChanges: true })
    expect(typesOf(TENANT2)).toEqual(typesOf('spoke-tenant1'))
    expect(ofStack(TENANT2).filter(({ urn }) => urn.includes('#'))).toEqual([])
    expect((await clients.invoke('tenant2')).status).toBe(200)
  })

  it.each([
    ['the Automation API, which skips the preview', async () => await (await engine.stack('hub')).destroy(quiet)],
    [
      'the CLI',
      async () => {
        const { code, output } = await engine.pulumi(['destroy', '--yes', '-s', 'hub']).ended
        if (code !== 0) throw new Error(output)
      },
    ],
  ])('a hub under living tenants is not destroyed, not even half, by %s', async (_, destroy) => {
    const before = engine.cloud.ledger.all()
    const message = await destroy().then(
      () => 'destroyed',
      (error: unknown) => String(error),
    )
    expect(message).toContain('destroy-tenants-first')
    expect(message).toContain('DeleteConflict')
    expect(engine.cloud.ledger.all()).toEqual(before)
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })

  it('an endpoint that was deleted behind its back is missed by a refresh, and made again with all that names it', async () => {
    const stack = await engine.stack('spoke-tenant1')
    await engine.cloud.ledger.delete(ofType('spoke-tenant1', 'aws:ec2/vpcEndpoint:VpcEndpoint').urn)
    expect((await clients.invoke('tenant1')).status).toBeGreaterThanOrEqual(500)
    expect((await stack.refresh(quiet)).summary.resourceChanges).toMatchObject({ delete: 1 })
    expect((await stack.up(quiet)).summary.resourceChanges).toMatchObject({ create: 1 })
    await stack.up({ ...quiet, refresh: true, expectNoChanges: true })
    await expect.poll(async () => (await clients.invoke('tenant1')).status, { timeout: 15_000 }).toBe(200)
  })

  it('a policy and a route that were changed behind its back are shown by a refresh, and put back by an up', async () => {
    const stack = await engine.stack('spoke-tenant1')
    const { ledger } = engine.cloud
    const policy = ofType('spoke-tenant1', 'aws:iam/rolePolicy:RolePolicy', '::account-models')
    const route = ofType('spoke-tenant1', 'aws:ec2/route:Route')
    const drifted = (one: Declared, change: Declared['inputs']) =>
      ledger.put({ ...one, inputs: { ...one.inputs, ...change }, outputs: { ...one.outputs, ...change } })
    const open = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:*', Resource: '*' }] }
    await drifted(policy, { policy: JSON.stringify(open) })
    await drifted(route, { transitGatewayId: 'tgw-0123456789abcdef0' })
    const { summary, stdout } = await stack.refresh(quiet)
    expect(summary.resourceChanges).toMatchObject({ update: 2 })
    expect(stdout).toMatch(/RolePolicy account-models updated.*\[diff: ~policy\]/)
    expect(stdout).toMatch(/Route routes-hub updated.*\[diff: ~transitGatewayId\]/)
    expect((await stack.up(quiet)).summary.resourceChanges).toMatchObject({ update: 2 })
    expect(ledger.byUrn(policy.urn)?.inputs).toEqual(policy.inputs)
    expect(ledger.byUrn(route.urn)?.inputs).toEqual(route.inputs)
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })
})
