import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared, Properties } from '../ledger/ledger.ts'
import { replacedBy } from '../resource/declare.ts'
import { Declarer, HUB, TENANT1 } from '../testing/declarer.ts'
import { rowOf } from './registry.ts'

const TABLE = 'aws:dynamodb/table:Table'
const ITEM = 'aws:dynamodb/tableItem:TableItem'
const POOL = 'aws:cognito/userPool:UserPool'
const CLIENT = 'aws:cognito/userPoolClient:UserPoolClient'
const GROUP = 'aws:cognito/userGroup:UserGroup'
const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup'
const ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm'
const BUCKET = 'aws:s3/bucket:Bucket'
const BUCKET_POLICY = 'aws:s3/bucketPolicy:BucketPolicy'
const WEB_ACL = 'aws:wafv2/webAcl:WebAcl'
const FLOW_LOG = 'aws:ec2/flowLog:FlowLog'
const INVOCATIONS = 'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration'

let cloud: Declarer
beforeEach(() => {
  cloud = new Declarer()
})

/** Deleting what only `refuseDelete` protects. */
const deletion = ({ type, urn }: Declared) => {
  const resource = cloud.ledger.byUrn(urn)
  if (resource) rowOf(type).refuseDelete?.(resource, cloud.ledger)
}

describe('Table', () => {
  const table: Properties = {
    name: 'tenants',
    billingMode: 'PAY_PER_REQUEST',
    hashKey: 'tenantId',
    rangeKey: 'item',
    attributes: [
      { name: 'tenantId', type: 'S' },
      { name: 'item', type: 'S' },
    ],
  }
  const item = (tenantId: string, more: object = {}): Properties => ({
    tableName: 'tenants',
    hashKey: 'tenantId',
    rangeKey: 'item',
    item: JSON.stringify({ tenantId: { S: tenantId }, item: { S: 'configuration' }, ...more }),
  })

  it('refuses keys without attributes, attributes without keys, and a recovery period out of range', async () => {
    const refusal = (changed: Properties) => cloud.refusal(TABLE, 't', { ...table, ...changed })
    expect(await refusal({ hashKey: 'other' })).toContain('Some index key attributes are not defined')
    const { rangeKey: _, ...hashOnly } = table
    expect(await cloud.refusal(TABLE, 't', hashOnly)).toContain('does not exactly match number of attributes')
    expect(await refusal({ name: 't' })).toContain('ValidationException')
    expect(await refusal({ pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 36 } })).toContain(
      'between 1 and 35',
    )
    await cloud.make(TABLE, 't', table)
    expect(await cloud.refusal(TABLE, 'u', table)).toBe('ResourceInUseException: Table already exists: tenants')
  })

  it('is not deleted while it is protected', async () => {
    const made = await cloud.make(TABLE, 't', { ...table, deletionProtectionEnabled: true })
    expect(() => deletion(made)).toThrow('currently protected against deletion')
    await cloud.make(TABLE, 't', table)
    deletion(made)
  })

  it('has each declared item once: a second claim to a key is refused, an update is not', async () => {
    expect(await cloud.refusal(ITEM, 'a', item('a'))).toContain('ResourceNotFoundException')
    await cloud.make(TABLE, 't', table)
    await cloud.make(ITEM, 'a', item('a'))
    expect(await cloud.refusal(ITEM, 'b', item('a'))).toContain('ConditionalCheckFailedException')
    await cloud.make(ITEM, 'b', item('b'))
    await cloud.make(ITEM, 'a', item('a', { models: { S: 'all' } }))
    const row = rowOf(ITEM)
    const [made] = cloud.ledger.all(ITEM)
    expect(made && replacedBy(row, made.inputs, item('a', { models: { S: 'none' } }))).toEqual([])
    expect(made && replacedBy(row, made.inputs, item('c'))).toEqual(['item'])
  })

  it.each([
    ['{', 'must be JSON'],
    [JSON.stringify({ tenantId: { S: 'a' } }), 'Missing the key item'],
    [
      JSON.stringify({ tenantId: { N: '1' }, item: { S: 'x' } }),
      'Type mismatch for key tenantId expected: S actual: N',
    ],
    [JSON.stringify({ tenantId: { S: '' }, item: { S: 'x' } }), 'cannot contain an empty string value'],
    [JSON.stringify({ tenantId: { S: 'a' }, item: { S: 'x' }, other: 'plain' }), 'Supplied AttributeValue is empty'],
  ])('refuses the item %s', async (text, message) => {
    await cloud.make(TABLE, 't', table)
    expect(await cloud.refusal(ITEM, 'a', { ...item('a'), item: text })).toContain(message)
  })
})

