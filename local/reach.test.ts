import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Declared } from './ledger.ts'
import { type Origin, type Path, type Refusal, reach } from './reach.ts'
import { declared, HUB_ACCOUNT, ledgerOf } from './testing/ledger-builder.ts'
import {
  endpointHost,
  eni,
  GATEWAY_URL_HOST,
  group,
  LOAD_BALANCER_ARN,
  network,
  rule,
  SPOKES,
} from './testing/network-fixture.ts'

const fn = (tenant: string): Origin => ({
  kind: 'function',
  functionName: `genai-gateway-${tenant}`,
  account: HUB_ACCOUNT,
})
const client: Origin = { kind: 'instance', instanceId: 'i-client' }
const laptop: Origin = { kind: 'internet', address: '198.51.100.10' }
const loadBalancer: Origin = { kind: 'loadBalancer', arn: LOAD_BALANCER_ARN }
const host = (subnetId: string, ...securityGroupIds: string[]): Origin => ({
  kind: 'subnet',
  subnetId,
  securityGroupIds,
})

const without = (...ids: string[]) => {
  const kept = network().filter(({ id }) => !ids.includes(id))
  expect(kept).toHaveLength(network().length - ids.length)
  return kept
}
const changed = (id: string, outputs: Declared['outputs']) =>
  network().map((one) =>
    one.id === id ? { ...one, inputs: { ...one.inputs, ...outputs }, outputs: { ...one.outputs, ...outputs } } : one,
  )

const go = (from: Origin, to: string, resources: readonly Declared[] = network(), port = 443) =>
  reach(ledgerOf(resources), from, to, port)

const toModel = (resources?: readonly Declared[]) => go(fn('tenant1'), endpointHost('tenant1'), resources)

function path(outcome: Path | Refusal): Path {
  if (!outcome.reachable) throw new Error(outcome.reason)
  return outcome
}

