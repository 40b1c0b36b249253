/** The messages from the console's server to its page: types, and texts that both sides use, because the page is bundled with them. */

export type NodeKind =
  | 'client'
  | 'internetGateway'
  | 'natGateway'
  | 'loadBalancer'
  | 'function'
  | 'tasks'
  | 'instance'
  | 'endpoint'
  | 'attachment'
  | 'transitGateway'
  | 'table'
  | 'api'
  | 'distribution'

/** A node of the picture. Its id is made of a hop's kind and id: `loadBalancer:arn:…`. */
export interface SceneNode {
  readonly id: string
  readonly kind: NodeKind
  readonly label: string
  /** A smaller text below the label. */
  readonly note: string
  /** The resource that the node stands for. */
  readonly urn?: string
  readonly tenant?: string
  /** A service of AWS that is drawn by its name only. */
  readonly small?: true
  /** Routes of a route table: `10.64.0.0/24 → genai-tenant1`, `10.64.0.0/10 → blackhole`. */
  readonly routes?: readonly string[]
}

/** Subnets of one purpose, one in each zone. */
export interface Tier {
  readonly id: string
  readonly label: string
  readonly purpose: 'public' | 'private' | 'transit'
  readonly subnets: readonly { readonly urn: string; readonly cidr: string; readonly zone: string }[]
  readonly nodes: readonly SceneNode[]
}

export interface Network {
  readonly id: string
  readonly urn: string
  readonly label: string
  readonly cidr: string
  readonly gateway?: SceneNode
  readonly tiers: readonly Tier[]
}

export interface SceneAccount {
  readonly id: string
  readonly name: string
  /** The hub's VPC is the one with the Transit Gateway, or with the load balancer. */
  readonly role: 'hub' | 'spoke'
  readonly tenants: readonly string[]
  readonly networks: readonly Network[]
  /** Nodes in no VPC: AWS's services as this account has them, functions, distributions. */
  readonly services: readonly SceneNode[]
  readonly resources: number
}

export interface Router extends SceneNode {
  readonly account: string
  readonly tables: readonly RouterTable[]
}

export interface RouterTable extends SceneNode {
  readonly routes: readonly string[]
}

export interface Wire {
  readonly from: string
  readonly to: string
}

/** The declared platform, as it is drawn. */
export interface Scene {
  readonly version: number
  readonly client: SceneNode
  readonly accounts: readonly SceneAccount[]
  readonly routers: readonly Router[]
  readonly wires: readonly Wire[]
}

/** One part of a request's path. */
export interface Leg {
  readonly kind: 'arrival' | 'firewall' | 'token' | 'forward' | 'call' | 'connection' | 'gateway' | 'fault'
  readonly label: string
  /** Milliseconds since the request arrived. */
  readonly at: number
  readonly milliseconds?: number
  /** Absent while the part has not ended. */
  readonly ok?: boolean
  /** The reason if it was refused, or what was answered. */
  readonly detail?: string
  /** Ids of the nodes, in the order in which the request passes them. */
  readonly way: readonly string[]
  /** Set if several requests were there at the same time, so that this part may belong to another one. */
  readonly guessed?: true
}

export interface Stopped {
  /** Named as in {@link LAYERS}, if it is one of them. */
  readonly layer: string
  readonly why: string
  /** Id of the node where it happened. */
  readonly node?: string
}

export type Outcome = 'under way' | 'answered' | 'refused' | 'failed'

export interface RequestView {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly began: number
  readonly milliseconds?: number
  readonly method: string
  readonly path: string
  readonly outcome: Outcome
  readonly status?: number
  readonly stopped?: Stopped
  readonly legs: readonly Leg[]
  readonly tenant?: string
  readonly user?: string
  readonly machine?: string
  readonly operation?: string
  readonly model?: string
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly nanoDollars?: number
  readonly firstMilliseconds?: number
}

export interface Hop {
  readonly kind: string
  readonly id: string
  readonly detail: string
}

export interface DecisionView {
  readonly action: string
  readonly resource: string
  readonly caller: string
  readonly allowed: boolean
  readonly layer?: string
  readonly message?: string
}

/** A part of a request's path, with everything that is known of it. */
export interface LegDetail extends Leg {
  readonly hops: readonly Hop[]
  readonly decisions: readonly DecisionView[]
}

export interface RequestDetail extends Omit<RequestView, 'legs'> {
  readonly legs: readonly LegDetail[]
}

export interface Totals {
  readonly requests: number
  readonly refused: number
  readonly failed: number
  readonly underWay: number
}

/** A decision of the audit trail. */
export interface AuditView {
  readonly event: string
  readonly time: string
  readonly tenant: string
  readonly decision: string
  readonly check: string
  readonly operation?: string
  readonly user?: string
  readonly model?: string
  readonly status?: number
  readonly outcome?: string
}

/** Requests and tokens of a tenant, in slices of time, oldest first. */
export interface TenantUsage {
  readonly tenant: string
  /** Seconds since 1970 at which each slice began. */
  readonly times: readonly number[]
  readonly requests: readonly number[]
  readonly refused: readonly number[]
  readonly tokens: readonly number[]
  readonly nanoDollars: number
}

export interface LimitView {
  readonly scope: string
  readonly limit: string
  readonly holds: number
  readonly used?: number
}

export interface TenantLimitsView {
  readonly tenant: string
  readonly limits: readonly LimitView[]
}

export interface FaultView {
  readonly number: number
  readonly kind: string
  readonly options: Readonly<Record<string, string | undefined>>
  readonly hits: number
}

export interface FaultKind {
  readonly name: string
  readonly what: string
  readonly needs: readonly string[]
  readonly takes: readonly string[]
}

export interface Policy {
  /** `service control`, `permissions boundary`, `identity`, `trust`, `endpoint`, `resource`, `security group`, … */
  readonly layer: string
  readonly name: string
  readonly document: unknown
}

export interface ResourceDetail {
  readonly urn: string
  readonly type: string
  readonly id: string
  readonly account: string
  readonly region: string
  readonly stack: string
  readonly owner: string
  readonly component?: string
  readonly inputs: unknown
  readonly policies: readonly Policy[]
}

/** One message of the event stream. */
export type Message =
  | {
      readonly kind: 'all'
      readonly scene: Scene
      readonly requests: readonly RequestView[]
      readonly totals: Totals
      readonly audit: readonly AuditView[]
      readonly usage: readonly TenantUsage[]
      readonly limits: readonly TenantLimitsView[]
      readonly faults: readonly FaultView[]
      readonly faultKinds: readonly FaultKind[]
    }
  | {
      readonly kind: 'requests'
      readonly requests: readonly RequestView[]
      /** How many more changes there were since the last message. */
      readonly left: number
      readonly totals: Totals
    }
  | { readonly kind: 'scene'; readonly scene: Scene }
  | { readonly kind: 'audit'; readonly audit: readonly AuditView[] }
  | { readonly kind: 'usage'; readonly usage: readonly TenantUsage[] }
  | { readonly kind: 'limits'; readonly limits: readonly TenantLimitsView[] }
  | { readonly kind: 'faults'; readonly faults: readonly FaultView[] }
