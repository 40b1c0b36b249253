import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkHubFiles } from '../../hub/preflight/stack-files.ts'
import { stackFilesIn } from '../../shared/stack-files.ts'
import { checkTenancies, tenanciesOf } from '../../shared/tenants-together.ts'

const ORIGIN = { organization: 'organization', project: 'genai-hub-spoke' }
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stacks-'))
})
afterEach(() => rm(directory, { recursive: true }))

const write = (stack: string, settings: Readonly<Record<string, unknown>>) =>
  writeFile(
    join(directory, `Pulumi.${stack}.yaml`),
    [
      'config:',
      ...Object.entries(settings).map(([key, value]) => `  genai-hub-spoke:${key}: ${JSON.stringify(value)}`),
    ].join('\n'),
  )
const spoke = (number: number, more: Readonly<Record<string, unknown>> = {}) =>
  write(`spoke-tenant${number}`, {
    role: 'spoke',
    tenantId: `tenant${number}`,
    cidrBlock: `10.64.${number}.0/24`,
    tier: 'small',
    ...more,
  })
const files = () => stackFilesIn(directory, ORIGIN.project)
const check = async (concurrencyLimit = 1000) =>
  checkTenancies(tenanciesOf(await files(), ORIGIN), { concurrencyLimit, listenerRules: 1000 })