describe('function → hub route → Transit Gateway → spoke endpoint', () => {
  test('every hop of it', () => {
    const { hops, target, address, addresses } = path(toModel())
    expect(target).toEqual({
      kind: 'endpoint',
      endpointId: 'vpce-tenant1',
      vpcId: 'vpc-tenant1',
      service: 'bedrock-runtime',
    })
    // The own zone's address first, though the accounts call the zones by other names.
    expect([address, ...addresses]).toEqual(['10.64.0.9', '10.64.0.9', '10.64.0.41'])
    expect(hops).toEqual([
      {
        kind: 'function',
        id: 'genai-gateway-tenant1',
        detail: 'genai-gateway-tenant1 at 10.0.16.20 in subnet-private0',
      },
      { kind: 'dns', id: endpointHost('tenant1'), detail: `${endpointHost('tenant1')} → 10.64.0.9, 10.64.0.41` },
      { kind: 'securityGroup', id: 'sg-tenant1', detail: 'sg-tenant1 lets tcp 443 out to 10.64.0.0/27' },
      { kind: 'routeTable', id: 'rtb-private0', detail: 'subnet-private0: 10.64.0.0/10 → tgw-1' },
      {
        kind: 'transitGateway',
        id: 'tgw-1',
        detail: 'tgw-1, table tgw-rtb-hub (hub): 10.64.0.0/24 (propagated) → tgw-attach-tenant1',
      },
      {
        kind: 'attachment',
        id: 'tgw-attach-tenant1',
        detail: 'tgw-attach-tenant1 into vpc-tenant1 of account 222222222222',
      },
      {
        kind: 'securityGroup',
        id: 'sg-tenant1-endpoint',
        detail: 'sg-tenant1-endpoint lets tcp 443 in from 10.0.16.0/24',
      },
      {
        kind: 'endpoint',
        id: 'vpce-tenant1',
        detail: 'vpce-tenant1 for com.amazonaws.us-east-1.bedrock-runtime at 10.64.0.9, account 222222222222',
      },
      {
        kind: 'return',
        id: 'eni-tenant10',
        detail:
          'answer to 10.0.16.20: subnet-tenant1-endpoint0: 10.0.0.0/16 → tgw-1; tgw-1, table tgw-rtb-spokes (spokes): 10.0.0.0/16 (propagated) → tgw-attach-hub; tgw-attach-hub into vpc-hub of account 111111111111',
      },
    ])
  })

  test.each<[what: string, taken: string[], layer: Refusal['layer'], reason: RegExp]>([
    [
      'the hub’s route to the spokes',
      ['r-spokes0', 'r-spokes1'],
      'route',
      /rtb-private0 of subnet-private0 has no route to 10\.64\.0\.9/,
    ],
    [
      'the route in one of the function’s zones',
      ['r-spokes1'],
      'route',
      /rtb-private1 of subnet-private1 has no route/,
    ],
    ['the hub’s attachment', ['tgw-attach-hub'], 'transitGateway', /vpc-hub has no attachment to tgw-1/],
    [
      'the hub’s association',
      ['association-hub'],
      'transitGateway',
      /tgw-attach-hub is associated with no route table/,
    ],
    [
      'the spoke’s attachment',
      ['tgw-attach-tenant1'],
      'transitGateway',
      /tgw-rtb-hub \(hub\) has no route to 10\.64\.0\.9/,
    ],
    ['the spoke’s accepter', ['accepter-tenant1'], 'transitGateway', /tgw-rtb-hub \(hub\) has no route/],
    ['the spoke’s propagation', ['propagation-tenant1'], 'transitGateway', /tgw-rtb-hub \(hub\) has no route/],
    [
      'the spoke’s association',
      ['association-tenant1'],
      'transitGateway',
      /the answer to 10\.0\.16\.20 does not: tgw-attach-tenant1 is associated with no/,
    ],
    [
      'the hub’s propagation',
      ['propagation-hub', 'blackhole'],
      'transitGateway',
      /the answer .* tgw-rtb-spokes \(spokes\) has no route to 10\.0\.16\.20/,
    ],
    [
      'the spoke’s route to the hub',
      ['r-tenant1-hub'],
      'route',
      /the answer .* rtb-tenant1 of subnet-tenant1-endpoint0 has no route to 10\.0\.16\.20/,
    ],
    [
      'the function’s rule',
      ['sgr-tenant1-out0', 'sgr-tenant1-out1'],
      'securityGroup',
      /genai-gateway-tenant1 does not let tcp 443 out to 10\.64\.0\.9/,
    ],
    [
      'the endpoint’s rule',
      ['sgr-tenant1-in0', 'sgr-tenant1-in1'],
      'securityGroup',
      /vpce-tenant1 does not let tcp 443 in from 10\.0\.16\.20/,
    ],
    ['the endpoint', ['vpce-tenant1'], 'dns', /does not resolve/],
    ['the function', ['genai-gateway-tenant1'], 'route', /genai-gateway-tenant1 does not exist/],
  ])('without %s: refused', (_, taken, layer, reason) => {
    expect(toModel(without(...taken))).toMatchObject({
      reachable: false,
      layer,
      shows: layer === 'dns' ? 'notFound' : 'timeout',
      reason: expect.stringMatching(reason),
    })
  })

  test('a refusal tells the hops so far', () => {
    expect(toModel(without('association-hub')).hops.map(({ kind }) => kind)).toEqual([
      'function',
      'dns',
      'securityGroup',
      'routeTable',
    ])
  })

  test('one zone’s rule is not enough for the other zone’s function', () => {
    expect(toModel(without('sgr-tenant1-in1'))).toMatchObject({
      layer: 'securityGroup',
      reason: expect.stringContaining('10.0.17.20'),
    })
  })

  test('one address that does not answer is passed over for the other', () => {
    const { address, hops } = path(toModel(without('sgr-tenant1-out0')))
    expect(address).toBe('10.64.0.41')
    expect(hops.filter(({ kind }) => kind === 'routeTable')).toHaveLength(1)
  })

  test('a zone in which an attachment has no subnet cannot reach the gateway', () => {
    expect(toModel(changed('tgw-attach-hub', { subnetIds: ['subnet-hub-tgw0'] }))).toMatchObject({
      layer: 'transitGateway',
      reason: expect.stringContaining('tgw-attach-hub has no subnet in use1-az2, the zone of subnet-private1'),
    })
    expect(toModel(changed('tgw-attach-tenant1', { subnetIds: ['subnet-tenant1-tgw0'] }))).toMatchObject({
      reachable: true,
    })
  })

  test('a static route beats a propagated one as specific, and a blackhole takes all', () => {
    const blackhole = declared('aws:ec2transitgateway/route:Route', 'hole', {
      transitGatewayRouteTableId: 'tgw-rtb-hub',
      destinationCidrBlock: '10.64.0.0/24',
      blackhole: true,
    })
    expect(toModel([...network(), blackhole])).toMatchObject({
      layer: 'transitGateway',
      reason: expect.stringContaining('blackhole for 10.64.0.0/24'),
    })
    const wide = { ...blackhole, outputs: { ...blackhole.outputs, destinationCidrBlock: '10.64.0.0/16' } }
    expect(toModel([...network(), wide])).toMatchObject({ reachable: true })
  })

  test('a route to another spoke’s attachment comes out where nothing has the address', () => {
    const wrong = declared('aws:ec2transitgateway/route:Route', 'wrong', {
      transitGatewayRouteTableId: 'tgw-rtb-hub',
      destinationCidrBlock: '10.64.0.0/24',
      transitGatewayAttachmentId: 'tgw-attach-tenant2',
    })
    expect(toModel([...network(), wrong])).toMatchObject({
      layer: 'route',
      reason: expect.stringContaining('vpc-tenant2 does not hold 10.64.0.9'),
    })
  })

  test('an attachment of the gateway’s own account needs no accepter', () => {
    expect(
      network().some(
        ({ outputs }) => outputs.transitGatewayAttachmentId === 'tgw-attach-hub' && !outputs.transitGatewayRouteTableId,
      ),
    ).toBe(false)
    expect(toModel()).toMatchObject({ reachable: true })
  })

  test('only the port that the rules say, and that something listens on', () => {
    expect(go(fn('tenant1'), endpointHost('tenant1'), network(), 80)).toMatchObject({ layer: 'securityGroup' })
    const open = ['sg-tenant1', 'sg-tenant1-endpoint'].flatMap((id) => [
      rule(`${id}-80`, HUB_ACCOUNT, id === 'sg-tenant1' ? 'out' : 'in', id, { cidrIpv4: '10.0.0.0/8' }, 80),
    ])
    expect(go(fn('tenant1'), endpointHost('tenant1'), [...network(), ...open], 80)).toMatchObject({
      layer: 'endpoint',
      reason: expect.stringContaining('Nothing listens on port 80'),
    })
  })
})

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
    expect(go(fn('tenant1'), dynamodb, without('vpce-dynamodb'))).toMatchObject({ layer: 'route' })
    expect(go(fn('tenant1'), dynamodb, without('sgr-tenant1-dynamodb'))).toMatchObject({ layer: 'securityGroup' })
    const oneTable = changed('vpce-dynamodb', { routeTableIds: ['rtb-private0'] })
    expect(go(fn('tenant1'), dynamodb, oneTable)).toMatchObject({
      layer: 'route',
      reason: expect.stringContaining('rtb-private1'),
    })
  })
  test.each(['example.com', 'no-service.us-east-1.amazonaws.com', endpointHost('tenant9'), ''])(
    '%j is not found',
    (name) => {
      expect(go(fn('tenant1'), name)).toMatchObject({ reachable: false, shows: 'notFound', layer: 'dns' })
    },
  )
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

