/** How network load balancers differ from application load balancers. Both use the same row. */

import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Properties } from '../../ledger/ledger.ts'
import type { Situation } from '../../resource/resource-type.ts'
import { flag, object, text, texts } from '../../resource/values.ts'

/** The hosted zone of network load balancers' names in us-east-1. */
const HOSTED_ZONE = 'Z26RNL4JYFTOTI'

/**
 * Which changes replace it (terraform-provider-aws, `customizeDiffLoadBalancerNLB`): subnets can only be added, and security groups can neither
 * be added to one without, nor all be removed.
 */
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
  // AWS writes logs only for TLS listeners, which do not exist here.
  if (object(inputs, 'accessLogs')?.enabled === true || object(inputs, 'connectionLogs'))
    throw new UnsupportedError('access logs of a network load balancer')
}

/** @param name of the load balancer */
export function networkOutputs(situation: Situation, name: string): Properties {
  const { inputs, region } = situation
  const securityGroups = texts(inputs, 'securityGroups')
  return {
    dnsName: `${name.toLowerCase()}-${situation.stableToken(16)}.elb.${region}.amazonaws.com`,
    zoneId: HOSTED_ZONE,
    loadBalancerType: 'network',
    securityGroups,
    enableCrossZoneLoadBalancing: flag(inputs, 'enableCrossZoneLoadBalancing') ?? false,
    ...(securityGroups.length > 0 && {
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic:
        text(inputs, 'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic') ?? 'on',
    }),
  }
}
