import { describe, expect, test } from 'vitest'
import { declared, HUB_ACCOUNT } from '../testing/ledger-builder.ts'
import { client, fn, go, laptop, loadBalancer, path, without } from '../testing/look-up.ts'
import { endpointHost, GATEWAY_URL_HOST, LOAD_BALANCER_ARN, network, rule } from '../testing/network-fixture.ts'
import type { Origin, Refusal } from './path.ts'

describe('the front door', () => {
  const front = (seenAs: string) => ({ kind: 'loadBalancer', arn: LOAD_BALANCER_ARN, port: 443, seenAs })
  test('from a laptop, by the declared name and by its own', () => {
    expect(path(go(laptop, GATEWAY_URL_HOST)).target).toEqual(front('198.51.100.10'))
    expect(path(go(laptop, 'genai-hub-1.us-east-1.elb.amazonaws.com')).target).toEqual(front('198.51.100.10'))
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
    expect(target).toEqual(front('3.3.3.3'))
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
  test('a load balancer asks public DNS: an endpoint with private DNS in its VPC changes nothing', () => {
    const keys = 'sts.us-east-1.amazonaws.com'
    expect(
      path(
        go(client, keys, [
          ...network(),
          rule('sgr-client-sts', HUB_ACCOUNT, 'in', 'sg-endpoints', { referencedSecurityGroupId: 'sg-client' }),
        ]),
      ).target,
    ).toMatchObject({ kind: 'endpoint', endpointId: 'vpce-sts' })
    expect(path(go(loadBalancer, keys)).target).toMatchObject({ kind: 'service', service: 'sts' })
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
