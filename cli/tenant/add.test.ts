import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PRICES } from '../../shared/infrastructure-prices.ts'
import type { HeldOnce } from '../../shared/shared-account.ts'
import { demoStack } from '../demo/added-settings.ts'
import { isOfHub } from '../hub/hub-access.ts'
import { PROJECT_DIRECTORY } from '../pulumi/stack-files.ts'
import { add, newTenant } from './add.ts'
import { checksNotes, limitsTable, pooledNotes, sharedNote, tenantTable } from './list.ts'
import { mistakesOf } from './mistakes.ts'
import { neighboursLose, remove } from './remove.ts'
import { readHub, readStackFiles, stackOf } from './stack-files.ts'
import { tenantRows } from './tenant-rows.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tenants-'))
  for (const file of ['Pulumi.yaml', 'Pulumi.hub.yaml', 'Pulumi.spoke-tenant1.yaml', 'Pulumi.spoke-tenant2.yaml'])
    cpSync(join(PROJECT_DIRECTORY, file), join(directory, file))
})
afterEach(() => rmSync(directory, { recursive: true }))

const GOOD = { account: '444444444444', model: ['nova-2-lite=us.amazon.nova-2-lite-v1:0'] }
const tenant = (id: string, values: Parameters<typeof newTenant>[1]) => newTenant(id, values, directory)
const write = (id: string, values: Parameters<typeof newTenant>[1]) => {
  const made = tenant(id, values)
  writeFileSync(made.file, made.text, { flag: 'wx' })
}
const CENTRAL = 'genai-hub-spoke:centralModels: [us.amazon.nova-2-lite-v1:0]'
const edit = (file: string, from: string | RegExp, to: string) => {
  const path = join(directory, file)
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
}