describe('UserPool', () => {
  const attribute = { name: 'tenant_id', attributeDataType: 'String', mutable: false }

  it('takes attributes more, never other or fewer', async () => {
    const pool = await cloud.make(POOL, 'p', { schemas: [attribute] })
    expect(pool.id).toMatch(/^us-east-1_[0-9a-f]{9}$/)
    const refused = 'InvalidSchemaChange: cannot modify or remove schema items'
    expect(await cloud.refusal(POOL, 'p', { schemas: [] })).toBe(refused)
    expect(await cloud.refusal(POOL, 'p', { schemas: [{ ...attribute, mutable: true }] })).toBe(refused)
    const more = { schemas: [attribute, { ...attribute, name: 'plan' }] }
    expect((await cloud.make(POOL, 'p', more)).id).toBe(pool.id)
  })

  it('refuses settings that Cognito does not take', async () => {
    const refusal = (inputs: Properties) => cloud.refusal(POOL, 'p', inputs)
    expect(await refusal({ passwordPolicy: { minimumLength: 5 } })).toContain('between 6 and 99')
    expect(await refusal({ mfaConfiguration: 'ON' })).toContain('at least one factor')
    expect(await refusal({ schemas: [{ ...attribute, required: true }] })).toContain('Required custom attributes')
    expect(await refusal({ aliasAttributes: ['email'], usernameAttributes: ['email'] })).toContain('Only one of')
  })

  it('has clients that read and write attributes that are there, for a time that AWS allows', async () => {
    const { id } = await cloud.make(POOL, 'p', { schemas: [attribute] })
    const refusal = (inputs: Properties) => cloud.refusal(CLIENT, 'c', { userPoolId: id, ...inputs })
    expect(await refusal({ writeAttributes: ['custom:other'] })).toContain('InvalidParameterException')
    expect(await refusal({ idTokenValidity: 1, tokenValidityUnits: { idToken: 'minutes' } })).toContain(
      'idToken must be between',
    )
    expect(await refusal({ explicitAuthFlows: ['PASSWORD'] })).toContain("'PASSWORD' at 'explicitAuthFlows'")
    expect(await refusal({ userPoolId: 'us-east-1_none' })).toContain('ResourceNotFoundException')
    const client = await cloud.make(CLIENT, 'c', {
      userPoolId: id,
      readAttributes: ['custom:tenant_id', 'email_verified'],
    })
    expect(client.id).toMatch(/^[0-9a-z]{26}$/)
  })

  it('has groups with names of their own, and goes with all that is in it', async () => {
    const pool = await cloud.make(POOL, 'p', { deletionProtection: 'ACTIVE' })
    await cloud.make(GROUP, 'g', { userPoolId: pool.id, name: 'tenant1' })
    expect(await cloud.refusal(GROUP, 'h', { userPoolId: pool.id, name: 'tenant1' })).toContain('GroupExistsException')
    expect(cloud.holders(pool)).toEqual([])
    expect(() => deletion(pool)).toThrow('deletion protection is activated')
  })
})

