import { describe, expect, it } from 'vitest'
import { HUB_FARGATE } from '../tests/spoke-fixture.ts'
import { CONTRACT_VERSION, type HubOutputs } from './contract.ts'
import { ContractError, HUB_OUTPUT_NAMES, parseHubOutputs } from './read-contract.ts'

const outputs: HubOutputs = {
  contractVersion: CONTRACT_VERSION,
  account: '111111111111',
  region: 'us-east-1',
  vpcId: 'vpc-1',
  cidrBlock: '10.0.0.0/16',
  spokesCidrBlock: '10.64.0.0/10',
  privateSubnets: [{ id: 'subnet-1', cidrBlock: '10.0.0.0/19', zoneId: 'use1-az1' }],
  zoneIds: ['use1-az1'],
  transitGatewayId: 'tgw-1',
  transitGatewayArn: 'arn:aws:ec2:us-east-1:111111111111:transit-gateway/tgw-1',
  hubRouteTableId: 'tgw-rtb-1',
  spokesRouteTableId: 'tgw-rtb-2',
  resourceShareArn: 'arn:aws:ram:us-east-1:111111111111:resource-share/1',
  sharing: { kind: 'accounts' },
  gatewayUrl: 'https://genai.example.com',
  loadBalancerArn: 'arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/genai-hub/1',
  loadBalancerDnsName: 'genai-hub-1.us-east-1.elb.amazonaws.com',
  listenerArn: 'arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/app/genai-hub/1/2',
  listenerProtocol: 'HTTPS',
  userPoolId: 'us-east-1_abc',
  userPoolArn: 'arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_abc',
  userPoolClientId: 'client',
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc',
  keySetVia: 'endpoint',
  tableName: 'genai-tenants',
  tableArn: 'arn:aws:dynamodb:us-east-1:111111111111:table/genai-tenants',
  endpointSecurityGroupId: 'sg-1',
  dynamodbPrefixListId: 'pl-1',
  parkingSecurityGroupId: 'sg-2',
  onboardingRoleArn: 'arn:aws:iam::111111111111:role/genai-onboarding',
  permissionsBoundaryArn: 'arn:aws:iam::111111111111:policy/genai-gateway-boundary',
  concurrencyLimit: 1000,
  auditFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:genai-audit',
  deletionProtection: true,
}

const parse = (change: Readonly<Record<string, unknown>>) =>
  parseHubOutputs({ ...outputs, ...change }, 'acme/genai/hub-eu')

function refused(change: Readonly<Record<string, unknown>>): ContractError {
  try {
    parse(change)
  } catch (error) {
    if (error instanceof ContractError) return error
    throw error
  }
  throw new Error('The outputs were accepted.')
}

