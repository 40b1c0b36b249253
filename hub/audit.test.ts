import { beforeAll, describe, expect, it } from 'vitest'
import { type HubRecording, recordHub } from '../tests/hub-fixture.ts'

const ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm'
const GROUP = 'aws:cloudwatch/logGroup:LogGroup'

let recorded: HubRecording
beforeAll(async () => {
  recorded = await recordHub()
})

describe('the audit trail', () => {
  it('is a log group of its own, with the retention that was set, protected with the hub’s data', async () => {
    expect(recorded.one(GROUP, 'audit')).toMatchObject({
      inputs: { name: '/genai/audit', retentionInDays: 365, deletionProtectionEnabled: true },
      protect: true,
    })
    const changed = await recordHub({ auditRetentionDays: 3653, deletionProtection: false })
    expect(changed.one(GROUP, 'audit')).toMatchObject({
      inputs: { retentionInDays: 3653, deletionProtectionEnabled: false },
      protect: false,
    })
  })

  it('is written by one function, outside of the VPC, that can do nothing else', () => {
    const { inputs } = recorded.one('aws:lambda/function:Function', 'audit')
    expect(inputs).toMatchObject({
      name: 'genai-audit',
      environment: {
        variables: { AUDIT_LOG_GROUP: '/genai/audit', TENANT_LOG_GROUP_PREFIX: '/aws/lambda/genai-gateway-' },
      },
    })
    expect(inputs).not.toHaveProperty('vpcConfig')
    const role = recorded.one('aws:iam/role:Role', 'audit')
    expect(role.dependencies).toContain('aws:iam/policy:Policy audit-boundary')
    const policy = JSON.parse(String(recorded.one('aws:iam/rolePolicy:RolePolicy', 'audit').inputs.policy))
    const write = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }
    expect(policy.Statement).toEqual([
      { Sid: 'WriteTrail', ...write, Resource: 'arn:aws:service:us-east-1:111111111111:audit:log-stream:*' },
      { Sid: 'OwnLogs', ...write, Resource: 'arn:aws:service:us-east-1:111111111111:audit-function:log-stream:*' },
    ])
    expect(recorded.one('aws:iam/policy:Policy', 'audit-boundary').inputs.policy).toBe(JSON.stringify(policy))
  })

  it('may be invoked by CloudWatch Logs for tenants’ log groups of this account only, before the contract names it', () => {
    expect(recorded.one('aws:lambda/permission:Permission').inputs).toMatchObject({
      action: 'lambda:InvokeFunction',
      principal: 'logs.amazonaws.com',
      sourceAccount: '111111111111',
      sourceArn: 'arn:aws:logs:us-east-1:111111111111:log-group:/aws/lambda/genai-gateway-*:*',
    })
    expect(recorded.outputs.auditFunctionArn).toBe('arn:aws:service:us-east-1:111111111111:audit')
  })

  it('tells when a delivery fails or is lost, to the topic that was named', async () => {
    const alarms = recorded
      .all(ALARM)
      .filter(({ parent }) => parent.endsWith('audit'))
      .map(({ inputs }) => [inputs.name, inputs.metricName, inputs.threshold])
    expect(alarms).toEqual([
      ['genai/hub/audit-errors', 'Errors', 1],
      ['genai/hub/audit-lost', 'AsyncEventsDropped', 1],
    ])
    for (const { inputs } of recorded.all(ALARM)) expect(inputs).not.toHaveProperty('alarmActions')
    const alarmTopicArn = 'arn:aws:sns:us-east-1:111111111111:alarms'
    const notified = await recordHub({ alarmTopicArn })
    for (const { inputs } of notified.all(ALARM))
      expect(inputs).toMatchObject({ alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] })
    expect(notified.outputs.alarmTopicArn).toBe(alarmTopicArn)
    expect(recorded.outputs).not.toHaveProperty('alarmTopicArn')
  })
})
