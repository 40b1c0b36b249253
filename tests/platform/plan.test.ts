import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { newTenant } from '../../cli/tenant/add.ts'
import type { PlanFacts, TenantPlan } from '../../cli/tenant/plan/facts.ts'
import { planMarkdown } from '../../cli/tenant/plan/markdown.ts'
import { planOf } from '../../cli/tenant/plan/plan.ts'
import { failureOf, readSteps } from '../../cli/tenant/plan/previewed.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'plan-'))
  for (const file of ['Pulumi.yaml', 'Pulumi.hub.yaml', 'Pulumi.spoke-tenant1.yaml', 'Pulumi.spoke-tenant2.yaml'])
    cpSync(join(PROJECT_DIRECTORY, file), join(directory, file))
  const hub = join(directory, 'Pulumi.hub.yaml')
  const shared = 'genai-hub-spoke:centralModels: [us.amazon.nova-2-lite-v1:0]\n  genai-hub-spoke:cidrBlock:'
  writeFileSync(hub, readFileSync(hub, 'utf8').replace('genai-hub-spoke:cidrBlock:', shared))
})
afterAll(() => rmSync(directory, { recursive: true }))

const GOOD = { account: '444444444444', model: ['nova-2-lite=us.amazon.nova-2-lite-v1:0'] }
const factsOf = ({ problems, facts }: TenantPlan): PlanFacts => {
  if (!facts) throw new Error(problems.join('\n'))
  return facts
}
const made = ({ changes }: PlanFacts, whose: 'tenant' | 'hub') =>
  changes.accounts.find((one) => one.whose === whose)?.made ?? {}