describe('parseHubOutputs', () => {
  it('says that a hub without outputs is not deployed, instead of naming each output', () => {
    expect(() => parseHubOutputs({}, 'acme/genai/hub-eu')).toThrow(
      "The hub's stack acme/genai/hub-eu has no outputs: it has not been deployed yet, or its first deployment failed. Deploy the hub first: pulumi up -s hub-eu",
    )
  })

  it('gives back a whole contract, and leaves out what it does not know', () => {
    expect(parse({ somethingNewer: 1, keySet: null })).toEqual(outputs)
    expect(parse({ keySetVia: 'inline', keySet: '{"keys":[]}' })).toEqual({
      ...outputs,
      keySetVia: 'inline',
      keySet: '{"keys":[]}',
    })
  })

  it.each(
    HUB_OUTPUT_NAMES.filter(
      (name) =>
        !/^(browserOrigin|userPoolDomain|identity|federatedProviders|listenerRules|keySet|alarmTopicArn|dashboard|metricsSinkArn|leavingSubnet|fargate|centralModels|endpointService|loadBalancer|keySets\w+|usage\w+)$/.test(
          name,
        ),
    ),
  )('names %s when it is missing', (name) => {
    const error = refused({ [name]: undefined })
    expect(error.outputs).toEqual([name])
    expect(error.message).toContain(`- ${name} is missing.`)
    expect(error.message).toContain('stack acme/genai/hub-eu')
    expect(error.message).toContain('pulumi up -s hub-eu')
  })

  it('takes a table of key sets with its way, and not without', () => {
    const table = {
      keySetsTableName: 'genai-key-sets',
      keySetsTableArn: 'arn:table',
      keySetsFunctionArn: 'arn:function',
    }
    expect(parse({ keySetVia: 'table', ...table })).toEqual({ ...outputs, keySetVia: 'table', ...table })
    expect(refused({ keySetVia: 'table' }).outputs).toEqual(Object.keys(table))
    expect(refused(table).outputs).toEqual(Object.keys(table))
  })

  it('takes a table of counters, and a hub of an older version without one', () => {
    const table = { usageTableName: 'genai-usage', usageTableArn: 'arn:table' }
    expect(parse(table)).toEqual({ ...outputs, ...table })
    expect(refused({ usageTableName: 'genai-usage' }).outputs).toEqual(['usageTableArn'])
    expect(refused({ ...table, usageTableName: 5 }).outputs).toEqual(['usageTableName'])
  })

  it('takes a model endpoint that tenants share, whole or not at all', () => {
    const central = {
      endpointId: 'vpce-1',
      endpointHost: 'vpce-1-2.bedrock-runtime.us-east-1.vpce.amazonaws.com',
      securityGroupId: 'sg-3',
      modelIds: ['amazon.nova-lite-v1:0'],
      modelRegions: { us: ['us-east-1'] },
      groupRules: 60,
    }
    expect(parse({ centralModels: central })).toEqual({ ...outputs, centralModels: central })
    for (const change of [
      { endpointHost: undefined },
      { modelIds: [] },
      { modelRegions: { us: [] } },
      { groupRules: '60' },
    ])
      expect(refused({ centralModels: { ...central, ...change } }).outputs).toEqual(['centralModels'])
    expect(refused({ centralModels: true }).message).toContain(
      'Expected: { endpointId, endpointHost, securityGroupId, modelIds, modelRegions, groupRules }, or nothing.',
    )
  })

  it.each(Object.keys(outputs) as (keyof HubOutputs)[])('names %s when it is of another type', (name) => {
    for (const value of [Number.NaN, {}, []]) expect(refused({ [name]: value }).outputs).toEqual([name])
  })

  it.each<[string, unknown]>([
    ['contractVersion', CONTRACT_VERSION - 1],
    ['alarmTopicArn', 5],
    ['userPoolDomain', ''],
    [
      'identity',
      {
        issuer: 'https://idp.example.org',
        jwksUri: 'https://idp.example.org/keys',
        audience: 'a',
        tenantClaim: 'c',
        claimFormat: 'any',
      },
    ],
    ['identity', { issuer: 'https://idp.example.org' }],
    ['listenerRules', '100'],
    ['dashboard', false],
    ['contractVersion', String(CONTRACT_VERSION)],
    ['account', '1111'],
    ['vpcId', ''],
    ['privateSubnets', [{ id: 'subnet-1', cidrBlock: '10.0.0.0/19' }]],
    ['sharing', { kind: 'organisation' }],
    ['sharing', { kind: 'everybody' }],
    ['listenerProtocol', 'TCP'],
    ['deletionProtection', 'true'],
    ['keySet', '{"keys":[]}'],
    ['endpointService', { serviceId: 'vpce-svc-1', serviceName: 'n', privateDnsName: 'd' }],
    ['endpointService', { serviceId: 'vpce-svc-1', serviceName: '', privateDnsName: 'd', accounts: [] }],
    ['loadBalancer', 'public'],
    ['fargate', true],
    ['fargate', { clusterArn: 'arn:aws:ecs:us-east-1:111111111111:cluster/genai' }],
    ['fargate', { ...HUB_FARGATE, vcpuLimit: '6' }],
    ['fargate', { ...HUB_FARGATE, baseImage: '' }],
  ])('refuses %s = %j', (name, value) => {
    expect(refused({ [name]: value }).outputs).toEqual([name])
  })

  it('a newer hub is brought down to no older version: this checkout is too old', () => {
    const error = refused({ contractVersion: CONTRACT_VERSION + 1, vpcId: undefined })
    expect(error.outputs).toEqual(['contractVersion'])
    expect(error.message).toContain('Bring this checkout up to date')
    expect(error.message).not.toContain('pulumi up')
  })

  it('needs the key set when it is handed out inline', () => {
    expect(refused({ keySetVia: 'inline' }).message).toContain(
      'keySet is nothing. Expected: text when keySetVia is inline',
    )
  })

  it('tells every mistake at once', () => {
    expect(refused({ vpcId: undefined, region: 3 }).outputs).toEqual(['region', 'vpcId'])
  })
})

// Type level: these lines are the test, and `npm run typecheck` runs it.
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Assert<T extends true> = T
type _ContractTypes = [
  Assert<Equal<ReturnType<typeof parseHubOutputs>, HubOutputs>>,
  Assert<Equal<HubOutputs['contractVersion'], 2>>,
  Assert<Equal<HubOutputs['listenerProtocol'], 'HTTPS' | 'HTTP'>>,
  // Optional means absent, never undefined.
  Assert<Equal<Required<HubOutputs>['keySet'], string>>,
  // Every output is read-only, and stays so.
  Assert<Equal<HubOutputs, Readonly<HubOutputs>>>,
]
// @ts-expect-error a hub without its listener is no hub
const _incomplete: HubOutputs = { ...outputs, listenerArn: undefined }
// @ts-expect-error the organisation's ARN belongs to its kind of sharing
const _sharing: HubOutputs['sharing'] = { kind: 'organisation' }
