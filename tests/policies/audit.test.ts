/** Who reaches the audit trail: one role writes it, and nobody who works for a tenant does anything else with it. */
import { describe, expect, it } from 'vitest'
import {
  alarmName,
  auditFunctionName,
  auditLogGroupName,
  functionLogGroupName,
  hubAlarmName,
} from '../../shared/naming.ts'
import { auditRolePolicy } from '../../shared/policies/audit.ts'
import type { PolicyDocument } from '../../shared/policies/document.ts'
import { executionRolePolicy, permissionsBoundary } from '../../shared/policies/execution-role.ts'
import { onboardingPolicies } from '../../shared/policies/onboarding.ts'
import { caller, HUB, REGION } from './evaluation.ts'

const group = (name: string) => `arn:aws:logs:${REGION}:${HUB}:log-group:${name}`
const TRAIL = group(auditLogGroupName)
const OWN_LOG = group(`/aws/lambda/${auditFunctionName}`)
const FUNCTION = `arn:aws:lambda:${REGION}:${HUB}:function:${auditFunctionName}`
const TABLE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-tenants`
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}

const LOSES_OR_FORGES = [
  ['logs:PutLogEvents', `${TRAIL}:log-stream:tenant1`],
  ['logs:PutLogEvents', `${TRAIL}:log-stream:tenant2`],
  ['logs:CreateLogStream', `${TRAIL}:log-stream:tenant1`],
  ['logs:DeleteLogStream', `${TRAIL}:log-stream:tenant1`],
  ['logs:DeleteLogGroup', TRAIL],
  ['logs:DeleteLogGroup', `${TRAIL}:log-stream:`],
  ['logs:PutRetentionPolicy', TRAIL],
  ['logs:PutRetentionPolicy', `${TRAIL}:log-stream:`],
  ['logs:PutLogGroupDeletionProtection', TRAIL],
  ['logs:PutLogGroupDeletionProtection', `${TRAIL}:log-stream:`],
  ['logs:PutSubscriptionFilter', TRAIL],
  ['logs:PutSubscriptionFilter', `${TRAIL}:log-stream:`],
  ['logs:FilterLogEvents', `${TRAIL}:log-stream:`],
  ['lambda:InvokeFunction', FUNCTION],
  ['lambda:UpdateFunctionCode', FUNCTION],
  ['lambda:UpdateFunctionConfiguration', FUNCTION],
  ['lambda:AddPermission', FUNCTION],
  ['lambda:RemovePermission', FUNCTION],
  ['lambda:DeleteFunction', FUNCTION],
  ['iam:PutRolePolicy', `arn:aws:iam::${HUB}:role/${auditFunctionName}`],
  ['cloudwatch:DeleteAlarms', `arn:aws:cloudwatch:${REGION}:${HUB}:alarm:${hubAlarmName('audit-errors')}`],
  ['cloudwatch:PutMetricAlarm', `arn:aws:cloudwatch:${REGION}:${HUB}:alarm:${hubAlarmName('audit-lost')}`],
] as const

const vpcId = 'vpc-0123456789abcdef0'
const permissionsBoundaryArn = `arn:aws:iam::${HUB}:policy/genai-gateway-boundary`
const execution = { account: HUB, role: 'genai-gateway-tenant1', roleTags: { tenant: 'tenant1' } }
const asksAs = {
  "a tenant's function": caller({
    ...execution,
    policies: [
      executionRolePolicy({
        hubAccount: HUB,
        region: REGION,
        tenantId: 'tenant1',
        tableArn: TABLE,
        vpcId,
        tenantRoleArn: 'arn:aws:iam::222222222222:role/genai-models-tenant1',
      }),
    ],
  }),
  "a tenant's function that was given every permission": caller({
    ...execution,
    policies: [EVERYTHING],
    boundary: permissionsBoundary({ account: HUB, region: REGION, tableArn: TABLE, vpcId }),
  }),
  'who deploys an ingress': onboarding('tenant1'),
  // Their ids are what the names of the hub's own end in.
  'who deploys the ingress of "audit"': onboarding('audit'),
  'who deploys the ingress of "errors"': onboarding('errors'),
}

function onboarding(tenant: string) {
  const documents = onboardingPolicies({
    account: HUB,
    region: REGION,
    vpcId,
    privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaaa'],
    tableArn: TABLE,
    transitGatewayArn: `arn:aws:ec2:${REGION}:${HUB}:transit-gateway/tgw-0123456789abcdef0`,
    hubRouteTableId: 'tgw-rtb-0aaaaaaaaaaaaaaaa',
    spokesRouteTableId: 'tgw-rtb-0bbbbbbbbbbbbbbbb',
    listenerArn: `arn:aws:elasticloadbalancing:${REGION}:${HUB}:listener/app/genai-hub/0123456789abcdef/0123456789abcdef`,
    userPoolArn: `arn:aws:cognito-idp:${REGION}:${HUB}:userpool/us-east-1_pool`,
    resourceShareArn: `arn:aws:ram:${REGION}:${HUB}:resource-share/12345678-1234-1234-1234-123456789012`,
    permissionsBoundaryArn,
    sharing: 'accounts',
  })
  const tags = { tenant_id: tenant }
  return caller({ account: HUB, role: 'genai-onboarding', policies: Object.values(documents), sessionTags: tags })
}

describe.each(Object.entries(asksAs))('%s', (_, ask) => {
  it.each(LOSES_OR_FORGES)('may not %s %s', async (action, resource) => {
    const context = { 'aws:ResourceTag/tenant': 'tenant1', 'lambda:Principal': 'elasticloadbalancing.amazonaws.com' }
    expect((await ask({ action, resource, context })).allowed).toBe(false)
  })
})

describe('the onboarding role and subscriptions', () => {
  const ask = onboarding('tenant1')
  it.each(['PutSubscriptionFilter', 'DeleteSubscriptionFilter', 'DescribeSubscriptionFilters'])(
    '%s: on its own tenant’s log group only',
    async (operation) => {
      const on = async (name: string) =>
        (await ask({ action: `logs:${operation}`, resource: `${group(name)}:log-stream:` })).allowed
      expect(await on(functionLogGroupName('tenant1'))).toBe(true)
      expect(await on(functionLogGroupName('tenant2'))).toBe(false)
      expect(await on(functionLogGroupName('tenant12'))).toBe(false)
      expect(await on('/aws/lambda/other')).toBe(false)
    },
  )

  it('hands CloudWatch Logs no role, so that only a function can be a destination', async () => {
    for (const name of ['genai-gateway-tenant1', auditFunctionName]) {
      const context = { 'iam:PassedToService': 'logs.amazonaws.com' }
      const pass = { action: 'iam:PassRole', resource: `arn:aws:iam::${HUB}:role/${name}`, context }
      expect((await ask(pass)).allowed).toBe(false)
    }
    const destination = `arn:aws:logs:${REGION}:222222222222:destination:elsewhere`
    expect((await ask({ action: 'logs:PutSubscriptionFilter', resource: destination })).allowed).toBe(false)
  })

  it('lets no function be invoked by CloudWatch Logs', async () => {
    const context = { 'lambda:Principal': 'logs.amazonaws.com' }
    const resource = `arn:aws:lambda:${REGION}:${HUB}:function:genai-gateway-tenant1`
    expect((await ask({ action: 'lambda:AddPermission', resource, context })).allowed).toBe(false)
  })

  it('has the alarms of its own tenant', async () => {
    const alarm = (name: string) => `arn:aws:cloudwatch:${REGION}:${HUB}:alarm:${name}`
    const put = async (name: string) =>
      (await ask({ action: 'cloudwatch:PutMetricAlarm', resource: alarm(name) })).allowed
    expect(await put(alarmName('latency', 'tenant1'))).toBe(true)
    expect(await put(alarmName('latency', 'tenant2'))).toBe(false)
  })
})

describe('the audit function', () => {
  const policy = auditRolePolicy({ trailArn: TRAIL, logGroupArn: OWN_LOG })
  it.each([
    ['its own policy', [policy], undefined],
    ['its boundary, whatever it is given', [EVERYTHING], policy],
  ] as const)('writes and does nothing else: by %s', async (_, policies, boundary) => {
    const ask = caller({ account: HUB, role: auditFunctionName, policies, ...(boundary && { boundary }) })
    const may = async (action: string, resource: string) => (await ask({ action, resource })).allowed
    for (const log of [TRAIL, OWN_LOG])
      for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents'])
        expect(await may(action, `${log}:log-stream:tenant1`)).toBe(true)
    expect(await may('logs:PutLogEvents', `${group(functionLogGroupName('tenant1'))}:log-stream:s`)).toBe(false)
    expect(await may('logs:FilterLogEvents', `${TRAIL}:log-stream:`)).toBe(false)
    expect(await may('logs:DeleteLogStream', `${TRAIL}:log-stream:tenant1`)).toBe(false)
    expect(await may('logs:DeleteLogGroup', TRAIL)).toBe(false)
    expect(await may('sts:AssumeRole', 'arn:aws:iam::222222222222:role/genai-models-tenant1')).toBe(false)
    expect(await may('dynamodb:Query', TABLE)).toBe(false)
  })
})
