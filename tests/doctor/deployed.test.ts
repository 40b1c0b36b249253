/** The doctor on a deployed hub and tenants: what is open is asked, and an answer that is otherwise is told with what to change. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gateway } from '../../cli/doctor/deployed/gateway.ts'
import type { Deployed } from '../../cli/doctor/deployed/question.ts'
import { QUESTIONS } from '../../cli/doctor/deployed/questions.ts'
import { askDeployed, type DeployedRow, verificationText } from '../../cli/doctor/deployed/run.ts'
import { open } from '../../cli/doctor/gather.ts'
import type { Examined } from '../../cli/doctor/run.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import { DOCTOR_ROLE } from '../../shared/policies/doctor.ts'
import { copyFiles, declared } from './fixture.ts'
import { calling } from './gateway.ts'

let platform: Platform
let directory: string
let examined: Examined
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'genai-deployed-'))
  copyFiles(directory)
  platform = await startPlatform({ project: directory })
  const agent = localAgent({ port: platform.wirePort, caFile: platform.caFile })
  examined = await open({
    aws: false,
    role: DOCTOR_ROLE,
    directory,
    connection: { where: 'the local cloud', credentials: platform.cloud.signIn(), agent, needsPulumi: false },
  })
})
afterAll(async () => {
  await platform?.close()
  rmSync(directory, { recursive: true, force: true })
})

const gatewayOf = async (tenantId: string): Promise<Gateway> =>
  calling(platform, tenantId)(await platform.token(tenantId))

/** The same hub, as one whose load balancer has no public address. */
function internal(): Pick<Deployed, 'world'> {
  const { world } = examined
  if (!world.hub) throw new Error('no hub')
  return { world: { ...world, hub: { ...world.hub, settings: { ...world.hub.settings, loadBalancer: 'internal' } } } }
}

/** @param changes of what the shell has */
async function ask(id: string, changes: Partial<Deployed> = {}): Promise<DeployedRow> {
  const question = QUESTIONS.find((one) => one.id === id)
  if (!question) throw new Error(`no question ${id}`)
  const { world } = examined
  const tenant = world.tenants.find(({ settings }) => settings.tenantId === 'tenant1')
  const deployed: Deployed = { world, tenant, gateway: await gatewayOf('tenant1'), ...changes }
  return await askDeployed(question, deployed, examined.takeCalls)
}

const egressOf = (name: string) =>
  platform.cloud.ledger
    .all('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule')
    .filter(({ urn }) => urn.includes(name))

/** First, while nothing has a key set yet. */
describe('before the first key set', () => {
  it('a load balancer that does not get it', async () => {
    const rules = egressOf('load-balancer')
    expect(rules.length).toBeGreaterThan(0)
    const row = await platform.without(rules, () => ask('load-balancer-key-set'))
    expect(row).toMatchObject({
      verdict: 'failed',
      remedy: expect.stringContaining('keySetVia to table, nat or inline'),
    })
    expect(row.said).toContain('by the load balancer')
    const withoutNat = await platform.without(rules, () => ask('internal-key-set', internal()))
    expect(withoutNat).toMatchObject({ verdict: 'failed', remedy: expect.stringContaining('loadBalancer to public') })
  })

  it('functions that do not get it', async () => {
    const endpoint = platform.cloud.ledger
      .all('aws:ec2/vpcEndpoint:VpcEndpoint')
      .find(({ outputs }) => String(outputs.serviceName).endsWith('cognito-idp'))
    if (!endpoint) throw new Error('no endpoint')
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }],
    })
    // The load balancer's keys are its own; it asks again after the failure above.
    const row = await platform.changed(endpoint, { ...endpoint.outputs, policy }, async () => {
      await expect
        .poll(async () => (await ask('endpoint-key-set')).said, { timeout: 60_000 })
        .toContain('by the gateway')
      return await ask('endpoint-key-set')
    })
    expect(row).toMatchObject({ verdict: 'failed', remedy: expect.stringContaining('keySetVia') })
  })
})

