/** A connection in the declared network: where it starts, the path that it takes, or what stops it. Types only, for everybody. */

import type { LedgerView } from '../ledger/ledger.ts'

/** Where a connection starts. */
export type Origin =
  | { readonly kind: 'function'; readonly functionName: string; readonly account: string }
  | { readonly kind: 'instance'; readonly instanceId: string }
  | { readonly kind: 'loadBalancer'; readonly arn: string }
  | TaskOrigin
  /** Any network interface placed in a subnet, for proofs: a stolen credential used from a host in that subnet. */
  | { readonly kind: 'subnet'; readonly subnetId: string; readonly securityGroupIds: readonly string[] }
  | { readonly kind: 'internet'; readonly address: string }

/** A task of a container service, at its own address. */
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
  /** What the packet passes: `subnet`, `routeTable`, `transitGateway`, … */
  readonly kind: string
  readonly id: string
  /** One line for people: `10.64.0.0/10 → tgw-0…`. */
  readonly detail: string
  /** Of a Transit Gateway: the route table that it looked the way up in. */
  readonly tableId?: string
}

export interface Path {
  readonly reachable: true
  readonly hops: readonly Hop[]
  /** Address that answered. */
  readonly address: string
  /** All that the host name resolved to, in the order in which they are tried: the own zone's first. */
  readonly addresses: readonly string[]
  /** What answers there. */
  readonly target:
    | { readonly kind: 'endpoint'; readonly endpointId: string; readonly vpcId: string; readonly service: string }
    /** A public service address: `bedrock-runtime`, `sts`, `cognito-idp`, … */
    | { readonly kind: 'service'; readonly service: string; readonly region: string }
    | {
        readonly kind: 'loadBalancer'
        readonly arn: string
        readonly port: number
        /** The source address that it sees: of the client, or of what stands between. */
        readonly seenAs: string
      }
    /** A task, by its network interface. */
    | { readonly kind: 'task'; readonly interfaceId: string; readonly port: number }
}

export interface Refusal {
  readonly reachable: false
  /** How it shows to the caller: a name that does not resolve fails at once; anything else is packets lost: a timeout. */
  readonly shows: 'notFound' | 'timeout'
  /** The layer that stopped it. */
  readonly layer: 'dns' | 'route' | 'transitGateway' | 'securityGroup' | 'endpoint' | 'internet'
  readonly reason: string
  readonly hops: readonly Hop[]
}

/** Looks a connection up: see reach.ts. */
export type Reach = (ledger: LedgerView, from: Origin, host: string, port: number) => Path | Refusal

/** A network interface of the declared network. */
export interface Interface {
  readonly address: string
  /** Zone by its id, the same in every account: `use1-az1`. */
  readonly zoneId: string
  /** Id of what the interface belongs to: an endpoint's, a load balancer's. */
  readonly ownerId: string
  /** Account of its owner. */
  readonly account: string
}