describe('the front door', () => {
  const front = { kind: 'loadBalancer', arn: LOAD_BALANCER_ARN, port: 443 }
  test('from a laptop, by the declared name and by its own', () => {
    expect(path(go(laptop, GATEWAY_URL_HOST)).target).toEqual(front)
    expect(path(go(laptop, 'genai-hub-1.us-east-1.elb.amazonaws.com')).target).toEqual(front)
    expect(path(go(laptop, GATEWAY_URL_HOST)).hops.map(({ kind }) => kind)).toEqual([
      'internet',
      'dns',
      'internetGateway',
      'securityGroup',
      'loadBalancer',
    ])
  })
  test('from the client instance: out by its Elastic IP and in again', () => {
    const { hops, target } = path(go(client, GATEWAY_URL_HOST))
    expect(target).toEqual(front)
    expect(hops.find(({ kind }) => kind === 'internetGateway')?.detail).toBe('igw-hub, as 3.3.3.3')
  })
  test.each<[string, Origin, string[], Refusal['layer']]>([
    ['who may come in', laptop, ['sgr-lb-laptop'], 'securityGroup'],
    ['the listener', laptop, ['listener'], 'endpoint'],
    ['the record', laptop, ['record'], 'dns'],
    ['the load balancer', laptop, [LOAD_BALANCER_ARN], 'dns'],
    ['the internet gateway', laptop, ['igw-hub'], 'internet'],
    ['the way back to the internet', laptop, ['r-public-internet'], 'internet'],
    ['the client’s way out', client, ['r-public-internet'], 'route'],
    ['the client’s internet gateway', client, ['igw-hub'], 'internet'],
    ['the client’s Elastic IP', client, ['eipassoc-client'], 'internet'],
    ['the client’s own rule', client, ['sgr-client-out'], 'securityGroup'],
    ['the rule for the client’s address', client, ['sgr-lb-client'], 'securityGroup'],
  ])('without %s: refused', (_, from, taken, layer) => {
    expect(go(from, GATEWAY_URL_HOST, without(...taken))).toMatchObject({ reachable: false, layer })
  })
  test('not on a port without a listener', () => {
    const open = [...network(), rule('sgr-80', HUB_ACCOUNT, 'in', 'sg-lb', { cidrIpv4: '0.0.0.0/0' }, 80)]
    expect(go(laptop, GATEWAY_URL_HOST, open, 80)).toMatchObject({
      layer: 'endpoint',
      reason: expect.stringContaining('no listener on port 80'),
    })
  })
  test('the load balancer fetches the key set at its public address', () => {
    const keys = 'cognito-idp.us-east-1.amazonaws.com'
    expect(path(go(loadBalancer, keys)).target).toEqual({
      kind: 'service',
      service: 'cognito-idp',
      region: 'us-east-1',
    })
    expect(go(loadBalancer, keys, without('sgr-lb-keys'))).toMatchObject({ layer: 'securityGroup' })
  })
  test('a private subnet gets out by a NAT gateway, whose subnet leads to the internet', () => {
    const nat = [
      declared('aws:ec2/natGateway:NatGateway', 'nat-1', { subnetId: 'subnet-public0', publicIp: '3.9.9.9' }),
      ...[0, 1].map((i) =>
        declared('aws:ec2/route:Route', `r-nat${i}`, {
          routeTableId: `rtb-private${i}`,
          destinationCidrBlock: '0.0.0.0/0',
          natGatewayId: 'nat-1',
        }),
      ),
      rule('sgr-out', HUB_ACCOUNT, 'out', 'sg-tenant1', { cidrIpv4: '0.0.0.0/0' }),
    ]
    const keys = 'cognito-idp.us-east-1.amazonaws.com'
    const { target, hops } = path(go(fn('tenant1'), keys, [...network(), ...nat]))
    expect(target).toMatchObject({ kind: 'service' })
    expect(hops.find(({ kind }) => kind === 'natGateway')).toMatchObject({ id: 'nat-1' })
    expect(go(fn('tenant1'), keys, [...without('r-public-internet'), ...nat])).toMatchObject({ layer: 'route' })
    expect(go(fn('tenant1'), keys, [...without('igw-hub'), ...nat])).toMatchObject({ layer: 'internet' })
    expect(go(fn('tenant1'), keys, [...network(), ...nat.slice(1)])).toMatchObject({
      layer: 'route',
      reason: expect.stringContaining('nat-1 is gone'),
    })
  })
  test('a function outside of any VPC starts from the internet', () => {
    const outside = declared('aws:lambda/function:Function', 'plain', { name: 'plain' })
    const from: Origin = { kind: 'function', functionName: 'plain', account: HUB_ACCOUNT }
    expect(path(go(from, 'sts.us-east-1.amazonaws.com', [...network(), outside])).target).toMatchObject({
      kind: 'service',
    })
    expect(go(from, endpointHost('tenant1'), [...network(), outside])).toMatchObject({ layer: 'internet' })
  })
})

