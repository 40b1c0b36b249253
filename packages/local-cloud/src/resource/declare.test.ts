import { describe, expect, it } from 'vitest'
import { findRow, invokeOf, resourceTypes, rowOf } from '../aws/registry.ts'
import { Ledger, type Properties } from '../ledger/ledger.ts'
import { Declarer, TENANT1 } from '../testing/declarer.ts'
import { organization } from '../testing/organization.ts'
import { canonical, replacedBy, situationOf } from './declare.ts'

const VPC = 'aws:ec2/vpc:Vpc'

describe('the registry', () => {
  it('names a type or data source that it does not have', () => {
    expect(() => rowOf('aws:sqs/queue:Queue')).toThrow('does not support the resource type aws:sqs/queue:Queue')
    expect(() => invokeOf('aws:sqs/getQueue:getQueue')).toThrow(
      'does not support the data source aws:sqs/getQueue:getQueue',
    )
    expect(findRow('aws:sqs/queue:Queue')).toBeUndefined()
  })

  it('has rows whose required, replacing and releasing inputs are inputs', () => {
    for (const type of resourceTypes()) {
      const { inputs, replaces, required = [], releases = [], named } = rowOf(type)
      const known = new Set(inputs.map((name) => name.split('.')[0]))
      const named_ = named === undefined ? [] : [named]
      for (const name of [...replaces, ...required, ...named_, ...(releases === 'all' ? [] : releases)])
        expect(known, `${type}: ${name}`).toContain(name)
    }
  })
})

describe('who holds whom', () => {
  it('is never told by a name that means something else elsewhere', async () => {
    const cloud = new Declarer()
    const name = { name: 'genai' }
    const s3 = await cloud.make('aws:s3/bucket:Bucket', 'b', { bucket: 'genai' })
    const trust =
      '{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
    const others = [
      await cloud.make('aws:cloudwatch/logGroup:LogGroup', 'g', name),
      await cloud.make('aws:cloudwatch/logMetricFilter:LogMetricFilter', 'f', {
        ...name,
        logGroupName: 'genai',
        metricTransformation: { name: 'm', namespace: 'n', value: '1' },
      }),
      await cloud.make('aws:cloudwatch/metricAlarm:MetricAlarm', 'a', {
        ...name,
        comparisonOperator: 'GreaterThanThreshold',
        evaluationPeriods: 1,
        statistic: 'Sum',
      }),
      await cloud.make('aws:iam/role:Role', 'r', { ...name, assumeRolePolicy: trust }),
      await cloud.make('aws:iam/instanceProfile:InstanceProfile', 'p', name),
      await cloud.make('aws:dynamodb/table:Table', 't', {
        ...name,
        billingMode: 'PAY_PER_REQUEST',
        hashKey: 'genai',
        attributes: [{ name: 'genai', type: 'S' }],
      }),
    ]
    for (const one of [s3, ...others]) expect(cloud.holders(one), one.type).toEqual([])
  })

  it('is never told by the same name in another account', async () => {
    const cloud = new Declarer()
    const inputs = { name: 'genai', assumeRolePolicy: '{"Statement":[]}' }
    const mine = await cloud.make('aws:iam/role:Role', 'mine', inputs)
    const theirs = await cloud.make('aws:iam/role:Role', 'theirs', inputs, { account: TENANT1 })
    const policy = { role: 'genai', policy: '{"Version":"2012-10-17","Statement":[]}' }
    await cloud.make('aws:iam/rolePolicy:RolePolicy', 'mine', policy)
    expect(cloud.holders(mine)).toEqual(['aws:iam/rolePolicy:RolePolicy'])
    expect(cloud.holders(theirs)).toEqual([])
  })
})

describe('declare', () => {
  it('refuses an input that the row does not know, however deep', async () => {
    const cloud = new Declarer()
    await expect(cloud.make(VPC, 'v', { cidrBlock: '10.0.0.0/16', ipv6: true })).rejects.toThrow(
      `the input "ipv6" of ${VPC}`,
    )
    await expect(
      cloud.make('aws:cognito/userPool:UserPool', 'p', { schemas: [{ name: 'a', kind: 'b' }] }),
    ).rejects.toThrow('the input "schemas.kind"')
    expect(await cloud.refusal(VPC, 'v', {})).toBe('MissingParameter: The request must contain the parameter cidrBlock')
  })

  it('gives the same ids to the same declarations, others to others', () => {
    const token = (urn: string, inputs: Properties, account = '1') =>
      situationOf({
        row: rowOf(VPC),
        urn,
        inputs,
        account,
        region: 'r',
        ledger: new Ledger(),
        organization,
      }).stableToken(17)
    const one = token('urn:a', { cidrBlock: '10.0.0.0/16' })
    expect(token('urn:a', { cidrBlock: '10.0.0.0/16', tags: { a: 'b' } })).toBe(one)
    const others = [token('urn:b', { cidrBlock: '10.0.0.0/16' }), token('urn:a', { cidrBlock: '10.0.0.0/17' })]
    others.push(token('urn:a', { cidrBlock: '10.0.0.0/16' }, '2'))
    expect(new Set([one, ...others]).size).toBe(4)
  })

  it.each<[string, Properties, Properties, readonly string[]]>([
    [VPC, { cidrBlock: '10.0.0.0/16' }, { cidrBlock: '10.1.0.0/16' }, ['cidrBlock']],
    [VPC, { enableDnsSupport: true }, { enableDnsSupport: false }, []],
    ['aws:lambda/function:Function', { memorySize: 128 }, { memorySize: 256 }, []],
    ['aws:lambda/function:Function', { name: 'a' }, { name: 'b' }, ['name']],
    ['aws:lb/listenerRule:ListenerRule', { priority: 1 }, { priority: 2 }, []],
    ['aws:ec2transitgateway/vpcAttachment:VpcAttachment', { subnetIds: ['a'] }, { subnetIds: ['b'] }, []],
    ['aws:ec2/instance:Instance', { userData: 'a' }, { userData: 'b' }, []],
    ['aws:ec2/instance:Instance', { userData: 'a' }, { userData: 'b', userDataReplaceOnChange: true }, ['userData']],
    [VPC, { region: 'us-east-1' }, { region: 'us-west-2' }, ['region']],
  ])('knows what replaces: %s %j → %j', (type, before, after, replaced) => {
    expect(replacedBy(rowOf(type), before, after)).toEqual(replaced)
  })

  it('compares values without regard to the order of keys and to what is absent', () => {
    expect(canonical({ a: 1, b: undefined, c: [{ e: 1, d: null }] })).toBe(canonical({ c: [{ e: 1 }], a: 1 }))
    expect(canonical([1, 2])).not.toBe(canonical([2, 1]))
  })
})
