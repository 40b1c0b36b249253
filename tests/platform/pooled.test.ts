/** Two tenants in one account, by both of their stacks' word: what keeps them apart, and what they share. In this process. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionName } from '../../shared/naming.ts'
import { type Platform, startPlatform } from './platform.ts'

const ACCOUNT = '444444444444'
const MODELS = ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0']
const POOLED = {
  account: ACCOUNT,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/genai-deployer`,
  sharedAccount: true,
  limits: { tenant: { tokensPerMinute: 1_000_000 } },
}
const AT_HUB = { modelEndpoint: 'hub', cidrBlock: undefined, availabilityZoneIds: undefined }
const [FIRST, SECOND] = ['spoke-tenant1', 'spoke-tenant2'] as const

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    settings: {
      hub: { centralModels: MODELS, deletionProtection: false, dashboard: true, accountMetrics: 'make' },
      [FIRST]: POOLED,
      [SECOND]: POOLED,
    },
  })
}, 240_000)
afterAll(() => platform?.close())

const inAccount = () => platform.cloud.ledger.all().filter(({ account }) => account === ACCOUNT)
const served = async (tenant: string) => {
  const { status, body } = await platform.invoke(tenant)
  expect([status, body]).toEqual([200, expect.stringContaining(ACCOUNT)])
}
/** A deployment may be quicker than the ten seconds for which a warm function uses what it has read. */
const deployAnew = async (stack: typeof FIRST | typeof SECOND, settings: Readonly<Record<string, unknown>>) => {
  await platform.deploy(stack, settings)
  await platform.cloud.lambda.stop(functionName(stack.replace('spoke-', '')))
}
const refused = async (stack: string, changes: Readonly<Record<string, unknown>>, says: RegExp) => {
  const { version } = platform.cloud.ledger
  await expect(platform.deploy(stack, { ...POOLED, ...changes })).rejects.toThrow(says)
  expect(platform.cloud.ledger.version).toBe(version)
}

describe('two tenants of one account', () => {
  it('are both served from it, and nothing of the one is of the other’s stack', async () => {
    for (const tenant of ['tenant1', 'tenant2']) await served(tenant)
    for (const { urn, inputs } of inAccount()) {
      const tenant = urn.startsWith(`urn:pulumi:${FIRST}::`) ? 'tenant1' : 'tenant2'
      const names = [inputs.name, inputs.namePrefix, inputs.role].filter((name) => typeof name === 'string')
      // The policies of a role are named within it.
      for (const name of names.filter((one) => !/^(write|models-)/.test(one))) expect(name).toContain(tenant)
      if (typeof inputs.tags === 'object') expect(inputs.tags).toMatchObject({ tenant })
    }
  })

  it('are refused when one of them takes back its word, before anything is changed', async () => {
    await refused(SECOND, { sharedAccount: undefined }, /Account 444444444444 has the tenant tenant1 already/)
    await refused(FIRST, { sharedAccount: undefined }, /Account 444444444444 has the tenant tenant2 already/)
    await refused(FIRST, { limits: undefined }, /nothing keeps nova-2-lite, claude-haiku-4\.5 from using up/)
  })

  it('have one invocation log, of whoever came first', async () => {
    await platform.deploy(FIRST, { ...POOLED, modelInvocationLogging: true })
    await refused(SECOND, { modelInvocationLogging: true }, /tenant1 has it in account 444444444444 already/)
    await platform.deploy(SECOND, POOLED)
    await served('tenant2')
  })

  it('have one link that shares metrics with the hub, of whoever asked first and until it asks no more', async () => {
    const links = () =>
      inAccount().flatMap(({ type, urn }) => (type === 'aws:oam/link:Link' ? [urn.split(':')[2]] : []))
    const sharing = { shareMetrics: true }
    await platform.deploy(FIRST, { ...POOLED, ...sharing })
    const says = /tenant2 has shareMetrics, and tenant1 has it in account 444444444444 already: .*for one of them only/
    await refused(SECOND, sharing, says)
    expect(links()).toEqual([FIRST])
    // The same one may be deployed again.
    await platform.deploy(FIRST, { ...POOLED, ...sharing })
    await platform.deploy(FIRST, POOLED)
    await platform.deploy(SECOND, { ...POOLED, ...sharing })
    expect(links()).toEqual([SECOND])
    await platform.deploy(SECOND, POOLED)
    expect(links()).toEqual([])
  })

  it('do not feel each other’s limits', async () => {
    await deployAnew(FIRST, { ...POOLED, limits: { tenant: { tokensPerMinute: 1 } } })
    expect((await platform.invoke('tenant1')).status).toBe(429)
    await served('tenant2')
  })

  it('may each be at the hub’s endpoint', async () => {
    await deployAnew(SECOND, { ...POOLED, ...AT_HUB })
    await served('tenant2')
    await refused(SECOND, { ...AT_HUB, sharedAccount: undefined }, /has the tenant tenant1 already/)
  })

  it('go one by one: the other stays served, and may have what the first had', async () => {
    await platform.cloud.destroy({ project: 'genai-hub-spoke', stack: FIRST })
    await served('tenant2')
    await platform.deploy(SECOND, { ...POOLED, ...AT_HUB, modelInvocationLogging: true })
    await served('tenant2')
    const stacks = new Set(inAccount().map(({ urn }) => urn.split(':')[2]))
    expect([...stacks]).toEqual([SECOND])
  })
})