describe('stack files against each other', () => {
  it('accepts tenants that fit, and leaves aside what is no spoke', async () => {
    await spoke(1)
    await spoke(2)
    await write('hub', { role: 'hub', cidrBlock: '10.64.1.0/24' })
    await writeFile(join(directory, 'Pulumi.spoke-tenant3.yaml'), 'encryptionsalt: v1:abc\n')
    await writeFile(join(directory, 'Pulumi.yaml'), 'name: genai-hub-spoke\n')
    await check()
    expect(tenanciesOf(await files(), ORIGIN).map(({ stack }) => stack)).toEqual(['spoke-tenant1', 'spoke-tenant2'])
  })

  it('refuses one id in two stacks', async () => {
    await spoke(1)
    await spoke(2, { tenantId: 'tenant1' })
    await expect(check()).rejects.toThrow(/"tenant1" is claimed by 2 stacks: spoke-tenant1, spoke-tenant2/)
  })

  it('refuses one account of two tenants, of one hub: a tenant that changes its hub is in both for a while', async () => {
    await spoke(1, { account: '222222222222' })
    await spoke(2, { account: '222222222222', hubStack: 'organization/genai-hub-spoke/hub2' })
    await check()
    await spoke(3, { account: '222222222222' })
    await expect(check()).rejects.toThrow(/account 222222222222 is used by 2 tenants: spoke-tenant1, spoke-tenant3/)
  })

  it('takes several tenants of one account when each of them says so', async () => {
    const account = '222222222222'
    await spoke(1, { account, sharedAccount: true })
    await spoke(2, { account, sharedAccount: true })
    await check()
    await spoke(3, { account })
    await expect(check()).rejects.toThrow(
      /used by 3 tenants: .*each of them says so: pulumi config set sharedAccount true -s spoke-tenant3 \(what is lost/,
    )
  })

  it.each(['modelInvocationLogging', 'gatewayEndpoint', 'shareMetrics'])(
    'refuses %s of two tenants in one account',
    async (setting) => {
      const pooled = { account: '222222222222', sharedAccount: true }
      await spoke(1, { ...pooled, [setting]: true })
      await spoke(2, pooled)
      await check()
      await spoke(2, { ...pooled, [setting]: true })
      await expect(check()).rejects.toThrow(
        new RegExp(`spoke-tenant1, spoke-tenant2 have ${setting} in one account, 222222222222: .*for one of them only`),
      )
    },
  )

  it('refuses overlapping addresses, naming the stacks', async () => {
    await spoke(1)
    await spoke(2, { cidrBlock: '10.64.0.0/22' })
    await expect(check()).rejects.toThrow(
      /spoke-tenant1 \(10\.64\.1\.0\/24\) and spoke-tenant2 \(10\.64\.0\.0\/22\) overlap/,
    )
  })

  it('adds up presets, maps and the default against what the account can reserve', async () => {
    await spoke(1)
    await spoke(2, { tier: { memoryMegabytes: 512, timeoutSeconds: 60, reservedConcurrency: 40 } })
    await write('spoke-tenant3', { role: 'spoke', tenantId: 'tenant3', cidrBlock: '10.64.3.0/24' })
    await expect(check(150)).resolves.toBeUndefined()
    await expect(check(149)).rejects.toThrow(
      /reserve 50 concurrent executions together, .* has 49 to reserve: its limit of 149/,
    )
  })

  it('refuses the 91st tenant of a load balancer, and sends it to a second hub', async () => {
    const rest = { tier: { memoryMegabytes: 128, timeoutSeconds: 60, reservedConcurrency: 1 } }
    for (let number = 1; number <= 90; number += 1) await spoke(number, rest)
    await expect(check()).resolves.toBeUndefined()
    await spoke(91, rest)
    await expect(check()).rejects.toThrow(/has 91 tenants, and its load balancer carries 90: .*second hub.*hubStack/)
    await spoke(91, { ...rest, hubStack: 'organization/genai-hub-spoke/hub2' })
    await expect(check()).resolves.toBeUndefined()
  })

  it('tells every mistake at once', async () => {
    await spoke(1, { tier: 'large' })
    await spoke(2, { tenantId: 'tenant1', cidrBlock: '10.64.1.0/24' })
    const mistakes = check(110)
    await expect(mistakes).rejects.toThrow(/is claimed by 2 stacks/)
    await expect(mistakes).rejects.toThrow(/overlap/)
    await expect(mistakes).rejects.toThrow(/reserve 55 concurrent executions/)
  })

  it('keeps the tenants of two hubs apart', async () => {
    await spoke(1)
    await spoke(2, { tenantId: 'tenant1', cidrBlock: '10.64.1.0/24', hubStack: 'organization/genai-hub-spoke/hub2' })
    await expect(check()).resolves.toBeUndefined()
    // The default, written out, is the same hub.
    await spoke(3, { tenantId: 'tenant1', hubStack: 'organization/genai-hub-spoke/hub' })
    await expect(check()).rejects.toThrow(/spoke-tenant1, spoke-tenant3/)
  })

  it("leaves another stack's mistakes to that stack, but not broken YAML", async () => {
    await spoke(1)
    await spoke(2, { tenantId: 'Not An Id', cidrBlock: '10.64.2.0', tier: 'huge' })
    await expect(check()).resolves.toBeUndefined()
    await writeFile(join(directory, 'Pulumi.spoke-tenant3.yaml'), 'config: [')
    await expect(check()).rejects.toThrow(/Pulumi\.spoke-tenant3\.yaml is not valid YAML/)
  })
})

describe('hubs against each other', () => {
  const account = '111111111111'
  const checkHub = async (stack: string, of = account, spokesCidrBlock = '10.64.0.0/10') =>
    checkHubFiles(await files(), { ...ORIGIN, stack }, { account: of, spokesCidrBlock })

  it('accepts hubs of accounts of their own, whatever the tenants’ files say', async () => {
    await write('hub', { role: 'hub', account })
    await write('hub2', { role: 'hub', account: '666666666666' })
    await spoke(1, { account })
    await checkHub('hub')
    await checkHub('hub2', '666666666666')
  })

  it('refuses a second one in an account, from either file, and from none', async () => {
    // Unquoted, as YAML allows where no zero leads.
    await write('hub', { role: 'hub', account: Number(account) })
    await write('hub2', { role: 'hub', account })
    for (const [stack, both] of [
      ['hub', 'hub, hub2'],
      ['hub2', 'hub2, hub'],
    ] as const)
      await expect(checkHub(stack)).rejects.toThrow(
        `The account ${account} is that of 2 hubs: ${both}. A hub's names are its account's, so each needs an account of its own`,
      )
    await expect(checkHub('hub3')).rejects.toThrow('3 hubs: hub3, hub, hub2')
  })

  it('refuses a supernet that leaves one of its own tenants out', async () => {
    await spoke(1)
    await spoke(2, { cidrBlock: '10.128.2.0/24', hubStack: 'organization/genai-hub-spoke/hub2' })
    await checkHub('hub')
    await checkHub('hub2', account, '10.128.0.0/10')
    await expect(checkHub('hub', account, '10.128.0.0/10')).rejects.toThrow(
      /supernet 10\.128\.0\.0\/10 leaves out spoke-tenant1 \(10\.64\.1\.0\/24\), which the hub would route no more/,
    )
  })
  it('refuses models that leave out what one of its own tenants calls through its endpoint', async () => {
    await spoke(1)
    await spoke(2, { modelEndpoint: 'hub', cidrBlock: undefined, models: { a: ['x.one', 'x.two'] } })
    const central = async (...modelIds: string[]) =>
      checkHubFiles(
        await files(),
        { ...ORIGIN, stack: 'hub' },
        {
          account,
          spokesCidrBlock: '10.64.0.0/10',
          centralModels: { modelIds, groupRules: 60 },
        },
      )
    await central('x.one', 'x.two')
    await expect(central('x.one')).rejects.toThrow(/centralModels leaves out x\.two, which spoke-tenant2 calls through/)
    await expect(checkHub('hub')).rejects.toThrow(/centralModels leaves out x\.one, x\.two/)
  })
})
