/** `--with-test-tenant`: a tenant is deployed, asked as its user, changed and destroyed, whatever happens in between. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Question } from '../../cli/doctor/deployed/question.ts'
import { QUESTIONS } from '../../cli/doctor/deployed/questions.ts'
import type { DeployedRow } from '../../cli/doctor/deployed/run.ts'
import { open } from '../../cli/doctor/gather.ts'
import { createPerson } from '../../cli/doctor/test-tenant/person.ts'
import { tryTenant } from '../../cli/doctor/test-tenant/run.ts'
import type { TestStack } from '../../cli/doctor/test-tenant/stack.ts'
import { TEST_STACK, TEST_TENANT, testTenant } from '../../cli/doctor/test-tenant/stack-file.ts'
import { cognitoClient } from '../../cli/hub/cognito.ts'
import { usersOf } from '../../cli/tenant/users.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import { DOCTOR_ROLE } from '../../shared/policies/doctor.ts'
import { copyFiles } from './fixture.ts'
import { calling } from './gateway.ts'

const PROJECT = 'genai-hub-spoke'
const ACCOUNT = '444444444444'
const FLAGS = {
  'with-test-tenant': ACCOUNT,
  'deployer-role': `arn:aws:iam::${ACCOUNT}:role/genai-deployer`,
  model: ['nova=us.amazon.nova-2-lite-v1:0'],
}

let platform: Platform
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'genai-trial-'))
  copyFiles(directory, {
    hub: [['keySetVia: endpoint', 'keySetVia: table\n  genai-hub-spoke:userPoolDomain: genai-example']],
  })
  platform = await startPlatform({ project: directory })
})
afterAll(async () => {
  await platform?.close()
  rmSync(directory, { recursive: true, force: true })
})

const file = () => join(directory, `Pulumi.${TEST_STACK}.yaml`)
const deployed = () => platform.cloud.ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${TEST_STACK}::`))
const users = () =>
  cognitoClient(platform.hub.region, {
    local: { port: platform.wirePort, caFile: platform.caFile },
    credentials: platform.cloud.signIn(),
  })

afterEach(async () => {
  await platform.cloud.destroy({ project: PROJECT, stack: TEST_STACK })
  rmSync(file(), { force: true })
})

/** The in-process engine in place of the CLI, with what a case changes of it. */
function testStack(changes: Partial<TestStack> = {}): TestStack {
  writeFileSync(file(), testTenant(FLAGS, 'hub', PROJECT, directory).text)
  return {
    up: (settings) => platform.deploy(TEST_STACK, settings ?? {}),
    destroy: () => platform.cloud.destroy({ project: PROJECT, stack: TEST_STACK }),
    resources: async () =>
      deployed().map(({ urn, type, options }) => ({
        urn,
        type,
        name: urn.split('::').at(-1) ?? '',
        protected: options.protect,
        retained: options.retainOnDelete,
      })),
    forget: async () => rmSync(file()),
    ...changes,
  }
}

interface Changes {
  readonly stack?: Partial<TestStack>
  readonly createPerson?: () => never
  readonly isInterrupted?: (rows: readonly DeployedRow[]) => boolean
  readonly questions?: readonly Question[]
}

async function trial({ stack: changed = {}, isInterrupted = () => false, ...changes }: Changes = {}) {
  const stack = testStack(changed)
  const agent = localAgent({ port: platform.wirePort, caFile: platform.caFile })
  const { world, takeCalls } = await open({
    aws: false,
    role: DOCTOR_ROLE,
    directory,
    connection: { where: 'the local cloud', credentials: platform.cloud.signIn(), agent, needsPulumi: false },
  })
  const tenant = world.tenants.find(({ settings }) => settings.tenantId === TEST_TENANT)
  if (!tenant) throw new Error('the test tenant is not read')
  const { userPoolId, userPoolClientId: clientId } = platform.hub
  const hub = { cognito: users(), userPoolId }
  const rows: DeployedRow[] = []
  try {
    const all = await tryTenant({
      questions: changes.questions ?? QUESTIONS,
      world,
      tenant,
      hub,
      stack,
      createPerson:
        changes.createPerson ??
        (() => createPerson({ hub, clientId, tenantId: TEST_TENANT, gatewayOf: calling(platform, TEST_TENANT) })),
      takeCalls,
      isInterrupted: () => isInterrupted(rows),
      show: (row) => void rows.push(row),
    })
    expect(all).toEqual(rows)
    return (id: string) => rows.find((row) => row.id === id) ?? expect.fail(`no row ${id}`)
  } finally {
    hub.cognito.destroy()
    agent.destroy()
  }
}

