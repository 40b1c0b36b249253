/** What Bedrock counts by itself, read with AWS's own client of CloudWatch: whole, streamed, cached, embedded and left answers. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApis } from '../../src/aws/apis.ts'
import { createAccounting } from '../../src/aws/bedrock/accounting.ts'
import { createBedrock } from '../../src/aws/bedrock/bedrock.ts'
import { standIn } from '../../src/aws/bedrock/stand-in/stand-in.ts'
import { createTrail } from '../../src/aws/cloudtrail/trail.ts'
import { Metrics } from '../../src/aws/cloudwatch/metrics.ts'
import type { Printed } from '../../src/aws/logs/function-lines.ts'
import { HAIKU, NOVA, organization, TITAN_EMBED, user } from './bedrock-fixture.ts'
import { type Fixture, resource, sessionOf, startFixture, TENANT } from './services-fixture.ts'

const LOGGING = 'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration'
const ROLE = `arn:aws:iam::${TENANT}:role/genai-invocations-tenant1`

let fixture: Fixture
let bedrock: BedrockRuntimeClient
let cloudwatch: CloudWatchClient
let printed: Printed[]

beforeEach(async () => {
  printed = []
  fixture = await startFixture(
    ({ surroundings, credentials, ledger }) => {
      const metrics = new Metrics()
      const logs = { printed: (line: Printed) => void printed.push(line) }
      const accounting = createAccounting({ ledger, metrics, logs, now: surroundings.now })
      return [
        createBedrock(surroundings, credentials, { backend: standIn({ pauseMilliseconds: 1 }), accounting }),
        ...createApis(surroundings, credentials, createTrail(), metrics),
      ]
    },
    { organization },
  )
  const settings = await fixture.client(fixture.credentials.issue(sessionOf(TENANT), 900))
  bedrock = new BedrockRuntimeClient(settings)
  cloudwatch = new CloudWatchClient(settings)
})
afterEach(() => fixture.close())

const HELLO = { messages: [user('Hello, who are you?')] }

async function counted(name: string, modelId: string): Promise<number> {
  const now = Date.now()
  const { MetricDataResults: [result] = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - 3_600_000),
      EndTime: new Date(now + 3_600_000),
      MetricDataQueries: [
        {
          Id: 'm1',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Bedrock',
              MetricName: name,
              Dimensions: [{ Name: 'ModelId', Value: modelId }],
            },
            Period: 3600,
            Stat: 'Sum',
          },
        },
      ],
    }),
  )
  return (result?.Values ?? []).reduce((sum, value) => sum + value, 0)
}

it('is what callers are told, for whole answers, streams, caches and vectors', async () => {
  const long = { text: 'A long prompt. '.repeat(1_500) }
  const cached = {
    messages: [{ role: 'user' as const, content: [long, { cachePoint: { type: 'default' as const } }] }],
  }
  const told = { InputTokenCount: 0, OutputTokenCount: 0, CacheReadInputTokenCount: 0, CacheWriteInputTokenCount: 0 }
  for (const input of [HELLO, cached, cached]) {
    const { usage } = await bedrock.send(new ConverseCommand({ modelId: HAIKU, ...input }))
    told.InputTokenCount += usage?.inputTokens ?? 0
    told.OutputTokenCount += usage?.outputTokens ?? 0
    told.CacheReadInputTokenCount += usage?.cacheReadInputTokens ?? 0
    told.CacheWriteInputTokenCount += usage?.cacheWriteInputTokens ?? 0
  }
  const { stream = [] } = await bedrock.send(new ConverseStreamCommand({ modelId: HAIKU, ...HELLO }))
  for await (const { metadata } of stream as AsyncIterable<{ metadata?: { usage?: Record<string, number> } }>) {
    told.InputTokenCount += metadata?.usage?.inputTokens ?? 0
    told.OutputTokenCount += metadata?.usage?.outputTokens ?? 0
  }
  expect(told.CacheReadInputTokenCount).toBeGreaterThan(1_000)
  expect(told.CacheWriteInputTokenCount).toBeGreaterThan(1_000)
  for (const [name, sum] of Object.entries(told)) expect([name, await counted(name, HAIKU)]).toEqual([name, sum])
  expect(await counted('Invocations', HAIKU)).toBe(4)

  const body = JSON.stringify({ inputText: 'Hello, who are you?' })
  await bedrock.send(new InvokeModelCommand({ modelId: TITAN_EMBED, body }))
  expect(await counted('InputTokenCount', TITAN_EMBED)).toBe(5)
  const { Metrics: known = [] } = await cloudwatch.send(
    new ListMetricsCommand({ Namespace: 'AWS/Bedrock', MetricName: 'Invocations' }),
  )
  expect(known.map(({ Dimensions }) => Dimensions?.[0]?.Value)).toEqual([HAIKU, TITAN_EMBED])
  expect(fixture.asked.map(({ action }) => action)).toContain('cloudwatch:GetMetricData')
})

it('counts of an answer that nobody waited for what was made of it, and nothing of a refused one', async () => {
  const { stream } = await bedrock.send(new ConverseStreamCommand({ modelId: NOVA, ...HELLO }))
  for await (const event of stream ?? []) if (event.contentBlockDelta) break
  await expect.poll(() => counted('OutputTokenCount', NOVA)).toBeGreaterThan(0)
  expect(await counted('InputTokenCount', NOVA)).toBeGreaterThan(0)
  await expect(bedrock.send(new ConverseCommand({ modelId: HAIKU, messages: [user('')] }))).rejects.toMatchObject({
    name: 'ValidationException',
  })
  expect(await counted('Invocations', HAIKU)).toBe(0)
})

it('is in the invocation log where that is declared, with what the caller says of the request', async () => {
  await bedrock.send(new ConverseCommand({ modelId: NOVA, ...HELLO }))
  expect(printed).toEqual([])
  await fixture.ledger.put(
    resource(
      LOGGING,
      'us-east-1',
      { loggingConfig: { cloudwatchConfig: { logGroupName: '/genai/tenant1/invocations-1', roleArn: ROLE } } },
      TENANT,
    ),
  )
  const { usage } = await bedrock.send(
    new ConverseCommand({ modelId: NOVA, ...HELLO, requestMetadata: { 'genai:request': 'r-1' } }),
  )
  const body = JSON.stringify({ inputText: 'Hello' })
  const invoke = (requestMetadata: string) =>
    bedrock.send(new InvokeModelCommand({ modelId: TITAN_EMBED, body, requestMetadata }))
  await invoke('{"genai:request":"r-2"}')
  await expect(invoke('genai')).rejects.toMatchObject({ name: 'ValidationException' })
  expect(
    printed.map(({ function: { logGroup }, session: { roleArn }, stream }) => ({ logGroup, roleArn, stream })),
  ).toEqual(
    Array(2).fill({
      logGroup: '/genai/tenant1/invocations-1',
      roleArn: ROLE,
      stream: 'aws/bedrock/modelinvocations',
    }),
  )
  expect(printed.map(({ line }) => JSON.parse(line))).toMatchObject([
    {
      schemaType: 'ModelInvocationLog',
      operation: 'Converse',
      modelId: NOVA,
      accountId: TENANT,
      requestMetadata: { 'genai:request': 'r-1' },
      input: { inputTokenCount: usage?.inputTokens },
      output: { outputTokenCount: usage?.outputTokens },
    },
    { operation: 'InvokeModel', modelId: TITAN_EMBED, requestMetadata: { 'genai:request': 'r-2' } },
  ])
})