describe('isolation', () => {
  test('a function reaches its own tenant’s endpoint only', () => {
    expect(go(fn('tenant1'), endpointHost('tenant2'))).toMatchObject({
      layer: 'securityGroup',
      reason: expect.stringContaining('genai-gateway-tenant1'),
    })
    expect(go(fn('tenant2'), endpointHost('tenant2'))).toMatchObject({ reachable: true })
  })
  // What a spoke's own tenant could open in its account, opened.
  const opened = SPOKES.flatMap(({ tenant, account }) => [
    group(`sg-${tenant}-any`, account, `vpc-${tenant}`),
    rule(`${tenant}-any-out`, account, 'out', `sg-${tenant}-any`, { cidrIpv4: '0.0.0.0/0', ipProtocol: '-1' }),
    rule(`${tenant}-any-in`, account, 'in', `sg-${tenant}-endpoint`, { cidrIpv4: '0.0.0.0/0', ipProtocol: '-1' }),
    declared(
      'aws:ec2/route:Route',
      `r-${tenant}-any`,
      { routeTableId: `rtb-${tenant}`, destinationCidrBlock: '0.0.0.0/0', transitGatewayId: 'tgw-1' },
      { account },
    ),
  ])
  test('spoke to spoke: the gateway’s blackhole, whatever the spokes open', () => {
    expect(
      go(host('subnet-tenant1-endpoint0', 'sg-tenant1-any'), '10.64.1.9', [...network(), ...opened]),
    ).toMatchObject({
      layer: 'transitGateway',
      reason: expect.stringContaining('blackhole for 10.64.0.0/10'),
    })
  })
  test('spoke to hub: the hub’s security groups', () => {
    expect(
      go(host('subnet-tenant1-endpoint0', 'sg-tenant1-any'), '10.0.16.9', [...network(), ...opened]),
    ).toMatchObject({
      layer: 'securityGroup',
      reason: expect.stringContaining('vpce-sts'),
    })
  })
  test('the hub’s public subnet has no route to a spoke', () => {
    expect(go(host('subnet-public0', 'sg-client'), endpointHost('tenant1'), [...network(), ...opened])).toMatchObject({
      layer: 'internet',
    })
  })
  test('a spoke has no way to the internet', () => {
    expect(
      go(host('subnet-tenant1-endpoint0', 'sg-tenant1-any'), 'sts.us-east-1.amazonaws.com', [...network(), ...opened]),
    ).toMatchObject({ layer: 'transitGateway' })
  })
  test('any address, from anywhere: no spoke reaches the other', () => {
    const resources = [...network(), ...opened]
    fc.assert(
      fc.property(fc.nat(255), fc.nat(65535), fc.boolean(), (last, port, swap) => {
        const [from, to] = swap ? [SPOKES[1], SPOKES[0]] : SPOKES
        const outcome = go(
          host(`subnet-${from.tenant}-endpoint0`, `sg-${from.tenant}-any`),
          `${to.octets}.${last}`,
          resources,
          port,
        )
        expect(outcome).toMatchObject({ reachable: false, layer: 'transitGateway' })
      }),
      { numRuns: 50 },
    )
  })
})

