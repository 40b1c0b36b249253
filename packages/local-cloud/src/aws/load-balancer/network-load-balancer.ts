/** What is different of a load balancer of the type `network`: its row is the application load balancer's. */

import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Properties } from '../../ledger/ledger.ts'
import type { Made, Situation } from '../../resource/resource-type.ts'
import { arn, flag, object, own, text, texts } from '../../resource/values.ts'
import { placeInterfaces, publicAddress, SUBNET } from '../ec2/network-interfaces.ts'

/** The hosted zone of network load balancers' names in us-east-1. */
const HOSTED_ZONE = 'Z26RNL4JYFTOTI'

/** terraform-provider-aws, `customizeDiffLoadBalancerNLB`: subnets are added only, and groups are there from the start or never. */
export function networkReplacedBy(before: Properties, after: Properties): readonly string[] {
  const [had, has] = [texts(before, 'subnets'), texts(after, 'subnets')]
  const other = [...had].sort().join() !== [...has].sort().join()
  const [groupsBefore, groups] = [texts(before, 'securityGroups').length, texts(after, 'securityGroups').length]
  return [
    ...(other && has.length <= had.length ? ['subnets'] : []),
    ...((groupsBefore === 0) === (groups === 0) ? [] : ['securityGroups']),
  ]
}

export function refuseNetwork({ inputs }: Situation): void {
  const enforces = text(inputs, 'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic')
  if (enforces !== undefined && enforces !== 'on' && enforces !== 'off')
    throw new AwsError(
      'ValidationError',
      `'${enforces}' at 'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic' must be one of on, off`,
    )
  if (enforces !== undefined && texts(inputs, 'securityGroups').length === 0)
    throw new AwsError(
      'InvalidConfigurationRequest',
      'Inbound rules on PrivateLink traffic can only be enforced or not for a load balancer with security groups',
    )
  // AWS writes them for TLS listeners only, which are not there.
  if (object(inputs, 'accessLogs')?.enabled === true || object(inputs, 'connectionLogs'))
    throw new UnsupportedError('access logs of a network load balancer')
}

export function networkAnswer(situation: Situation, name: string): Made {
  const { inputs } = situation
  const suffix = `net/${name}/${situation.stableToken(16)}`
  const id = arn(situation, 'elasticloadbalancing', `loadbalancer/${suffix}`)
  const internal = flag(inputs, 'internal') ?? false
  const subnets = texts(inputs, 'subnets')
  const groups = texts(inputs, 'securityGroups')
  const interfaces = placeInterfaces(situation, subnets, groups)
  return {
    id,
    outputs: {
      name,
      arn: id,
      arnSuffix: suffix,
      dnsName: `${name.toLowerCase()}-${situation.stableToken(16)}.elb.${situation.region}.amazonaws.com`,
      zoneId: HOSTED_ZONE,
      vpcId: own(situation, SUBNET, subnets[0] ?? '')?.outputs.vpcId ?? null,
      internal,
      loadBalancerType: 'network',
      ipAddressType: 'ipv4',
      securityGroups: groups,
      enableDeletionProtection: flag(inputs, 'enableDeletionProtection') ?? false,
      enableCrossZoneLoadBalancing: flag(inputs, 'enableCrossZoneLoadBalancing') ?? false,
      ...(groups.length > 0 && {
        enforceSecurityGroupInboundRulesOnPrivateLinkTraffic:
          text(inputs, 'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic') ?? 'on',
      }),
      elasticNetworkInterfaces: internal
        ? interfaces
        : interfaces.map((one, index) => ({ ...one, publicIp: publicAddress(situation, `${index}`) })),
    },
  }
}