describe('tenant plan', () => {
  it('of a tenant with a network of its own: costs, addresses, what is left, what changes where', async () => {
    const facts = factsOf(await planOf('tenant3', GOOD, directory))
    expect(facts.costs).toMatchObject({
      fixedMonthly: 51.1,
      models: [{ name: 'nova-2-lite', input: 0.33, output: 2.75 }],
    })
    expect(facts.addresses).toEqual({ block: '10.64.2.0/24', nextFree: '10.64.3.0/24' })
    expect(facts.room.find(({ what }) => what.startsWith('tenants of the load'))).toMatchObject({
      limit: 90,
      used: 2,
      left: 87,
    })
    expect(made(facts, 'tenant')).toMatchObject({ Vpc: 1, VpcEndpoint: 1, VpcAttachment: 1 })
    expect(made(facts, 'hub')).toMatchObject({ Function: 1, ListenerRule: 1, VpcAttachmentAccepter: 1 })
    expect(facts.changes.ofHubStack).toBe(0)
    const open = facts.paths.filter((one) => one.open).map(({ to }) => to)
    expect(open).toEqual(['https://genai.example.com/tenant3/', 'model endpoint of tenant3'])
    expect(facts.lost).toEqual([])
    // What a person does before, at and after the deployment.
    for (const said of [
      /^In account 444444444444, its administrator asks Bedrock for access to us\.amazon\.nova-2-lite-v1:0 /,
      /`genai-deployer`/,
      /ou-gen1-tenants0/,
      /tenant -- add tenant3/,
      /doctor --aws/,
      /`pulumi stack init spoke-tenant3` and `pulumi up -s spoke-tenant3`/,
      /user add tenant3 EMAIL/,
    ])
      expect(facts.toDo).toContainEqual(expect.stringMatching(said))
    expect(facts.paths.filter((one) => !one.open).map(({ from, to }) => `${from} → ${to}`)).toContain(
      'gateway of tenant3 → model endpoint of tenant1',
    )
  }, 120_000)

  it('of one at the shared endpoint: nothing a month, two resources in its account, and what it has not', async () => {
    const found = await planOf('tenant3', { ...GOOD, 'model-endpoint': 'hub' }, directory)
    const facts = factsOf(found)
    expect(facts.costs).toMatchObject({ fixedMonthly: 0, ofHub: [{ monthly: 14.6 }] })
    expect(facts.addresses).toEqual({})
    expect(made(facts, 'tenant')).toEqual({ Role: 1, RolePolicy: 1 })
    expect(facts.paths.filter((one) => one.open)).toHaveLength(2)
    expect(facts.room.find(({ what }) => what.includes('shared model endpoint'))).toMatchObject({ limit: 60, left: 59 })
    const page = planMarkdown(found)
    expect(page).toContain('- no network wall')
    expect(page).toContain('The hub’s stack: nothing.')
    expect(page).toContain('$0.00 a month before the first request')
  }, 120_000)

  it('of one in a shared account: who else is in it, what they may take together, and what it has not', async () => {
    const flags = { ...GOOD, 'model-endpoint': 'hub', 'shared-account': true, 'tokens-per-minute': '2000' }
    const { file, text } = newTenant('tenant4', { ...flags, 'tokens-per-minute': '3000' }, directory)
    writeFileSync(file, text)
    const found = await planOf('tenant3', flags, directory)
    const alone = await planOf('tenant3', { ...GOOD, 'model-endpoint': 'hub' }, directory)
    rmSync(file)
    expect(factsOf(found).sharedAccount).toEqual({ neighbours: ['tenant4'], tokensPerMinute: 5000 })
    const page = planMarkdown(found)
    expect(page).toContain('Account 444444444444 is shared: with tenant4. Together they may take 5,000 tokens a minute')
    expect(page).toContain('- no quotas of its own')
    expect(alone.problems.join()).toContain('444444444444 is used by 2 tenants')
  }, 240_000)

  it('of a stack file that is there, and writes none', async () => {
    const before = readdirSync(directory)
    const { file, text } = newTenant('tenant4', { ...GOOD, account: '012345678901' }, directory)
    writeFileSync(file, text)
    const facts = factsOf(await planOf('tenant4', {}, directory))
    expect(facts.account).toBe('012345678901')
    const flags = await planOf('tenant4', GOOD, directory)
    expect(flags.problems[0]).toMatch(/tenant4 has a stack file/)
    rmSync(file)
    expect(readdirSync(directory)).toEqual(before)
  }, 120_000)

  it('says everything that is in the way', async () => {
    const { problems, facts } = await planOf('tenant3', { ...GOOD, account: '222222222222' }, directory)
    expect(facts).toBeUndefined()
    expect(problems[0]).toMatch(/account 222222222222 is used by 2 tenants/)
    expect(planMarkdown({ tenant: 'tenant3', problems })).toContain('## What is in the way')
  })

  it('names the quota that the 61st tenant at the shared endpoint needs, and what to do about it', async () => {
    const many = mkdtempSync(join(tmpdir(), 'plan-many-'))
    for (const file of ['Pulumi.yaml', 'Pulumi.hub.yaml']) cpSync(join(directory, file), join(many, file))
    for (let number = 1; number <= 60; number += 1) {
      const account = String(600_000_000_000 + number)
      const { file, text } = newTenant(`team${number}`, { ...GOOD, account, 'model-endpoint': 'hub' }, many)
      writeFileSync(file, text)
    }
    const plan = () => planOf('tenant3', { ...GOOD, 'model-endpoint': 'hub' }, many)
    expect((await plan()).problems).toEqual([
      expect.stringMatching(
        /shared by 61 tenants.* has 60\. .*\(L-0EA8095F\) raised and set the hub's securityGroupRules/,
      ),
    ])
    rmSync(many, { recursive: true })
  }, 240_000)

  it('says of a hub whose quota was raised how many are left, and that somebody has it raised', async () => {
    const hub = join(directory, 'Pulumi.hub.yaml')
    const text = readFileSync(hub, 'utf8')
    writeFileSync(
      hub,
      text.replace(
        'genai-hub-spoke:cidrBlock:',
        'genai-hub-spoke:securityGroupRules: 80\n  genai-hub-spoke:cidrBlock:',
      ),
    )
    const facts = factsOf(await planOf('tenant3', { ...GOOD, 'model-endpoint': 'hub' }, directory))
    writeFileSync(hub, text)
    expect(facts.room.find(({ what }) => what.includes('L-0EA8095F'))).toMatchObject({ limit: 80, used: 0, left: 79 })
    expect(facts.toDo).toContainEqual(expect.stringMatching(/"Inbound or outbound rules.*\(L-0EA8095F\) is 80 or more/))
  }, 120_000)

  it('says why a preview of Pulumi’s failed: the program’s refusal, which is in its JSON, or what the CLI wrote', () => {
    const failed = (written: object) => failureOf(Object.assign(new Error('Command failed'), written))
    const diagnostics = [{ message: "error: The hub's stack is not in this backend.\n", severity: 'error' }]
    expect(failed({ stdout: JSON.stringify({ steps: [], diagnostics }), stderr: '' })).toBe(
      "error: The hub's stack is not in this backend.",
    )
    expect(failed({ stdout: '', stderr: "error: no stack named 'spoke-tenant3' found\n" })).toBe(
      "error: no stack named 'spoke-tenant3' found",
    )
    expect(failed({})).toBe('Command failed')
  })

  it('reads a preview of Pulumi’s by the provider that makes each', () => {
    const step = (op: string, type: string, provider: string) => ({
      op,
      urn: `urn:pulumi:spoke-tenant3::genai-hub-spoke::genai:spoke:TenantAccount$${type}::account`,
      newState: { provider: `urn:pulumi:spoke-tenant3::genai-hub-spoke::pulumi:providers:aws::${provider}::id` },
    })
    const steps = [
      step('create', 'aws:ec2/vpc:Vpc', 'tenant'),
      step('create', 'aws:lambda/function:Function', 'hub'),
      step('create', 'genai:spoke:TenantAccount', ''),
    ]
    expect(readSteps(JSON.stringify({ steps }))).toEqual([
      { op: 'create', type: 'aws:ec2/vpc:Vpc', provider: 'tenant' },
      { op: 'create', type: 'aws:lambda/function:Function', provider: 'hub' },
    ])
    expect(() => readSteps('{}')).toThrow('is no preview')
  })
})