describe('cloudwatch', () => {
  it('has log groups with a name, or one that starts with a prefix', async () => {
    const named = await cloud.make(LOG_GROUP, 'g', { name: '/aws/lambda/a', retentionInDays: 90 })
    expect(named.outputs.arn).toBe(`arn:aws:logs:us-east-1:${HUB}:log-group:/aws/lambda/a`)
    expect(await cloud.refusal(LOG_GROUP, 'h', { name: '/aws/lambda/a' })).toContain('ResourceAlreadyExistsException')
    expect(await cloud.refusal(LOG_GROUP, 'h', { name: 'h', retentionInDays: 91 })).toContain(
      "'91' at 'retentionInDays'",
    )
    const prefixed = await cloud.make(LOG_GROUP, 'p', { namePrefix: '/flow/' })
    expect(prefixed.id).toMatch(/^\/flow\/[0-9a-f]{26}$/)
  })

  it('has alarms with one statistic', async () => {
    const alarm = { comparisonOperator: 'GreaterThanThreshold', evaluationPeriods: 1, threshold: 1 }
    expect(await cloud.refusal(ALARM, 'a', alarm)).toContain('Exactly one of statistic and extendedStatistic')
    expect(await cloud.refusal(ALARM, 'a', { ...alarm, comparisonOperator: '>' })).toContain('must be one of')
    await cloud.make(ALARM, 'a', { ...alarm, statistic: 'Sum' })
  })

  it('has alarms that notify topics of their own region', async () => {
    const alarm = { comparisonOperator: 'GreaterThanThreshold', evaluationPeriods: 1, threshold: 1, statistic: 'Sum' }
    const refusal = (topic: string) => cloud.refusal(ALARM, 'b', { ...alarm, alarmActions: [topic] })
    expect(await refusal('alarms')).toBe('ValidationError: Invalid arn syntax: alarms')
    expect(await refusal(`arn:aws:sns:us-east-1:${HUB}:a:b`)).toContain('Invalid arn syntax')
    expect(await refusal(`arn:aws:sns:eu-west-1:${HUB}:alarms`)).toContain('Invalid region eu-west-1 specified')
    await expect(refusal(`arn:aws:lambda:us-east-1:${HUB}:function:f`)).rejects.toThrow('only topics are known')
    await cloud.make(ALARM, 'b', { ...alarm, okActions: [`arn:aws:sns:us-east-1:${HUB}:alarms`] })
  })

  it('refuses metric filters whose pattern or value is none', async () => {
    const FILTER = 'aws:cloudwatch/logMetricFilter:LogMetricFilter'
    await cloud.make(LOG_GROUP, 'm', { name: 'm' })
    const filter = { name: 'f', logGroupName: 'm', metricTransformation: { name: 'n', namespace: 's', value: '1' } }
    expect(await cloud.refusal(FILTER, 'f', { ...filter, pattern: '{ $.a' })).toContain('Invalid filter pattern')
    const value = { ...filter.metricTransformation, value: 'one' }
    expect(await cloud.refusal(FILTER, 'f', { ...filter, pattern: '', metricTransformation: value })).toContain("'one'")
  })
})

describe('s3', () => {
  it("has bucket names that are everybody's", async () => {
    await cloud.make(BUCKET, 'b', { bucket: 'logs' })
    expect(await cloud.refusal(BUCKET, 'c', { bucket: 'logs' })).toContain('BucketAlreadyOwnedByYou')
    expect(await cloud.refusal(BUCKET, 'c', { bucket: 'logs' }, { account: TENANT1 })).toContain('BucketAlreadyExists')
    expect(await cloud.refusal(BUCKET, 'c', { bucket: 'Logs_1' })).toContain('InvalidBucketName')
  })

  it('has policies about the bucket itself', async () => {
    await cloud.make(BUCKET, 'b', { bucket: 'logs' })
    const policy = (Resource: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource }],
      })
    const refusal = (inputs: Properties) => cloud.refusal(BUCKET_POLICY, 'p', inputs)
    expect(await refusal({ bucket: 'none', policy: policy('*') })).toContain('NoSuchBucket')
    expect(await refusal({ bucket: 'logs', policy: policy('arn:aws:s3:::other/*') })).toContain(
      'Policy has invalid resource',
    )
    expect(await refusal({ bucket: 'logs', policy: '{' })).toContain('MalformedPolicy')
    await cloud.make(BUCKET_POLICY, 'p', { bucket: 'logs', policy: policy('arn:aws:s3:::logs/*') })
  })
})