describe('tenant add', () => {
  it('tells a model that is on no list, and writes the file all the same', () => {
    expect(tenant('tenant3', GOOD).warnings).toEqual([])
    const { warnings, text } = tenant('tenant3', { ...GOOD, model: ['fast=us.amazon.nova-2-lit-v1:0'] })
    expect(warnings.join()).toContain('is us.amazon.nova-2-lite-v1:0 meant?')
    expect(text).toContain('fast: us.amazon.nova-2-lit-v1:0')
  })

  it('says what the tenant costs, and on Fargate what its tasks and its hub do', () => {
    expect(tenant('tenant3', GOOD).costs).toMatch(/^tenant3 costs \$51\.10 a month before its first request/)
    const onFargate = { ...GOOD, compute: 'fargate' }
    expect(() => tenant('tenant3', onFargate)).toThrow(
      /its hub .* has nothing that tasks run on\. First: pulumi config set fargate true -s hub && pulumi up -s hub/,
    )
    edit('Pulumi.hub.yaml', 'genai-hub-spoke:cidrBlock:', 'genai-hub-spoke:fargate: true\n  genai-hub-spoke:cidrBlock:')
    const { costs, text } = tenant('tenant3', onFargate)
    expect(costs).toContain('$65.52 a month')
    expect(costs).toContain('$14.42 of it for 2 tasks; 4 tasks all month are $28.84. Its hub pays $43.80 a month')
    expect(text).toContain('genai-hub-spoke:compute: fargate')
    write('tenant3', onFargate)
    expect(mistakesOf(readStackFiles(directory))).toEqual([])
  })

  it('puts a tenant at the hub’s model endpoint, without addresses, and only for models that it has', () => {
    const shared = { ...GOOD, 'model-endpoint': 'hub' }
    expect(() => tenant('tenant3', shared)).toThrow(
      /its hub .* has no model endpoint to share\. First: pulumi config set/,
    )
    edit('Pulumi.hub.yaml', 'genai-hub-spoke:cidrBlock:', `${CENTRAL}\n  genai-hub-spoke:cidrBlock:`)
    expect(() => tenant('tenant3', { ...shared, zone: ['use1-az1'] })).toThrow(
      /--model-endpoint is hub, and --zone is given/,
    )
    expect(() => tenant('tenant3', { ...shared, model: ['own=amazon.nova-lite-v1:0'] })).toThrow(
      /amazon\.nova-lite-v1:0 of tenant3 may not be called through the model endpoint/,
    )
    const { costs, text } = tenant('tenant3', shared)
    expect(costs).toMatch(
      /^tenant3 costs \$0\.00 a month before its first request\. Its hub pays \$14\.60 a month for the model endpoint/,
    )
    expect(text).toContain('genai-hub-spoke:modelEndpoint: hub')
    expect(text).not.toMatch(/cidrBlock|availabilityZoneIds/)
    write('tenant3', shared)
    expect(mistakesOf(readStackFiles(directory))).toEqual([])
  })

  it('writes a file that fits the others, with the next free block', () => {
    write('tenant3', GOOD)
    write('tenant4', {
      account: '012345678901',
      model: ['a=us.amazon.nova-2-lite-v1:0', '1.0=amazon.nova-pro-v1:0'],
      tier: 'large',
    })
    const files = readStackFiles(directory)
    expect(mistakesOf(files)).toEqual([])
    const [, , third, fourth] = files.spokes.map(({ settings }) => (settings.ok ? settings.value : undefined))
    expect(third).toMatchObject({
      tenantId: 'tenant3',
      account: '444444444444',
      cidrBlock: '10.64.2.0/24',
      defaultModel: 'nova-2-lite',
      credentials: { kind: 'role', roleArn: 'arn:aws:iam::444444444444:role/genai-deployer' },
      availabilityZoneIds: ['use1-az1', 'use1-az2'],
    })
    // Leading zeros and names like numbers survive YAML.
    expect(fourth).toMatchObject({
      account: '012345678901',
      cidrBlock: '10.64.3.0/24',
      defaultModel: 'a',
      models: { a: 'us.amazon.nova-2-lite-v1:0', '1.0': 'amazon.nova-pro-v1:0' },
      compute: { kind: 'lambda', tier: { reservedConcurrency: 50 } },
    })
  })

  it('fills a gap before it goes on', () => {
    edit('Pulumi.spoke-tenant1.yaml', '10.64.0.0/24', '10.64.9.0/24')
    expect(tenant('tenant3', GOOD).text).toContain('cidrBlock: 10.64.0.0/24')
  })

  it.each([
    ['no account', { model: GOOD.model }, /Which account/],
    ['eleven digits', { ...GOOD, account: '44444444444' }, /--account: "44444444444" is not 12 digits/],
    ['no model', { account: GOOD.account }, /Which models/],
    ['half a model', { ...GOOD, model: ['nova'] }, /"nova" is not NAME=ID/],
    ['a model twice', { ...GOOD, model: ['a=x.y', 'a=x.z'] }, /names "a" twice/],
    ['a model id that is none', { ...GOOD, model: ['a=nova'] }, /--model: "nova" is not a model/],
    ['a default that is no model', { ...GOOD, 'default-model': 'b' }, /"b" is not in models/],
    ['an unknown tier', { ...GOOD, tier: 'huge' }, /--tier: "huge" is not a preset/],
    [
      "another tenant's account",
      { ...GOOD, account: '222222222222' },
      /222222222222 is used by 2 tenants: spoke-tenant1/,
    ],
    ["the hub's account", { ...GOOD, account: '111111111111' }, /is the hub's own/],
    [
      "another tenant's block",
      { ...GOOD, cidr: '10.64.0.0/23' },
      /spoke-tenant1 \(10\.64\.0\.0\/24\) and spoke-tenant3/,
    ],
    ['a block outside of the supernet', { ...GOOD, cidr: '10.1.0.0/24' }, /not inside the spokes' supernet/],
    ['a block and a size', { ...GOOD, cidr: '10.64.5.0/24', 'prefix-length': '25' }, /both given/],
    ['a role elsewhere', { ...GOOD, 'role-arn': 'arn:aws:iam::222222222222:role/x' }, /not in the tenant's account/],
    ['a hub that is not here', { ...GOOD, 'hub-stack': 'organization/genai-hub-spoke/hub2' }, /is not in this folder/],
    [
      'more than the account has',
      { ...GOOD, tier: '{"memoryMegabytes":256,"timeoutSeconds":60,"reservedConcurrency":891}' },
      /reserve 901 concurrent executions .* has 900/,
    ],
  ])('refuses %s, and writes nothing', (_what, values, message) => {
    expect(() => tenant('tenant3', values)).toThrow(message)
    expect(readStackFiles(directory).spokes).toHaveLength(2)
  })

  it('never overwrites, and takes no id that a file claims under another name', async () => {
    expect(() => tenant('tenant1', GOOD)).toThrow(/Pulumi\.spoke-tenant1\.yaml exists already/)
    edit('Pulumi.spoke-tenant2.yaml', 'tenantId: tenant2', 'tenantId: tenant3')
    expect(() => tenant('tenant3', GOOD)).toThrow(/"tenant3" is claimed by 2 stacks: spoke-tenant2, spoke-tenant3/)
    await expect(add.run({ values: GOOD, positionals: ['Tenant_3'] })).rejects.toThrow(/is no tenant id/)
  })

  it('refuses a tenant for a full supernet', () => {
    edit('Pulumi.hub.yaml', 'spokesCidrBlock: 10.64.0.0/10', 'spokesCidrBlock: 10.64.0.0/20')
    edit('Pulumi.spoke-tenant1.yaml', '10.64.0.0/24', '10.64.0.0/21')
    edit('Pulumi.spoke-tenant2.yaml', '10.64.1.0/24', '10.64.8.0/21')
    expect(() => tenant('tenant3', GOOD)).toThrow(
      /supernet is full: 10\.64\.0\.0\/20 has no free \/24: 2 blocks are in use/,
    )
  })

  it('refuses the 91st tenant of a load balancer', () => {
    const sample = readFileSync(join(directory, 'Pulumi.spoke-tenant2.yaml'), 'utf8')
    for (let number = 3; number <= 90; number += 1)
      writeFileSync(
        join(directory, `Pulumi.spoke-tenant${number}.yaml`),
        sample
          .replace('tenantId: tenant2', `tenantId: tenant${number}`)
          .replaceAll('333333333333', `5000000000${String(number).padStart(2, '0')}`)
          .replace('10.64.1.0/24', `10.64.${number}.0/24`),
      )
    expect(mistakesOf(readStackFiles(directory))).toEqual([])
    expect(() => tenant('tenant91', GOOD)).toThrow(/has 91 tenants, and its load balancer carries 90.*second hub/)
  })
})

describe('tenant check', () => {
  it('tells every mistake of every file', () => {
    edit('Pulumi.spoke-tenant1.yaml', 'tier: small', 'tier: huge')
    edit('Pulumi.spoke-tenant2.yaml', '10.64.1.0/24', '10.64.0.0/24')
    edit('Pulumi.spoke-tenant2.yaml', /333333333333/g, '111111111111')
    writeFileSync(join(directory, 'Pulumi.spoke-tenant3.yaml'), 'config: [')
    const mistakes = mistakesOf(readStackFiles(directory)).join('\n')
    expect(mistakes).toContain('Pulumi.spoke-tenant3.yaml is not valid YAML')
    expect(mistakes).toContain('tier: "huge" is not a preset')
    expect(mistakes).toContain('spoke-tenant1 (10.64.0.0/24) and spoke-tenant2 (10.64.0.0/24) overlap')
    expect(mistakes).toContain("is the hub's own, 111111111111")
  })
})

describe('tenant remove', () => {
  it('takes the stack whose file is the tenant’s, and none that is somebody else’s', () => {
    expect(stackOf('tenant2', directory)).toBe('spoke-tenant2')
    expect(stackOf('tenant9', directory)).toBe('spoke-tenant9')
    edit('Pulumi.spoke-tenant2.yaml', 'tenantId: tenant2', 'tenantId: acme')
    expect(stackOf('acme', directory)).toBe('spoke-tenant2')
    expect(() => stackOf('tenant2', directory)).toThrow('Pulumi.spoke-tenant2.yaml is not the file of tenant2.')
    edit('Pulumi.spoke-tenant1.yaml', 'tenantId: tenant1', 'tenantId: acme')
    expect(() => stackOf('acme', directory)).toThrow('claimed by 2 stack files: spoke-tenant1, spoke-tenant2.')
    writeFileSync(join(directory, 'Pulumi.spoke-tenant1.yaml'), 'config: [')
    expect(() => stackOf('tenant1', directory)).toThrow(/is not valid YAML/)
  })
})

describe('tenant list', () => {
  it('tells what a tenant costs, and does not make up a status', () => {
    const table = tenantTable(tenantRows(readStackFiles(directory).spokes, undefined, PRICES))
    expect(table).toMatch(
      /^tenant1 +222222222222 +10\.64\.0\.0\/24 +own +nova-2-lite, claude-haiku-4\.5 +lambda +small +\? +\$51\.10$/m,
    )
    expect(table).toMatch(/all +\$102\.20$/m)
  })

  it('tells who is at the shared endpoint, that it costs them nothing, and what they have not', () => {
    edit('Pulumi.hub.yaml', 'genai-hub-spoke:cidrBlock:', `${CENTRAL}\n  genai-hub-spoke:cidrBlock:`)
    write('tenant3', { ...GOOD, 'model-endpoint': 'hub' })
    const rows = tenantRows(readStackFiles(directory).spokes, undefined, PRICES)
    expect(tenantTable(rows)).toMatch(/^tenant3 +444444444444 +hub +nova-2-lite +lambda +small +\? +\$0\.00$/m)
    expect(sharedNote(rows)).toEqual([
      expect.stringMatching(
        /^At the hub's model endpoint: tenant3\. They have no network wall .*, no policy of its own .*, no flow logs/,
      ),
    ])
    expect(sharedNote(rows.slice(0, 2))).toEqual([])
  })

  it('tells which checks a tenant’s settings leave out', () => {
    edit(
      'Pulumi.spoke-tenant1.yaml',
      '  genai-hub-spoke:tenantId:',
      '  genai-hub-spoke:groupCheck: gateway\n  genai-hub-spoke:modelPerimeter: homeRegion\n  genai-hub-spoke:tenantId:',
    )
    expect(checksNotes(tenantRows(readStackFiles(directory).spokes, undefined, PRICES))).toEqual([
      'tenant1 has no check of users’ groups at the load balancer (groupCheck: gateway), and no check of the endpoint in the other regions of ' +
        'an inference profile (modelPerimeter: homeRegion) (docs/variants.md).',
    ])
  })

  it('tells who shares an account, what each may take of it, and what they have not', () => {
    const pooled = { ...GOOD, 'shared-account': true, 'tokens-per-minute': '2000' }
    write('tenant3', pooled)
    write('tenant4', { ...pooled, 'tokens-per-minute': '3000' })
    const rows = tenantRows(readStackFiles(directory).spokes, undefined, PRICES)
    expect(pooledNotes(rows)).toEqual([
      expect.stringMatching(
        /^Sharing account 444444444444: tenant3 \(2000 tokens a minute\), tenant4 \(3000 tokens a minute\)\. They have no quotas of its own.*; no bill/,
      ),
    ])
    expect(pooledNotes(rows.slice(0, 2))).toEqual([])
    expect(() => newTenant('tenant5', GOOD, directory)).toThrow(
      /444444444444 is used by 3 tenants.*sharedAccount true -s spoke-tenant5 \(/,
    )
    for (const [flags, says] of [
      [{ 'shared-account': true }, '--shared-account is given without --tokens-per-minute'],
      [{ 'tokens-per-minute': '5' }, '--tokens-per-minute is given without --shared-account'],
      [{ 'shared-account': true, 'tokens-per-minute': '0' }, '--tokens-per-minute "0" is no such number'],
    ] as const)
      expect(() => newTenant('tenant5', { ...GOOD, ...flags }, directory)).toThrow(says)
  })

  it('of a removal says what its neighbours lose by it', () => {
    const tenancy = (tenantId: string, holds: readonly HeldOnce[] = []) =>
      ({ stack: `spoke-${tenantId}`, hubStack: 'hub', tenantId, account: '444444444444', holds }) as const
    const all = [tenancy('tenant3', ['invocation-log']), tenancy('tenant4')]
    expect(neighboursLose('tenant3', all)).toEqual([
      expect.stringMatching(/^What tenant4 in account 444444444444 lose by it: the account's modelInvocationLogging/),
    ])
    expect(neighboursLose('tenant4', all)).toEqual([])
    expect(neighboursLose('tenant3', all.slice(0, 1))).toEqual([])
  })

  it('counts machines, and adds what their app clients cost', () => {
    edit(
      'Pulumi.spoke-tenant1.yaml',
      'config:',
      `config:
  genai-hub-spoke:machineIssuers:
    ci: { issuer: https://token.actions.githubusercontent.com, audience: a, claims: { repository: example/app } }
    partner:
      issuer: https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example
      claims: { client_id: abc, token_use: access, scope: genai/invoke }`,
    )
    const [row] = tenantRows(readStackFiles(directory).spokes, undefined, PRICES)
    expect(row).toMatchObject({ tenant: 'tenant1', machines: 2, monthlyFixed: 57.1 })
  })

  it('does not pass a total off as everybody’s when a file could not be read', () => {
    writeFileSync(join(directory, 'Pulumi.spoke-tenant2.yaml'), 'config: [')
    const { spokes, mistakes } = readStackFiles(directory)
    expect(tenantTable(tenantRows(spokes, undefined, PRICES), mistakes.length)).toMatch(/all but 1 +\$51\.10$/m)
  })

  it('tells apart suspended, not deployed, and deployed without a file', () => {
    const living = [
      { tenantId: 'tenant1', account: '222222222222', status: 'suspended', limits: { stack: {}, operator: {} } },
      { tenantId: 'tenant7', account: '777777777777', status: 'active', limits: { stack: {}, operator: {} } },
    ] as const
    const rows = tenantRows(readStackFiles(directory).spokes, living, PRICES)
    expect(rows.map(({ tenant: name, status }) => [name, status])).toEqual([
      ['tenant1', 'suspended'],
      ['tenant2', 'not deployed'],
      ['tenant7', 'no stack file'],
    ])
  })

  it('shows the limits of the stack’s file and of the operator, and what holds', () => {
    edit(
      'Pulumi.spoke-tenant2.yaml',
      'config:',
      'config:\n  genai-hub-spoke:limits:\n    tenant:\n      requestsPerMinute: 100',
    )
    const living = [
      {
        tenantId: 'tenant2',
        account: '333333333333',
        status: 'active',
        limits: { stack: {}, operator: { tenant: { requestsPerMinute: 20 }, user: { concurrentRequests: 2 } } },
      },
    ] as const
    const rows = tenantRows(readStackFiles(directory).spokes, living, PRICES)
    expect(rows.map(({ tenant: name, limits }) => [name, limits])).toEqual([
      ['tenant1', undefined],
      [
        'tenant2',
        [
          { scope: 'tenant', limit: 'requestsPerMinute', stack: 100, operator: 20, holds: 20 },
          { scope: 'user', limit: 'concurrentRequests', operator: 2, holds: 2 },
        ],
      ],
    ])
    expect(limitsTable(rows).split('\n')).toEqual([
      'TENANT   SCOPE      LIMIT               STACK  OPERATOR  EFFECTIVE',
      'tenant2  tenant     requestsPerMinute   100    20        20',
      'tenant2  each user  concurrentRequests         2         2',
      '',
    ])
    expect(limitsTable(rows.slice(0, 1))).toBe('')
  })

  it('shows what npm start has deployed, which is more than the files say', () => {
    const computeOf = (...how: Parameters<typeof readStackFiles>) =>
      tenantRows(readStackFiles(...how).spokes, undefined, PRICES).map(({ tenant: name, compute }) => [name, compute])
    expect(computeOf(directory)).toEqual([
      ['tenant1', 'lambda'],
      ['tenant2', 'lambda'],
    ])
    expect(computeOf(directory, demoStack)).toEqual([
      ['tenant1', 'lambda'],
      ['tenant2', 'fargate'],
    ])
    expect(readHub(readStackFiles(directory, demoStack), 'organization/genai-hub-spoke/hub')?.fargate).toBe(true)
  })

  it('says nothing about a tenant of another hub than the one that was asked', () => {
    edit(
      'Pulumi.spoke-tenant2.yaml',
      'config:',
      'config:\n  genai-hub-spoke:hubStack: organization/genai-hub-spoke/hub2',
    )
    const { spokes } = readStackFiles(directory)
    const statuses = (values: Parameters<typeof isOfHub>[1]) =>
      tenantRows(spokes, [], PRICES, ({ tenancy }) => isOfHub(tenancy.hubStack, values) !== false).map(
        ({ status }) => status,
      )
    expect(statuses({ aws: true })).toEqual(['not deployed', '?'])
    expect(statuses({ aws: true, 'hub-stack': 'organization/genai-hub-spoke/hub2' })).toEqual(['?', 'not deployed'])
    expect(statuses({ aws: true, region: 'us-east-1' })).toEqual(['not deployed', 'not deployed'])
    expect(statuses({})).toEqual(['not deployed', 'not deployed'])
  })
})

it('tenant remove asks for the tenant’s own hub, where its users are', async () => {
  const values = { aws: true, 'hub-stack': 'hub2', yes: true }
  await expect(remove.run({ values, positionals: ['tenant1'] })).rejects.toThrow(
    'tenant1 is a tenant of organization/genai-hub-spoke/hub.',
  )
})