const withIds = (...ids: readonly string[]) => QUESTIONS.filter(({ id }) => ids.includes(id))

describe('a tenant of the doctor’s own', () => {
  it('is deployed, asked, changed and destroyed, and nothing of it is left', { timeout: 240_000 }, async () => {
    const row = await trial()
    expect(row('test-tenant-made')).toMatchObject({
      verdict: 'ok',
      said: expect.stringContaining(`pulumi up of ${TEST_STACK}`),
    })
    for (const id of ['source-vpce', 'refusal', 'foreign-token', 'several-groups', 'unknown-members', 'traceparent'])
      expect(row(id), id).toMatchObject({ verdict: 'ok' })
    expect(row('several-groups').said).toMatch(
      /^groups (doctortest, tenant\d|tenant\d, doctortest): 200 by the gateway/,
    )
    expect(row('new-app-client-listed')).toMatchObject({
      verdict: 'ok',
      said: expect.stringContaining('it among them'),
    })
    expect(row('guardrail-through-endpoint')).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^200 by the gateway/),
    })
    expect(row('new-permission-of-service')).toMatchObject({ verdict: 'notAsked' })
    expect(row('second-deletion')).toMatchObject({ verdict: 'ok', said: expect.stringContaining('without an error') })
    expect(row('interfaces-of-removed')).toMatchObject({ verdict: 'ok' })
    // What takes a bill or somebody's browser stays what it was.
    expect(row('arm-price')).toMatchObject({ verdict: 'notAsked', said: 'It is on the bill at the end of a month.' })
    expect(row('test-tenant-gone')).toMatchObject({
      verdict: 'ok',
      said: expect.stringContaining('its state is empty'),
    })
    expect(existsSync(file())).toBe(false)
    expect(deployed().filter(({ options }) => !options.retainOnDelete)).toEqual([])
    const cognito = users()
    expect(await usersOf({ cognito, userPoolId: platform.hub.userPoolId }, TEST_TENANT)).toEqual([])
    cognito.destroy()
  })

  it('an up that fails half-way: why is told, nothing is asked, and it goes', async () => {
    const row = await trial({
      questions: withIds('refusal', 'second-deletion', 'guardrail-through-endpoint'),
      stack: {
        async up() {
          await platform.deploy(TEST_STACK, {})
          throw new Error('error: AccessDenied: iam:CreateRole')
        },
      },
    })
    expect(row('test-tenant-made')).toMatchObject({
      verdict: 'failed',
      said: expect.stringContaining('iam:CreateRole'),
    })
    expect(row('refusal')).toMatchObject({ verdict: 'notAsked', said: expect.stringContaining('not deployed') })
    expect(row('guardrail-through-endpoint')).toMatchObject({ verdict: 'notAsked' })
    expect(row('second-deletion')).toMatchObject({ verdict: 'ok' })
    expect(row('test-tenant-gone').verdict).toBe('ok')
    expect(existsSync(file())).toBe(false)
  })

  it('Ctrl-C: what was asked stays, nothing more is, and it goes', async () => {
    const ups: unknown[] = []
    const row = await trial({
      questions: withIds('refusal', 'source-vpce', 'guardrail-through-endpoint', 'second-deletion'),
      stack: {
        async up(settings = {}) {
          ups.push(settings)
          await platform.deploy(TEST_STACK, settings)
        },
      },
      isInterrupted: (rows) => rows.length >= 2,
    })
    expect(ups).toHaveLength(1)
    expect(row('source-vpce').verdict).toBe('ok')
    expect(row('refusal')).toMatchObject({ verdict: 'notAsked', said: expect.stringContaining('interrupted') })
    expect(row('guardrail-through-endpoint').verdict).toBe('notAsked')
    expect(row('second-deletion').verdict).toBe('ok')
    expect(row('test-tenant-gone').verdict).toBe('ok')
  })

  it('a destroy that fails: what is left, and how to clean it up', async () => {
    const row = await trial({
      questions: withIds('second-deletion', 'interfaces-of-removed'),
      stack: { destroy: () => Promise.reject(new Error('IncorrectState: tgw-attach-1 is in invalid state')) },
    })
    expect(row('second-deletion')).toMatchObject({ verdict: 'failed', said: expect.stringContaining('IncorrectState') })
    expect(row('interfaces-of-removed').verdict).toBe('notAsked')
    const gone = row('test-tenant-gone')
    expect(gone).toMatchObject({
      verdict: 'failed',
      remedy: `Clean up: pulumi destroy -s ${TEST_STACK}, until it succeeds; pulumi stack rm ${TEST_STACK}; rm Pulumi.${TEST_STACK}.yaml.`,
    })
    expect(gone.said).toMatch(/IncorrectState.* Left: \d+ resources: .*aws:iam\/role:Role/)
    expect(existsSync(file())).toBe(true)
    // The next run says the same, before anything.
    expect(() => testTenant(FLAGS, 'hub', PROJECT, directory)).toThrow(/an earlier run has left its tenant/)
  })

  it('nobody who may be made a user: the questions say why, and it goes', async () => {
    const row = await trial({
      questions: withIds('refusal', 'several-groups', 'guardrail-through-endpoint'),
      createPerson: () => {
        throw Object.assign(new Error('not authorized to perform: cognito-idp:AdminCreateUser'), {
          name: 'AccessDeniedException',
        })
      },
    })
    for (const id of ['refusal', 'several-groups'])
      expect(row(id)).toMatchObject({ verdict: 'notAsked', said: expect.stringContaining('AdminCreateUser') })
    expect(row('test-tenant-gone').verdict).toBe('ok')
  })
})