describe('as it should be', () => {
  it.each([
    ['load-balancer-key-set', /^200 by the gateway/],
    ['endpoint-key-set', /^200 by the gateway/],
    ['refusal', /^401 by the load balancer/],
    ['foreign-token', /^401 by the load balancer/],
  ])('%s', async (id, said) => {
    await expect.poll(async () => (await ask(id)).verdict, { timeout: 60_000 }).toBe('ok')
    expect((await ask(id)).said).toMatch(said)
  })

  it('a load balancer without a public address, where there is one', async () => {
    expect(await ask('internal-key-set')).toMatchObject({
      verdict: 'notAsked',
      said: expect.stringContaining('is public'),
    })
    expect(await ask('internal-key-set', internal())).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^200 by the gateway/),
    })
  })

  it('a user of two groups, once there is one', async () => {
    expect(await ask('several-groups')).toMatchObject({
      verdict: 'notAsked',
      said: expect.stringContaining('1 group: tenant1'),
    })
    const gateway = await gatewayOf('tenant1')
    expect(await ask('several-groups', { gateway: { ...gateway, groups: ['tenant1', 'others'] } })).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^groups tenant1, others: 200 by the gateway/),
    })
  })

  it('requests through profiles are answered, by other regions too', async () => {
    expect(await ask('source-vpce')).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/nova-2-lite: 200, 200, 200, 200, 200.*\d+ by us-east-2/),
      calls: expect.arrayContaining(['cloudtrail:LookupEvents']),
    })
  })

  it('a header and a member that nobody has said anything of', async () => {
    expect(await ask('traceparent')).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^traceparent 00-[0-9a-f]{32}-[0-9a-f]{16}-01: 200 by the gateway/),
    })
    expect(await ask('unknown-members')).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^400 by the gateway .*genaiDoctor/),
    })
  })

  it('the names of figures, once there are some', async () => {
    // After the requests above.
    expect(await ask('metrics-of-profiles')).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^ModelId of InputTokenCount: .*us\.amazon\.nova-2-lite-v1:0/),
      calls: ['cloudwatch:ListMetrics'],
    })
    const [tenant] = examined.world.tenants.filter(({ settings }) => settings.tenantId === 'tenant2')
    expect(await ask('metrics-of-profiles', { tenant })).toMatchObject({
      verdict: 'unclear',
      said: 'ModelId of InputTokenCount: none',
    })
  })

  it('models that are reached through a profile only', async () => {
    expect(await ask('availability-of-profiles')).toMatchObject({
      verdict: 'ok',
      said: expect.stringContaining('us.amazon.nova-2-lite-v1:0: agreement AVAILABLE'),
      calls: ['bedrock:GetFoundationModelAvailability'],
    })
  })

  it('what a page of the client may read, where there is one', async () => {
    expect(await ask('headers-on-refusals')).toMatchObject({ verdict: 'notAsked' })
    const browserOrigin = 'https://chat.example.com'
    const { world } = examined
    const hub = world.hub && { ...world.hub, settings: { ...world.hub.settings, browserOrigin } }
    const gateway = await gatewayOf('tenant1')
    const answered = (allowOrigin: string | undefined): Partial<Deployed> => ({
      world: { ...world, hub },
      gateway: { ...gateway, call: async (...given) => ({ ...(await gateway.call(...given)), allowOrigin }) },
    })
    // A listener without an origin of its own lets every page read.
    expect(await ask('headers-on-refusals', { world: { ...world, hub } })).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^401 by the load balancer.*access-control-allow-origin: \*$/),
    })
    expect(await ask('headers-on-refusals', answered(undefined))).toMatchObject({
      verdict: 'failed',
      said: expect.stringMatching(/^401 by the load balancer.*access-control-allow-origin: none$/),
    })
  })

  it('nothing is left in the group that functions are parked in', async () => {
    expect(await ask('left-interfaces')).toMatchObject({
      verdict: 'unclear',
      said: '0 interfaces in genai-hub-parking',
      calls: expect.arrayContaining(['ec2:DescribeNetworkInterfaces']),
    })
  })
})

