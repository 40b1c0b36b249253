import { parseFilterPattern } from '@genai/local-cloud/aws/logs/filter-pattern'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../functions/key-sets/run.ts'
import { parseHubOutputs } from '../shared/read-contract.ts'
import { type HubRecording, recordHub } from '../tests/hub-fixture.ts'

let recorded: HubRecording
beforeAll(async () => {
  recorded = await recordHub({ keySetVia: 'table' })
})

const ARN = 'arn:aws:service:us-east-1:111111111111'
const jsonOf = (type: string, name: string, input = 'policy') =>
  JSON.parse(String(recorded.one(type, name).inputs[input]))

describe('keySetVia: table', () => {
  it('needs no way to the internet and no Cognito endpoint', () => {
    const services = recorded.all('aws:ec2/vpcEndpoint:VpcEndpoint').map(({ inputs }) => inputs.serviceName)
    expect(services.sort()).toEqual(['com.amazonaws.us-east-1.dynamodb', 'com.amazonaws.us-east-1.sts'])
    // Gateways read the table through it.
    expect(recorded.one('aws:ec2/vpcEndpoint:VpcEndpoint', 'endpoints-dynamodb').inputs.policy).toContain(
      `"${ARN}:key-sets"`,
    )
    expect(recorded.one('awsx:ec2:Vpc').inputs.natGateways).toEqual({ strategy: 'None' })
  })

  it('is a function outside of the VPC that runs every minute, and once when the hub is deployed', () => {
    const { inputs } = recorded.one('aws:lambda/function:Function', 'key-sets')
    expect(inputs).not.toHaveProperty('vpcConfig')
    expect(inputs.environment).toMatchObject({ variables: { TENANTS_TABLE: expect.anything() } })
    expect(recorded.one('aws:cloudwatch/eventRule:EventRule').inputs.scheduleExpression).toBe('rate(1 minute)')
    expect(recorded.one('aws:lambda/permission:Permission', 'key-sets').inputs).toMatchObject({
      principal: 'events.amazonaws.com',
      sourceAccount: '111111111111',
      sourceArn: `${ARN}:key-sets`,
    })
    expect(recorded.one('aws:lambda/invocation:Invocation').inputs).toMatchObject({ input: '{"owner":"@hub"}' })
  })

  it('writes to the table of key sets only, and nobody else does', () => {
    const { Statement } = jsonOf('aws:iam/rolePolicy:RolePolicy', 'key-sets')
    const writes = Statement.filter(({ Action }: { Action: string | string[] }) =>
      /Put|Update|Delete/.test(String(Action)),
    )
    expect(writes.map(({ Sid, Action }: { Sid: string; Action: string }) => [Sid, Action])).toEqual([
      ['WriteKeySets', 'dynamodb:PutItem'],
      ['OwnLogs', ['logs:CreateLogStream', 'logs:PutLogEvents']],
    ])
    expect(jsonOf('aws:iam/policy:Policy', 'key-sets-boundary')).toEqual(
      jsonOf('aws:iam/rolePolicy:RolePolicy', 'key-sets'),
    )
    const [deny] = jsonOf('aws:dynamodb/resourcePolicy:ResourcePolicy', 'key-sets').Statement
    expect(deny).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/genai-key-sets' } },
    })
  })

  it('tells tenants of the table, and only then', async () => {
    expect(parseHubOutputs(recorded.outputs, 'hub')).toMatchObject({
      keySetVia: 'table',
      keySetsTableArn: `${ARN}:key-sets`,
      keySetsFunctionArn: `${ARN}:key-sets`,
    })
    expect((await recordHub()).outputs).not.toHaveProperty('keySetsTableArn')
  })

  it('alarms when nothing was fetched for five minutes, and on an issuer that fails for so long', () => {
    const alarm = (name: string) => recorded.one('aws:cloudwatch/metricAlarm:MetricAlarm', name).inputs
    expect(alarm('key-sets-stale')).toMatchObject({
      metricName: 'key-sets-fetched',
      comparisonOperator: 'LessThanThreshold',
      treatMissingData: 'breaching',
      datapointsToAlarm: 5,
    })
    expect(alarm('key-sets-failed')).toMatchObject({ metricName: 'key-sets-failed', treatMissingData: 'notBreaching' })
    const line = (owner: string, outcome: Outcome['outcome']) =>
      JSON.stringify({ owner, issuer: 'https://x', outcome } satisfies Outcome)
    const matches = (metric: string, text: string) =>
      parseFilterPattern(
        String(recorded.one('aws:cloudwatch/logMetricFilter:LogMetricFilter', `key-sets-${metric}`).inputs.pattern),
      )(text)
    expect(matches('key-sets-fetched', line('@hub', 'fetched'))).toBe(true)
    expect(matches('key-sets-fetched', line('tenant1', 'fetched'))).toBe(false)
    expect(matches('key-sets-fetched', line('@hub', 'failed'))).toBe(false)
    expect(matches('key-sets-failed', line('tenant1', 'failed'))).toBe(true)
  })
})
