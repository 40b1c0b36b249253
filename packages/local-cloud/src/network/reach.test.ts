import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { declared, HUB_ACCOUNT, ledgerOf } from '../testing/ledger-builder.ts'
import { changed, fn, go, host, path, toModel, without } from '../testing/look-up.ts'
import { endpointHost, eni, group, network, rule, SPOKES } from '../testing/network-fixture.ts'
import type { Origin, Refusal } from './path.ts'
import { reach } from './reach.ts'

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
        tableId: 'tgw-rtb-hub',
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
