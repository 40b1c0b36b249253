/** What a deployment does to those who are being served: the tenant that it changes, and the others. */
import { writeFileSync } from 'node:fs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { newTenant } from '../../cli/tenant/add.ts'
import { setStatus } from '../../cli/tenant/items.ts'
import { localAgent } from '../../local/agent.ts'
import { type HubOutputs, parseHubOutputs } from '../../shared/contract.ts'
import { functionName } from '../../shared/naming.ts'
import { ITEMS_USED_FOR_MILLISECONDS } from '../../shared/tenant.ts'
import { type Callers, callers } from './callers.ts'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'

const LONG = 240_000
const quiet = { color: 'never' } as const
/** As short as a time limit may be: what a tenant leaves behind when it moves is kept for that long. */
const TIER = JSON.stringify({ memoryMegabytes: 256, timeoutSeconds: 10, reservedConcurrency: 5 })

describe.skipIf(!cli)('while tenants are served', { timeout: LONG }, () => {
  let engine: Engine
  let hub: HubOutputs
  let clients: Callers

  beforeAll(async () => {
    if (!cli) return
    engine = await startEngine(cli, { delayMilliseconds: 40 })
    const { outputs } = await (await engine.stack('hub', { deletionProtection: 'false' })).up(quiet)
    hub = parseHubOutputs(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])), 'hub')
    const tenants = [await engine.stack('spoke-tenant1', { tier: TIER }), await engine.stack('spoke-tenant2')]
    await Promise.all(tenants.map((stack) => stack.up(quiet)))
    clients = callers(engine, hub)
  }, LONG)
  afterAll(async () => {
    await engine?.close()
  }, LONG)

  const ofStack = (stack: string) => engine.cloud.ledger.all().filter(({ urn }) => urn.includes(`:pulumi:${stack}::`))

  async function within<T>(milliseconds: number, read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
    const until = performance.now() + milliseconds
    let value = await read()
    while (!done(value) && performance.now() < until) {
      await new Promise((next) => setTimeout(next, 200))
      value = await read()
    }
    return value
  }

  it('a third tenant is added: nothing of the others is touched, and no request of theirs fails', async () => {
    const others = ['hub', 'spoke-tenant1', 'spoke-tenant2']
    const declared = () => others.map(ofStack)
    const states = () => Promise.all(others.map(async (name) => (await engine.stack(name)).exportStack()))
    const before = { declared: declared(), states: await states() }
    const { file, text } = newTenant(
      'tenant3',
      { account: '444444444444', model: ['lite=us.amazon.nova-2-lite-v1:0'] },
      engine.project,
    )
    writeFileSync(file, text)
    const stack = await engine.stack('spoke-tenant3')
    const served = await clients.during(['tenant1', 'tenant2'], () => stack.up(quiet))
    for (const [tenant, { answered, failed }] of served) {
      expect([tenant, failed]).toEqual([tenant, []])
      expect(answered).toBeGreaterThan(20)
    }
    expect(declared()).toEqual(before.declared)
    expect(await states()).toEqual(before.states)
    const answer = await clients.invoke('tenant3')
    expect({ status: answer.status, ...JSON.parse(answer.body) }).toMatchObject({ status: 200, tenant: 'tenant3' })
    expect(answer.body).toContain('444444444444')
  })

  it('a changed list of models is obeyed by a warm function when its items are too old, and a removed model refused', async () => {
    const stack = await engine.stack('spoke-tenant1')
    const ask = (model: string) => clients.invoke('tenant1', { model, prompt: 'Who are you?' })
    expect((await ask('claude-haiku-4.5')).status).toBe(200)
    expect((await ask('titan')).status).toBe(403)
    const models = 'genai-hub-spoke:models'
    await stack.removeConfig(`${models}["claude-haiku-4.5"]`, true)
    await stack.setConfig(`${models}["titan"]`, { value: 'amazon.titan-text-lite-v1' }, true)
    const { summary } = await stack.up(quiet)
    // The role's policy, the endpoint's policy, and the tenant's item.
    expect(summary.resourceChanges).toMatchObject({ update: 3 })
    const added = await within(
      ITEMS_USED_FOR_MILLISECONDS + 2000,
      () => ask('titan'),
      ({ status }) => status === 200,
    )
    expect(added.status).toBe(200)
    const removed = await ask('claude-haiku-4.5')
    expect({ status: removed.status, code: JSON.parse(removed.body).error.code }).toEqual({
      ...{ status: 403, code: 'model_not_allowed' },
    })
    expect((await clients.invoke('tenant2')).status).toBe(200)
  })

  it('a suspension is undone by neither an up nor a refresh, and only by resuming', async () => {
    const wire = await engine.cloud.wire.open(LAPTOP)
    const dynamodb = new DynamoDBClient({
      region: hub.region,
      credentials: engine.cloud.signIn(),
      requestHandler: { httpsAgent: localAgent({ port: wire.port, caFile: engine.cloud.authority.caFile }) },
    })
    const table = { dynamodb, tableName: hub.tableName }
    const status = async () => (await clients.invoke('tenant1')).status
    const obeyed = ITEMS_USED_FOR_MILLISECONDS + 2000
    try {
      await setStatus(table, 'tenant1', 'suspended', new Date())
      expect(await within(obeyed, status, (now) => now === 403)).toBe(403)
      const stack = await engine.stack('spoke-tenant1')
      await stack.setConfig('genai-hub-spoke:models["spare"]', { value: 'amazon.titan-text-lite-v1' }, true)
      await stack.up({ ...quiet, refresh: true })
      // A cold function has only what the table says now.
      await engine.cloud.lambda.stop(functionName('tenant1'))
      expect(await status()).toBe(403)
      await setStatus(table, 'tenant1', 'active', new Date())
      expect(await within(obeyed, status, (now) => now === 200)).toBe(200)
    } finally {
      dynamodb.destroy()
      await wire.close()
    }
  })

  it('a tenant moves to another block without a failed request, and leaves nothing of the old network', async () => {
    const stack = await engine.stack('spoke-tenant1', { cidrBlock: '10.64.9.0/24' })
    const served = await clients.during(['tenant1', 'tenant2'], async () => {
      expect((await stack.up(quiet)).stdout).toContain('tenant1 has moved')
    })
    expect(served.get('tenant2')).toMatchObject({ failed: [], outageMilliseconds: 0 })
    expect(served.get('tenant1')).toMatchObject({ failed: [], outageMilliseconds: 0 })
    expect(served.get('tenant1')?.answered).toBeGreaterThan(50)
    expect(JSON.stringify(ofStack('spoke-tenant1'))).not.toContain('10.64.0.')
    expect(
      ofStack('spoke-tenant1')
        .map(({ type }) => type)
        .sort(),
    ).toEqual(
      ofStack('spoke-tenant2')
        .map(({ type }) => type)
        .sort(),
    )
    await stack.up({ ...quiet, refresh: true, expectNoChanges: true })
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })
})