describe('security groups', () => {
  const inSubnet = (...rules: readonly Declared[]) => [
    ...network(),
    group('sg-new', HUB_ACCOUNT, 'vpc-hub'),
    rule('sts-new', HUB_ACCOUNT, 'in', 'sg-endpoints', { referencedSecurityGroupId: 'sg-new' }),
    ...rules,
  ]
  const toSts = (resources: readonly Declared[], ...groups: string[]) =>
    go(host('subnet-public0', ...groups), '10.0.16.9', resources)
  const out = (peer: Declared['outputs'], port?: number) => rule('new-out', HUB_ACCOUNT, 'out', 'sg-new', peer, port)
  test.each<[string, Declared, boolean]>([
    ['a block', out({ cidrIpv4: '10.0.16.9/32' }), true],
    ['another block', out({ cidrIpv4: '10.0.17.0/24' }), false],
    ['the other end’s group', out({ referencedSecurityGroupId: 'sg-endpoints' }), true],
    ['another group', out({ referencedSecurityGroupId: 'sg-lb' }), false],
    [
      'every protocol',
      declared('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', 'r', {
        securityGroupId: 'sg-new',
        ipProtocol: '-1',
        cidrIpv4: '0.0.0.0/0',
      }),
      true,
    ],
    ['UDP', out({ cidrIpv4: '0.0.0.0/0', ipProtocol: 'udp' }), false],
    ['another port', out({ cidrIpv4: '0.0.0.0/0' }, 8443), false],
    ['a range of ports', out({ cidrIpv4: '0.0.0.0/0', fromPort: 1, toPort: 1024 }), true],
  ])('out to %s', (_, egress, reachable) => {
    expect(toSts(inSubnet(egress), 'sg-new')).toMatchObject({ reachable })
  })
  test('a group named by a rule lets in those that carry it, and nobody else', () => {
    expect(toSts(inSubnet(out({ cidrIpv4: '0.0.0.0/0' })), 'sg-new')).toMatchObject({ reachable: true })
    expect(toSts(inSubnet(), 'sg-client')).toMatchObject({
      layer: 'securityGroup',
      reason: expect.stringContaining('in from 10.0.0.4'),
    })
  })
  test('inline rules', () => {
    const inline = {
      name: 'sg-inline',
      vpcId: 'vpc-hub',
      ingress: [],
      egress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrBlocks: ['0.0.0.0/0'] }],
    }
    const resources = inSubnet(declared('aws:ec2/securityGroup:SecurityGroup', 'sg-inline', inline))
    expect(toSts(resources, 'sg-inline', 'sg-new')).toMatchObject({ reachable: true })
    expect(toSts(resources, 'sg-new')).toMatchObject({ layer: 'securityGroup' })
  })
  test('a VPC’s default group lets out until it is adopted', () => {
    const lets = rule('sts-default', HUB_ACCOUNT, 'in', 'sg-endpoints', {
      referencedSecurityGroupId: 'sg-default-vpc-hub',
    })
    expect(toSts(inSubnet(lets), 'sg-default-vpc-hub')).toMatchObject({ reachable: true })
    const adopted = declared('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup', 'sg-default-vpc-hub', {
      vpcId: 'vpc-hub',
      ingress: [],
      egress: [],
    })
    expect(toSts(inSubnet(lets, adopted), 'sg-default-vpc-hub')).toMatchObject({ layer: 'securityGroup' })
  })
  test('no group, no connection', () => {
    expect(toSts(network())).toMatchObject({ layer: 'securityGroup', reason: expect.stringContaining('no group') })
  })
})

test('an interface’s address that nothing has', () => {
  const lone = declared('aws:lambda/function:Function', 'lone', {
    name: 'lone',
    elasticNetworkInterfaces: [eni('lone', 'subnet-private0', '10.0.16.77', ['sg-client'])],
  })
  const from: Origin = { kind: 'function', functionName: 'lone', account: HUB_ACCOUNT }
  expect(go(from, '10.0.16.200', [...network(), lone])).toMatchObject({
    layer: 'endpoint',
    reason: 'Nothing has the address 10.0.16.200',
  })
})

test('a change of the ledger is in force with the next look-up', async () => {
  const ledger = ledgerOf(network())
  const look = () => reach(ledger, fn('tenant1'), endpointHost('tenant1'), 443)
  expect(look()).toMatchObject({ reachable: true })
  for (const { urn, id } of network()) if (id.startsWith('r-spokes')) await ledger.delete(urn)
  expect(look()).toMatchObject({ layer: 'route' })
})
