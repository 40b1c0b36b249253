/** Whether a security group lets a connection out or in. Groups are stateful, so answers need no rule. */

import { DEFAULT_SECURITY_GROUP, SECURITY_GROUP } from '../aws/ec2/resources/security-group.ts'
import { EGRESS_RULE } from '../aws/ec2/resources/security-group-egress-rule.ts'
import { INGRESS_RULE } from '../aws/ec2/resources/security-group-ingress-rule.ts'
import { VPC } from '../aws/ec2/resources/vpc.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import { number, objects, text, texts } from '../resource/values.ts'
import { Stopped, type Trace } from './stopped.ts'
import { blocksOfPrefixList, holds, label, type Topology } from './topology.ts'

export type Direction = 'out' | 'in'

/** The other end of a connection. `groupIds` is set if both ends are in one VPC, because only there rules that name groups apply. */
export interface Peer {
  readonly address: string
  readonly groupIds: readonly string[]
}

interface Rule {
  readonly groupId: string
  /** `tcp`, or `-1` for all protocols. */
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly peer:
    | { readonly kind: 'cidr'; readonly value: string }
    | { readonly kind: 'group'; readonly value: string }
    | { readonly kind: 'prefixList'; readonly value: string; readonly blocks: readonly string[] }
}

/**
 * @param holder the resource that has the groups, for messages
 * @throws Stopped `securityGroup` if none of the groups has a rule for the connection
 */
export function pass(
  topology: Topology,
  direction: Direction,
  holder: string,
  groupIds: readonly string[],
  peer: Peer,
  port: number,
  trace: Trace,
): void {
  for (const groupId of groupIds)
    for (const rule of rulesOf(topology, groupId, direction))
      if (matches(rule, peer, port)) {
        trace.push({ kind: 'securityGroup', id: groupId, detail: describe(topology, direction, rule, port) })
        return
      }
  const way = direction === 'out' ? `out to ${peer.address}` : `in from ${peer.address}`
  const groups = groupIds.map((id) => named(topology, id)).join(', ') || 'no group'
  throw new Stopped(
    'securityGroup',
    `The security group of ${holder} does not let tcp ${port} ${way}: ${groups} has no rule for it`,
  )
}

function matches(rule: Rule, peer: Peer, port: number): boolean {
  if (rule.protocol !== '-1' && (rule.protocol !== 'tcp' || port < rule.fromPort || port > rule.toPort)) return false
  switch (rule.peer.kind) {
    case 'cidr':
      return holds(rule.peer.value, peer.address)
    case 'group':
      return peer.groupIds.includes(rule.peer.value)
    case 'prefixList':
      return rule.peer.blocks.some((block) => holds(block, peer.address))
  }
}

function rulesOf({ ledger }: Topology, groupId: string, direction: Direction): readonly Rule[] {
  const separate = ledger
    .where(direction === 'out' ? EGRESS_RULE : INGRESS_RULE, 'securityGroupId', groupId)
    .flatMap((rule) => separateRule(rule, groupId))
  const group = ledger.find(SECURITY_GROUP, groupId) ?? ledger.find(DEFAULT_SECURITY_GROUP, groupId)
  if (!group) {
    const untouched = ledger.findBy(VPC, 'defaultSecurityGroupId', groupId) !== undefined
    return untouched ? [...separate, untouchedDefault(groupId, direction)] : separate
  }
  const inline = objects(group.outputs, direction === 'out' ? 'egress' : 'ingress')
  return [...separate, ...inline.flatMap((rule) => inlineRules(rule, groupId, group.region))]
}

/** A VPC's default group that no resource has adopted: it admits its own members, and lets everything out. */
const untouchedDefault = (groupId: string, direction: Direction): Rule => ({
  groupId,
  protocol: '-1',
  fromPort: 0,
  toPort: 65535,
  peer: direction === 'out' ? { kind: 'cidr', value: '0.0.0.0/0' } : { kind: 'group', value: groupId },
})

function separateRule({ outputs, region }: Declared, groupId: string): readonly Rule[] {
  const range = portsOf(outputs, text(outputs, 'ipProtocol'))
  const peers = [
    ...cidrs([text(outputs, 'cidrIpv4') ?? []].flat()),
    ...groups([text(outputs, 'referencedSecurityGroupId') ?? []].flat()),
    ...lists([text(outputs, 'prefixListId') ?? []].flat(), region),
  ]
  return peers.map((peer) => ({ groupId, ...range, peer }))
}

function inlineRules(rule: Properties, groupId: string, region: string): readonly Rule[] {
  const range = portsOf(rule, text(rule, 'protocol'))
  const peers = [
    ...cidrs(texts(rule, 'cidrBlocks')),
    ...groups([...texts(rule, 'securityGroups'), ...(rule.self === true ? [groupId] : [])]),
    ...lists(texts(rule, 'prefixListIds'), region),
  ]
  return peers.map((peer) => ({ groupId, ...range, peer }))
}

const cidrs = (values: readonly string[]) => values.map((value) => ({ kind: 'cidr', value }) as const)
const groups = (values: readonly string[]) => values.map((value) => ({ kind: 'group', value }) as const)
const lists = (values: readonly string[], region: string) =>
  values.map((value) => ({ kind: 'prefixList', value, blocks: blocksOfPrefixList(region, value) }) as const)

function portsOf(rule: Properties, protocol = '-1'): Pick<Rule, 'protocol' | 'fromPort' | 'toPort'> {
  return { protocol, fromPort: number(rule, 'fromPort') ?? 0, toPort: number(rule, 'toPort') ?? 65535 }
}

function describe(topology: Topology, direction: Direction, { groupId, peer, protocol }: Rule, port: number): string {
  const other = peer.kind === 'group' ? named(topology, peer.value) : peer.value
  const what = protocol === '-1' ? 'everything' : `${protocol} ${port}`
  return `${named(topology, groupId)} lets ${what} ${direction === 'out' ? 'out to' : 'in from'} ${other}`
}

function named({ ledger }: Topology, id: string): string {
  const group = ledger.find(SECURITY_GROUP, id) ?? ledger.find(DEFAULT_SECURITY_GROUP, id)
  return group ? label(group) : id
}
