/** The types of a connection in the declared network: where it starts, the path that it takes, or what stops it. */

import type { LedgerView } from '../ledger/ledger.ts'

/** Where a connection starts. */
export type Origin =
  | { readonly kind: 'function'; readonly functionName: string; readonly account: string }
  | { readonly kind: 'instance'; readonly instanceId: string }
  | { readonly kind: 'loadBalancer'; readonly arn: string }
  | TaskOrigin
  /** A network interface that a proof places in a subnet: stolen credentials are used from a host there. */
  | { readonly kind: 'subnet'; readonly subnetId: string; readonly securityGroupIds: readonly string[] }
  | { readonly kind: 'internet'; readonly address: string }

/** A task of a container service, with its own address. */
export interface TaskOrigin {
  readonly kind: 'task'
  readonly taskArn: string
  readonly serviceName: string
  readonly account: string
  readonly subnetId: string
  readonly privateIp: string
  readonly securityGroupIds: readonly string[]
}

export interface Hop {
  /** What the packet passes at this hop: `subnet`, `routeTable`, `transitGateway` and so on. */
  readonly kind: string
  readonly id: string
  /** A line for people to read: `10.64.0.0/10 → tgw-0…`. */
  readonly detail: string
  /** At a Transit Gateway: the route table in which the route was looked up. */
  readonly tableId?: string
}

export interface Path {
  readonly reachable: true
  readonly hops: readonly Hop[]
  /** The address that answered. */
  readonly address: string
  /** All addresses to which the host name resolved, in the order in which they are tried, beginning with the own zone's. */
  readonly addresses: readonly string[]
  /** What answers there. */
  readonly target:
    | { readonly kind: 'endpoint'; readonly endpointId: string; readonly vpcId: string; readonly service: string }
    /** A public address of a service: `bedrock-runtime`, `sts`, `cognito-idp` and so on. */
    | { readonly kind: 'service'; readonly service: string; readonly region: string }
    | {
        readonly kind: 'loadBalancer'
        readonly arn: string
        readonly port: number
        /** The source address that the target sees: the client's, or that of something in between. */
        readonly seenAs: string
      }
    /** A task, by its network interface. */
    | { readonly kind: 'task'; readonly interfaceId: string; readonly port: number }
}

export interface Refusal {
  readonly reachable: false
  /** What the caller sees: a name that does not resolve fails at once; in every other case packets are lost, which is a timeout. */
  readonly shows: 'notFound' | 'timeout'
  /** The layer that stopped it. */
  readonly layer: 'dns' | 'route' | 'transitGateway' | 'securityGroup' | 'endpoint' | 'internet'
  readonly reason: string
  readonly hops: readonly Hop[]
}

/** Looks up a connection's path: see reach.ts. */
export type Reach = (ledger: LedgerView, from: Origin, host: string, port: number) => Path | Refusal

/** A network interface of the declared network. */
export interface Interface {
  readonly address: string
  /** The zone's id, which is the same in every account: `use1-az1`. */
  readonly zoneId: string
  /** The id of the resource that has the interface, such as an endpoint or a load balancer. */
  readonly ownerId: string
  /** The account of that resource. */
  readonly account: string
}
