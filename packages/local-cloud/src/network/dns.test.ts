import { describe, expect, test } from 'vitest'
import { declared, HUB_ACCOUNT } from '../testing/ledger-builder.ts'
import { changed, client, fn, go, laptop, path, toModel, without } from '../testing/look-up.ts'
import { endpointHost, GATEWAY_URL_HOST, network } from '../testing/network-fixture.ts'

describe('names', () => {
  test('an endpoint’s name resolves anywhere, to private addresses', () => {
    expect(go(laptop, endpointHost('tenant1'))).toMatchObject({
      layer: 'internet',
      reason: expect.stringContaining('private address'),
    })
    expect(go(client, endpointHost('tenant1'))).toMatchObject({ layer: 'internet' })
  })
  test('an endpoint’s zonal name is the address in that zone', () => {
    const zonal = endpointHost('tenant1').replace('12345678', '12345678-us-east-1a')
    // The tenant's us-east-1a is use1-az2.
    expect(path(go(fn('tenant1'), zonal)).addresses).toEqual(['10.64.0.41'])
  })
  test('a service’s public name: private in a VPC with an endpoint and private DNS, else public', () => {
    const sts = 'sts.us-east-1.amazonaws.com'
    expect(path(go(fn('tenant1'), sts)).target).toMatchObject({
      kind: 'endpoint',
      endpointId: 'vpce-sts',
      service: 'sts',
    })
    expect(path(go(laptop, sts)).target).toEqual({ kind: 'service', service: 'sts', region: 'us-east-1' })
    expect(go(fn('tenant1'), sts, changed('vpce-sts', { privateDnsEnabled: false }))).toMatchObject({
      layer: 'securityGroup',
    })
    expect(go(fn('tenant1'), 'bedrock-runtime.us-east-1.amazonaws.com')).toMatchObject({ layer: 'securityGroup' })
  })
  test('DynamoDB’s public addresses, by the gateway endpoint', () => {
    const dynamodb = 'dynamodb.us-east-1.amazonaws.com'
    expect(path(go(fn('tenant1'), dynamodb)).target).toEqual({
      kind: 'endpoint',
      endpointId: 'vpce-dynamodb',
      vpcId: 'vpc-hub',
      service: 'dynamodb',
    })
    // The name that SDK clients use when their credentials know the account.
    expect(go(fn('tenant1'), `${HUB_ACCOUNT}.ddb.us-east-1.amazonaws.com`)).toMatchObject({
      target: { endpointId: 'vpce-dynamodb' },
    })
    expect(go(fn('tenant1'), dynamodb, without('vpce-dynamodb'))).toMatchObject({ layer: 'route' })
    expect(go(fn('tenant1'), dynamodb, without('sgr-tenant1-dynamodb'))).toMatchObject({ layer: 'securityGroup' })
    const oneTable = changed('vpce-dynamodb', { routeTableIds: ['rtb-private0'] })
    expect(go(fn('tenant1'), dynamodb, oneTable)).toMatchObject({
      layer: 'route',
      reason: expect.stringContaining('rtb-private1'),
    })
  })
  test.each([
    ['ec2.us-east-1.amazonaws.com', 'ec2', 'us-east-1'],
    ['s3.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['bucket.s3.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['bucket.s3.amazonaws.com', 's3', 'us-east-1'],
    ['iam.amazonaws.com', 'iam.amazonaws.com', 'us-east-1'],
    // Forms that no service here is known by.
    ['sts.amazonaws.com', 'sts.amazonaws.com', 'us-east-1'],
    ['sts.eu-west-1.api.aws', 'sts.eu-west-1.api.aws', 'eu-west-1'],
    ['a.sts.us-east-1.amazonaws.com', 'a.sts.us-east-1.amazonaws.com', 'us-east-1'],
  ])('%s leads to a public address, of the service %s', (name, service, region) => {
    expect(path(go(laptop, name)).target).toEqual({ kind: 'service', service, region })
    // Nothing in the tenant's function's security group lets it out to there.
    expect(go(fn('tenant1'), name)).toMatchObject({ reachable: false, shows: 'timeout' })
  })
  test.each([
    'example.com',
    'amazonaws.com',
    'sts.mars-1.amazonaws.com',
    'gone-1.us-east-1.elb.amazonaws.com',
    endpointHost('tenant9'),
    '',
  ])('%j is not found', (name) => {
    expect(go(fn('tenant1'), name)).toMatchObject({ reachable: false, shows: 'notFound', layer: 'dns' })
  })
  test('names have no case, and may end in a dot', () => {
    expect(go(laptop, `${GATEWAY_URL_HOST.toUpperCase()}.`)).toMatchObject({ reachable: true })
  })
  test('a VPC without DNS support resolves nothing', () => {
    expect(toModel(changed('vpc-hub', { enableDnsSupport: false }))).toMatchObject({
      layer: 'dns',
      reason: expect.stringContaining('vpc-hub'),
    })
  })
  test('records that lead round in a circle', () => {
    const circle = ['a', 'b'].map((name, index, names) =>
      declared('aws:route53/record:Record', name, {
        fqdn: `${name}.example.com`,
        type: 'CNAME',
        records: [`${names[1 - index]}.example.com`],
      }),
    )
    expect(go(laptop, 'a.example.com', [...network(), ...circle])).toMatchObject({
      layer: 'dns',
      reason: expect.stringContaining('circle'),
    })
  })
})
