/** Every request of a tenant on Lambda is in the trail with what Bedrock counted, and what is not is found. */
import { gzipSync } from 'node:zlib'
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { billedDays } from '../../cli/usage/cost-explorer.ts'
import { addsUp, reconciledText } from '../../cli/usage/reconcile-print.ts'
import { usageReport } from '../../cli/usage/report.ts'
import { organization } from '../../sample-organization.ts'
import { USAGE_ROLE } from '../../shared/policies/reconcile.ts'
import { trailOf } from '../audit/read.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'
import { reconciled, tenantsOf } from './adds-up.ts'
import { mixed } from './mixed.ts'

const NOVA = 'us.amazon.nova-2-lite-v1:0'
const SETTINGS = {
  models: {
    'nova-2-lite': NOVA,
    'claude-haiku-4.5': 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    embed: 'amazon.titan-embed-text-v2:0',
  },
  defaultModel: 'nova-2-lite',
  modelInvocationLogging: true,
}

/** Without the guard rails on tenants' accounts, which let nobody past the gateway. */
const unguarded = {
  ...organization,
  accounts: organization.accounts.map((account) => ({ ...account, serviceControlPolicies: [] })),
}

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    stacks: ['hub', 'spoke-tenant1'],
    settings: { 'spoke-tenant1': SETTINGS },
    organization: unguarded,
  })
})
afterAll(() => platform?.close())

it('sixty requests of every kind add up to the token, in sums and record by record', async () => {
  const { served, refused, left } = await mixed(platform, ['tenant1'], 60, 4)
  const records = await trailOf(platform)
  const report = usageReport(records, { by: ['model'] })
  // A function's answer is sent whole: a client that left has no influence on it.
  expect(report.total).toMatchObject({ requests: served + left, refused, unended: 0 })
  expect(report.total.cacheReadInputTokens).toBeGreaterThan(0)
  expect(report.total.cacheWrite1hInputTokens).toBeGreaterThan(0)
  const found = await reconciled(platform, records)
  expect(reconciledText(found)).toMatch(/It adds up/)
  expect(reconciledText(found)).toMatch(/by prices of which the oldest was looked up on 2026-\d\d-\d\d\./)
  expect(found.rows.flatMap(({ difference }) => Object.values(difference)).every((tokens) => tokens === 0)).toBe(true)
  expect(found.records).toMatchObject([{ equal: served + left, unknown: 0, findings: [] }])
})

it('records that are delivered twice change nothing', async () => {
  const records = await trailOf(platform)
  const logEvents = records.slice(0, 20).map(({ event, ...record }) => {
    const { inputTokens, outputTokens, ...line } = record
    const usage = { ...record, inputTokens, outputTokens }
    return { id: event, timestamp: Date.parse(record.time), message: JSON.stringify({ ...line, usage }) }
  })
  const logGroup = '/aws/lambda/genai-gateway-tenant1'
  const body = JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup, logEvents })
  const { functionError } = await platform.cloud.lambda.invoke({
    functionArn: String(platform.resource('aws:lambda/function:Function', 'audit').outputs.arn),
    payload: JSON.stringify({ awslogs: { data: gzipSync(body).toString('base64') } }),
    caller: {
      kind: 'service',
      principal: 'logs.amazonaws.com',
      sourceArn: `arn:aws:logs:us-east-1:111111111111:log-group:${logGroup}:*`,
      sourceAccount: '111111111111',
    },
  })
  expect(functionError).toBeUndefined()
  const again = await trailOf(platform)
  expect(usageReport(again, { by: ['model'] })).toEqual(usageReport(records, { by: ['model'] }))
  expect(addsUp(await reconciled(platform, again))).toBe(true)
})

it('a call past the gateway is found: in the sums, and by who made it', async () => {
  const administrator = platform.cloud.credentials.issue(
    {
      arn: 'arn:aws:sts::222222222222:assumed-role/administrator/eve',
      account: '222222222222',
      roleArn: 'arn:aws:iam::222222222222:role/administrator',
      sessionName: 'eve',
      tags: {},
      sessionPolicies: [],
    },
    900,
  )
  const bedrock = new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: administrator,
    requestHandler: new NodeHttpHandler({
      httpsAgent: localAgent({ port: platform.wirePort, caFile: platform.caFile }),
    }),
  })
  await bedrock.send(new ConverseCommand({ modelId: NOVA, messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }))
  const found = await reconciled(platform, await trailOf(platform))
  expect(addsUp(found)).toBe(false)
  expect(found.records).toMatchObject([
    { findings: [{ what: 'past the gateway', identity: expect.stringContaining('assumed-role/administrator/eve') }] },
  ])
  expect(reconciledText(found)).toMatch(/Bedrock counted tokens that no record has/)
})

it('the bill is no part of it, and the local cloud says that it has none', async () => {
  const records = await trailOf(platform)
  const found = await reconciled(platform, records, undefined, true)
  expect(addsUp(found)).toBe(addsUp(await reconciled(platform, records)))
  expect(
    reconciledText({
      ...found,
      bill: [{ account: '222222222222', day: '2026-12-01', billed: 1.5, recorded: 1.25, unpriced: 2 }],
    }),
  ).toMatch(/222222222222 +2026-12-01 +\$1\.5000 +\$1\.2500 +2 requests/)
  expect(reconciledText(found)).toMatch(/The bill of 222222222222 was not asked: there is no whole day/)
  const [tenant] = await tenantsOf(platform, USAGE_ROLE)
  const clients = await tenant?.clients()
  await expect(billedDays(clients as never, '222222222222', ['2026-12-01'], [])).rejects.toThrow(/the service 'ce'/)
})

it('an account that may not be asked is told, and does not count as a yes', async () => {
  const found = await reconciled(platform, await trailOf(platform), 'no-such-role')
  expect(addsUp(found)).toBe(false)
  expect(reconciledText(found)).toMatch(
    /Not asked: tenant1 \(account 222222222222\): .*no-such-role.*reconcile --policy/,
  )
})