describe('WebAcl', () => {
  const visibilityConfig = { cloudwatchMetricsEnabled: true, metricName: 'm', sampledRequestsEnabled: false }
  const acl = (...rules: Properties[]): Properties => ({
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig,
    rules,
  })
  const rate = (limit: number): Properties => ({
    name: 'rate',
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit, aggregateKeyType: 'IP' } },
    visibilityConfig,
  })

  it('refuses rates out of range, groups that are not there, and rules that are the same', async () => {
    expect(await cloud.refusal(WEB_ACL, 'w', acl(rate(9)))).toContain('limit must be between 10 and 2000000000')
    expect(await cloud.refusal(WEB_ACL, 'w', acl(rate(100), rate(100)))).toContain('must be unique')
    const managedRuleGroupStatement = { vendorName: 'AWS', name: 'AWSManagedRulesNothing' }
    const managed = { ...rate(100), statement: { managedRuleGroupStatement }, overrideAction: { none: {} } }
    expect(await cloud.refusal(WEB_ACL, 'w', acl(managed))).toContain('WAFNonexistentItemException')
    const made = await cloud.make(WEB_ACL, 'w', acl(rate(100)))
    expect(made.outputs).toMatchObject({ capacity: 2, arn: expect.stringContaining(`regional/webacl/`) })
  })

  it('names a statement that it does not know', async () => {
    const geo = { ...rate(100), statement: { geoMatchStatement: { countryCodes: ['CH'] } } }
    await expect(cloud.make(WEB_ACL, 'w', acl(geo))).rejects.toThrow(
      'the input "rules.statement.geoMatchStatement" of aws:wafv2/webAcl:WebAcl',
    )
  })
})

describe('records of an account', () => {
  const role = (service: string) =>
    cloud.make('aws:iam/role:Role', service, {
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: 'sts:AssumeRole' }],
      }),
    })

  it('of flows go to a log group that is there, by a role', async () => {
    const vpc = await cloud.make('aws:ec2/vpc:Vpc', 'v', { cidrBlock: '10.0.0.0/16' })
    const group = await cloud.make(LOG_GROUP, 'g', { name: 'flows' })
    const { outputs } = await role('vpc-flow-logs')
    const log = { vpcId: vpc.id, trafficType: 'ALL', logDestination: String(group.outputs.arn) }
    expect(await cloud.refusal(FLOW_LOG, 'f', log)).toContain('DeliverLogsPermissionArn')
    const withRole = { ...log, iamRoleArn: String(outputs.arn) }
    expect(await cloud.refusal(FLOW_LOG, 'f', { ...withRole, logDestination: 'arn:none' })).toContain('does not exist')
    await cloud.make(FLOW_LOG, 'f', withRole)
    expect(await cloud.refusal(FLOW_LOG, 'g', withRole)).toContain('FlowLogAlreadyExists')
  })

  it('of prompts need a log group, and a role that Bedrock may assume', async () => {
    await cloud.make(LOG_GROUP, 'g', { name: 'prompts' })
    const [bedrock, other] = [await role('bedrock'), await role('ec2')]
    const inputs = (logGroupName: string, { outputs }: Declared) => ({
      loggingConfig: {
        cloudwatchConfig: { logGroupName, roleArn: String(outputs.arn) },
        textDataDeliveryEnabled: true,
      },
    })
    expect(await cloud.refusal(INVOCATIONS, 'i', inputs('none', bedrock))).toContain('which does not exist')
    expect(await cloud.refusal(INVOCATIONS, 'i', inputs('prompts', other))).toContain('which Bedrock cannot assume')
    expect((await cloud.make(INVOCATIONS, 'i', inputs('prompts', bedrock))).id).toBe('us-east-1')
  })
})