describe('its stack file', () => {
  const text = (changes: Readonly<Record<string, string | string[] | undefined>> = {}) =>
    testTenant({ ...FLAGS, ...changes }, 'hub', PROJECT, directory).text

  it('is that of `tenant add`, with the credentials that the flags name', () => {
    expect(text()).toMatch(
      /roleArn: arn:aws:iam::444444444444:role\/genai-deployer[\s\S]*nova: us\.amazon\.nova-2-lite/,
    )
    const other = text({
      'deployer-role': undefined,
      'deployer-profile': 'a',
      'hub-deployer-role': `arn:aws:iam::111111111111:role/platform-deployer`,
      'hub-deployer-profile': 'b',
    })
    const config: Record<string, unknown> = parse(other).config
    expect(
      Object.keys(config)
        .filter((name) => /roleArn|profile/i.test(name))
        .sort(),
    ).toEqual(['hubProfile', 'hubRoleArn', 'profile'].map((name) => `${PROJECT}:${name}`))
    expect(config).toMatchObject({
      [`${PROJECT}:profile`]: 'a',
      [`${PROJECT}:hubRoleArn`]: 'arn:aws:iam::111111111111:role/platform-deployer',
      [`${PROJECT}:hubProfile`]: 'b',
    })
  })

  it.each([
    ['no credentials', { 'deployer-role': undefined }, /With whose credentials/],
    [
      'a role of another account',
      { 'deployer-role': 'arn:aws:iam::222222222222:role/genai-deployer' },
      /in account 222222222222/,
    ],
    ['no model', { model: undefined }, /model/],
    [
      'an account that is none',
      { 'with-test-tenant': '4444', 'deployer-role': undefined, 'deployer-profile': 'a' },
      /account/,
    ],
    [
      'an account that another tenant has',
      { 'with-test-tenant': '222222222222', 'deployer-role': undefined, 'deployer-profile': 'a' },
      /222222222222/,
    ],
    ['an address that another tenant has', { cidr: '10.64.0.0/24' }, /10\.64\.0\.0\/24/],
  ])('is refused with %s', (_what, changes, message) => {
    expect(() => text(changes)).toThrow(message)
    expect(existsSync(file())).toBe(false)
  })
})

/** Last: the others do not come back. */
it('where no other tenant is deployed, what takes one is not asked', async () => {
  for (const stack of ['spoke-tenant1', 'spoke-tenant2']) await platform.cloud.destroy({ project: PROJECT, stack })
  const row = await trial({ questions: withIds('refusal', 'several-groups', 'foreign-token') })
  expect(row('refusal').verdict).toBe('ok')
  expect(row('several-groups')).toMatchObject({ verdict: 'notAsked', said: expect.stringContaining('No other tenant') })
  expect(row('foreign-token')).toMatchObject({
    verdict: 'notAsked',
    said: expect.stringContaining('is not deployed: 404'),
  })
})
