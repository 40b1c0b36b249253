/** The project as its users use it: its own stacks, the real engine, all the parallelism that it offers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseHubOutputs } from '../../shared/read-contract.ts'
import { type Callers, callers } from '../deployments/callers.ts'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'

const ONBOARDING = 'arn:aws:iam::111111111111:role/genai-onboarding'
const TENANTS = ['spoke-tenant1', 'spoke-tenant2']
const RULE = 'aws:lb/listenerRule:ListenerRule'
const FUNCTION = 'aws:lambda/function:Function'
/** The alarm on the function's time limit, and the function: neither waits for the other. */
const TIER_CHANGE = [
  'update aws:cloudwatch/metricAlarm:MetricAlarm lane-latency',
  'update aws:lambda/function:Function lane',
]
/** What either needs, of the one policy that a test takes away. */
const TIER_CHANGE_ACTIONS = ['cloudwatch:PutMetricAlarm', 'lambda:UpdateFunctionConfiguration']

/** A deployment on two busy cores. */
const quiet = { color: 'never' } as const

describe.skipIf(!cli)('the stacks on the real engine', () => {
  let engine: Engine
  let clients: Callers

  beforeAll(async () => {
    if (cli) engine = await startEngine(cli, { delayMilliseconds: 60 })
  })
  afterAll(async () => {
    await engine?.close()
  })

  const ofTenant = (type: string, tenant: string) =>
    engine.cloud.ledger.all(type).find(({ urn }) => urn.includes(`:pulumi:spoke-${tenant}::`))

  it('deploys the hub, then two tenants at the same time, in whatever order delays make of it', async () => {
    const stack = await engine.stack('hub', { deletionProtection: 'false' })
    const { outputs } = await stack.up(quiet)
    const hub = parseHubOutputs(
      Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])),
      'hub',
    )
    const tenants = await Promise.all(TENANTS.map((name) => engine.stack(name)))
    const results = await Promise.all(tenants.map((tenant) => tenant.up(quiet)))
    expect(results.map(({ summary }) => summary.result)).toEqual(['succeeded', 'succeeded'])
    clients = callers(engine, hub)
  })

  it('answers a prompt from the tenant’s own account', async () => {
    const answer = await clients.invoke('tenant1')
    expect({ status: answer.status, ...JSON.parse(answer.body) }).toMatchObject({ status: 200, tenant: 'tenant1' })
  })

  it('a second up says that nothing changed, and so does a refresh', async () => {
    const again = async (name: string) => {
      const { summary } = await (await engine.stack(name)).up({ ...quiet, refresh: true, expectNoChanges: true })
      return Object.keys(summary.resourceChanges ?? {})
    }
    expect(await Promise.all(TENANTS.map(again))).toEqual([['same'], ['same']])
    expect(await again('hub')).toEqual(['same'])
  })

  it('a preview tells updates from replacements, and changes nothing', async () => {
    const before = engine.cloud.ledger.version
    const stack = await engine.stack('spoke-tenant1')
    const steps: string[] = []
    const preview = async (settings: Readonly<Record<string, string>>) => {
      steps.length = 0
      await engine.stack('spoke-tenant1', settings)
      await stack.preview({
        ...quiet,
        onEvent: ({ resourcePreEvent }) => {
          const { op = 'same', type, urn = '' } = resourcePreEvent?.metadata ?? {}
          if (op === 'update' || op === 'replace') steps.push(`${op} ${type} ${urn.split('::').at(-1)}`)
        },
      })
      return steps.toSorted()
    }
    try {
      expect(await preview({ tier: 'medium' })).toEqual(TIER_CHANGE)
      expect(await preview({ tier: 'small', cidrBlock: '10.64.9.0/24' })).toContain('replace aws:ec2/vpc:Vpc account')
    } finally {
      await engine.stack('spoke-tenant1', { tier: 'small', cidrBlock: '10.64.0.0/24' })
    }
    expect(engine.cloud.ledger.version).toBe(before)
  })

  it('a rule that was deleted behind its back is missed by a refresh, and made again by an up', async () => {
    const rule = ofTenant(RULE, 'tenant1')
    await engine.cloud.ledger.delete(rule?.urn ?? '')
    const stack = await engine.stack('spoke-tenant1')
    expect((await stack.refresh(quiet)).summary.resourceChanges).toMatchObject({ delete: 1 })
    expect((await stack.up(quiet)).summary.resourceChanges).toMatchObject({ create: 1 })
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })

  it('a restarted local cloud has the resources, the users and their keys', async () => {
    await engine.restart()
    const stack = await engine.stack('spoke-tenant1')
    await stack.up({ ...quiet, expectNoChanges: true })
    // The token of before, and one of now.
    expect((await clients.invoke('tenant1')).status).toBe(200)
    await clients.signInAgain('tenant1')
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })

  it('an onboarding role that lacks a permission cannot deploy, and the refusal names it', async () => {
    const { ledger } = engine.cloud
    const attachment = ledger
      .all('aws:iam/rolePolicyAttachment:RolePolicyAttachment')
      .find(({ urn }) => urn.endsWith('::onboarding-function'))
    if (!attachment) throw new Error('the onboarding role has no policy for functions')
    await ledger.delete(attachment.urn)
    const stack = await engine.stack('spoke-tenant2', { tier: 'medium' })
    const before = ofTenant(FUNCTION, 'tenant2')
    await expect(stack.up(quiet)).rejects.toThrow(
      new RegExp(
        `AccessDenied: User: .*genai-onboarding.* is not authorized to perform: (${TIER_CHANGE_ACTIONS.join('|')})`,
      ),
    )
    expect(ofTenant(FUNCTION, 'tenant2')).toEqual(before)
    await ledger.put(attachment)
    expect((await stack.up(quiet)).summary.resourceChanges).toMatchObject({ update: TIER_CHANGE.length })
  })

  it('a reservation that AWS refuses leaves the function in the state, without it', async () => {
    const stack = await engine.stack('spoke-tenant2', { tier: 'small' })
    // What the stack files say is checked beforehand; what else is in the account is not known to them.
    const other = ofTenant(FUNCTION, 'tenant1')
    if (!other) throw new Error('tenant1 has no function')
    await engine.cloud.ledger.put({ ...other, outputs: { ...other.outputs, reservedConcurrentExecutions: 899 } })
    await expect(stack.up(quiet)).rejects.toThrow(/UnreservedConcurrentExecution below its minimum/)
    await engine.cloud.ledger.put(other)
    const { summary } = await stack.up(quiet)
    // The alarm may have been changed by the one that failed.
    expect([1, TIER_CHANGE.length]).toContain(summary.resourceChanges?.update)
    expect(ofTenant(FUNCTION, 'tenant2')?.inputs.memorySize).toBe(ofTenant(FUNCTION, 'tenant1')?.inputs.memorySize)
  })

  it('a renamed stack still holds its tenant: another id is refused, and with its own it is as before', async () => {
    const rename = async (from: string, to: string) => {
      const { code, output } = await engine.pulumi(['stack', 'rename', to, '--stack', from]).ended
      expect([code, output]).toEqual([0, expect.any(String)])
    }
    await rename('spoke-tenant2', 'spoke-renamed')
    try {
      const before = engine.cloud.ledger.version
      const other = await engine.stack('spoke-renamed', { tenantId: 'tenant9' })
      await expect(other.up(quiet)).rejects.toThrow(/This stack holds the tenant tenant2, not tenant9/)
      expect(engine.cloud.ledger.version).toBe(before)
      const own = await engine.stack('spoke-renamed', { tenantId: 'tenant2' })
      const { summary } = await own.up(quiet)
      // Tags name the stack.
      expect(Object.keys(summary.resourceChanges ?? {}).sort()).toEqual(['same', 'update'])
      expect((await clients.invoke('tenant2')).status).toBe(200)
    } finally {
      await rename('spoke-renamed', 'spoke-tenant2')
    }
    await (await engine.stack('spoke-tenant2')).up(quiet)
  })

  it('destroys tenants at the same time, then the hub, and nothing is left', async () => {
    const tenants = await Promise.all(TENANTS.map((name) => engine.stack(name)))
    await Promise.all(tenants.map((stack) => stack.destroy(quiet)))
    expect(engine.cloud.ledger.all().filter(({ urn }) => urn.includes(':pulumi:spoke-'))).toEqual([])
    await (await engine.stack('hub')).destroy(quiet)
    expect(engine.cloud.ledger.all().map(({ urn }) => urn)).toEqual([])
  })

  it('used what the onboarding role may do, and was refused nothing but what a test took away', () => {
    const asked = engine.events.flatMap((event) =>
      event.kind === 'permission' && event.session.roleArn === ONBOARDING ? [event] : [],
    )
    const refused = new Set(asked.filter(({ allowed }) => !allowed).map(({ action }) => action))
    expect(refused.size).toBeGreaterThan(0)
    expect([...refused].filter((action) => !TIER_CHANGE_ACTIONS.includes(action))).toEqual([])
    expect(asked.length).toBeGreaterThan(100)
  })
})