describe('otherwise', () => {
  it('aws:SourceVpce that does not arrive: it is asked for in the home region only', async () => {
    const policies = platform.cloud.ledger
      .all('aws:iam/rolePolicy:RolePolicy')
      .filter(({ account }) => account === '222222222222')
      .filter(({ outputs }) => String(outputs.policy).includes('aws:SourceVpce'))
    const [policy] = policies
    if (!policy || policies.length !== 1) throw new Error(`${policies.length} policies`)
    const text = String(policy.outputs.policy).replaceAll(/vpce-[0-9a-f]+/g, 'vpce-00000000000000000')
    const row = await platform.changed(policy, { ...policy.outputs, policy: text }, () => ask('source-vpce'))
    expect(row).toMatchObject({
      verdict: 'failed',
      remedy: expect.stringContaining('Set modelPerimeter to homeRegion'),
    })
    expect(row.said).toContain('model_access_denied')
  })

  it('a rule without its check: the second lock is what refuses', async () => {
    const rule = platform.cloud.ledger
      .all('aws:lb/listenerRule:ListenerRule')
      .find(({ outputs }) => JSON.stringify(outputs).includes('/tenant2/*'))
    if (!rule) throw new Error('no rule')
    const actions = (rule.outputs.actions as readonly { readonly type: string }[]).filter(
      ({ type }) => type === 'forward',
    )
    const row = await platform.changed(rule, { ...rule.outputs, actions: actions as never }, () => ask('foreign-token'))
    expect(row).toMatchObject({ verdict: 'failed', said: expect.stringContaining('by the gateway') })
  })

  it('interfaces that stay behind', async () => {
    const group = platform.cloud.ledger
      .all('aws:ec2/securityGroup:SecurityGroup')
      .find(({ outputs }) => outputs.name === 'genai-hub-parking')
    const left = declared('aws:ec2/instance:Instance', 'i-left', {
      elasticNetworkInterfaces: [
        { id: 'eni-left', subnetId: 'subnet-x', privateIp: '10.0.0.9', securityGroupIds: [group?.id ?? ''] },
      ],
    })
    await platform.cloud.ledger.put(left)
    try {
      expect(await ask('left-interfaces')).toMatchObject({
        verdict: 'failed',
        said: expect.stringContaining('eni-left'),
      })
    } finally {
      await platform.cloud.ledger.delete(left.urn)
    }
  })
})

/** Asked with the read-only role, or of a hub with a client. */
const NOT_AS_USER = ['left-interfaces', 'availability-of-profiles', 'metrics-of-profiles', 'headers-on-refusals']

it('a shell that is not signed in asks nothing of the gateway, and says so', async () => {
  for (const { id, ...question } of QUESTIONS)
    if ('ask' in question && !NOT_AS_USER.includes(id))
      expect(await ask(id, { gateway: undefined })).toMatchObject({
        verdict: 'notAsked',
        remedy: expect.stringContaining('npm run -s login'),
      })
})

it('what takes a change is not asked, with the reason', async () => {
  for (const { id, ...question } of QUESTIONS)
    if ('notAsked' in question) expect(await ask(id)).toMatchObject({ verdict: 'notAsked', said: question.notAsked })
})

it('verification.md has every question with its answer, word for word', async () => {
  const rows = [await ask('refusal'), await ask('arm-price')]
  const text = verificationText(rows, 'the local cloud', '2026-11-30', '0.1.0')
  expect(text).toContain(`**as expected**: ${rows[0]?.said}`)
  expect(text).toContain('**not asked**: It is on the bill')
})
