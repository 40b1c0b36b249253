import { beforeAll, describe, expect, it } from 'vitest'
import { type HubRecording, recordHub } from '../tests/hub-fixture.ts'

const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'
const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'

let recorded: HubRecording
beforeAll(async () => {
  recorded = await recordHub()
})

const policyOf = (name: string, from = recorded) => JSON.parse(String(from.one(ENDPOINT, name).inputs.policy))

describe('the VPC', () => {
  it('is laid out by the plan, without a NAT gateway', () => {
    expect(recorded.one('awsx:ec2:Vpc').inputs).toMatchObject({
      cidrBlock: '10.0.0.0/16',
      availabilityZoneNames: ['us-east-1a', 'us-east-1b'],
      subnetStrategy: 'Auto',
      natGateways: { strategy: 'None' },
      enableDnsHostnames: true,
      enableDnsSupport: true,
      subnetSpecs: [
        { type: 'Public', name: 'public', cidrBlocks: ['10.0.32.0/20', '10.0.96.0/20'] },
        { type: 'Private', name: 'private', cidrBlocks: ['10.0.0.0/19', '10.0.64.0/19'] },
        { type: 'Isolated', name: 'transit-gateway', cidrBlocks: ['10.0.48.0/28', '10.0.112.0/28'] },
      ],
    })
  })

  it('has a NAT gateway per zone, and no Cognito endpoint, when the key set is fetched through it', async () => {
    const nat = await recordHub({ keySetVia: 'nat' })
    expect(nat.one('awsx:ec2:Vpc').inputs.natGateways).toEqual({ strategy: 'OnePerAz' })
    expect(nat.all(ENDPOINT).map(({ name }) => name)).not.toContain('endpoints-cognito-idp')
  })

  it('records its flows, in a log that only its flow logs may write to', () => {
    expect(recorded.one('aws:ec2/flowLog:FlowLog').inputs).toMatchObject({ trafficType: 'ALL', vpcId: 'vpc-hub' })
    expect(recorded.one('aws:cloudwatch/logGroup:LogGroup', 'network-flow-logs').inputs.retentionInDays).toBe(365)
    const role = recorded.one('aws:iam/role:Role', 'network-flow-logs').inputs
    expect(JSON.parse(String(role.assumeRolePolicy)).Statement[0].Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': '111111111111' },
      ArnLike: { 'aws:SourceArn': 'arn:aws:ec2:us-east-1:111111111111:vpc-flow-log/*' },
    })
  })

  it("leaves its default security group, and the functions' parking group, without a rule", () => {
    const groups = [
      recorded.one('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup'),
      recorded.one('aws:ec2/securityGroup:SecurityGroup', 'network-parking'),
    ]
    for (const { inputs } of groups) {
      expect(inputs).not.toHaveProperty('ingress')
      expect(inputs).not.toHaveProperty('egress')
    }
    const used = recorded.resources.map(({ inputs }) => inputs.securityGroupId)
    expect(used).not.toContain('network-parking-id')
    expect(used).not.toContain('network-default-id')
  })
})

describe('the endpoints', () => {
  it('are DynamoDB in the private route tables, STS and Cognito in the private subnets', () => {
    expect(recorded.one(ENDPOINT, 'endpoints-dynamodb').inputs).toMatchObject({
      vpcEndpointType: 'Gateway',
      serviceName: 'com.amazonaws.us-east-1.dynamodb',
      routeTableIds: ['rtb-of-subnet-private-a', 'rtb-of-subnet-private-b'],
    })
    for (const service of ['sts', 'cognito-idp']) {
      expect(recorded.one(ENDPOINT, `endpoints-${service}`).inputs).toMatchObject({
        vpcEndpointType: 'Interface',
        serviceName: `com.amazonaws.us-east-1.${service}`,
        subnetIds: ['subnet-private-a', 'subnet-private-b'],
        securityGroupIds: ['endpoints-id'],
        privateDnsEnabled: true,
      })
    }
  })

  it('are reached on 443 from the private subnets, and from nowhere else', () => {
    const rules = recorded.all(INGRESS).filter(({ inputs }) => inputs.securityGroupId === 'endpoints-id')
    expect(rules.map(({ inputs }) => [inputs.cidrIpv4, inputs.ipProtocol, inputs.fromPort, inputs.toPort])).toEqual([
      ['10.0.0.0/19', 'tcp', 443, 443],
      ['10.0.64.0/19', 'tcp', 443, 443],
    ])
  })

  it('let functions read items, count, become tenant roles, and nothing more', () => {
    const functions = { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/genai-gateway-*' } }
    expect(policyOf('endpoints-dynamodb').Statement).toEqual([
      {
        Sid: 'FunctionsReadItems',
        Effect: 'Allow',
        Principal: '*',
        Action: 'dynamodb:Query',
        Resource: 'arn:aws:service:us-east-1:111111111111:tenants',
        Condition: functions,
      },
      {
        Sid: 'FunctionsCount',
        Effect: 'Allow',
        Principal: '*',
        Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        Resource: 'arn:aws:service:us-east-1:111111111111:usage',
        Condition: functions,
      },
    ])
    expect(policyOf('endpoints-sts').Statement).toEqual([
      {
        Sid: 'FunctionsBecomeTenantRoles',
        Effect: 'Allow',
        Principal: '*',
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Resource: ['arn:aws:iam::*:role/genai-models-*'],
        Condition: functions,
      },
    ])
  })

  it('lets functions become roles of the listed accounts only, where accounts are listed', async () => {
    const sharing = { kind: 'accounts', accounts: ['222222222222', '333333333333'] } as const
    expect(policyOf('endpoints-sts', await recordHub({ sharing })).Statement[0].Resource).toEqual([
      'arn:aws:iam::222222222222:role/genai-models-*',
      'arn:aws:iam::333333333333:role/genai-models-*',
    ])
  })
})
