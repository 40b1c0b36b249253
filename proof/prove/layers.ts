/** The layers that can stop an attempt, by their names in the report, in the order in which a request meets them. */

export const LAYERS = {
  userPool: "user pool's settings",
  userPoolClient: "user pool client's settings",
  userStatus: "user's status",
  userPoolSessions: "user pool's record of sign-ins",
  firewall: 'web application firewall',
  loadBalancerRequest: "load balancer's request checks and rules",
  loadBalancerToken: "load balancer's token check",
  functionPolicy: "function's resource policy",
  functionRequest: "function's request checks",
  functionRoutes: "function's routes",
  functionToken: "function's token check",
  tenantMatch: 'tenant match',
  tableItem: 'table item',
  functionBody: "function's body parser",
  credentials: "credentials' signature and expiry",
  executionRole: 'execution role',
  permissionsBoundary: 'permissions boundary',
  trustPolicy: 'trust policy + external id',
  vpcRoutes: 'VPC routes',
  transitGateway: 'Transit Gateway route tables',
  serviceConsumers: "endpoint service's allowed accounts",
  serviceAcceptance: "endpoint service's acceptance",
  securityGroups: 'security groups',
  addresses: 'private addresses',
  endpointPolicy: 'endpoint policy',
  spokeRole: "spoke role's policy",
  serviceControl: 'service control policy',
  callerPolicy: "caller's own policy",
  onboardingRole: "onboarding role's policy",
  tablePolicy: "table's own policy",
  otherAccount: "other account's resource policies",
  program: "the program's checks",
} as const

export type Layer = keyof typeof LAYERS

const NOT_EVALUATED = 'left out of the evaluation of every call: what it denies, and what it fails to allow'

/** How each of the other layers is switched off. */
export const SWITCHED_OFF_BY = {
  userPool: 'self sign-up opened, and the tenant attribute made one that changes',
  userPoolClient: 'every attribute that the client may read, it may write',
  userStatus: 'a disabled user is enabled again',
  firewall: 'its association with the load balancer taken away',
  loadBalancerToken: '`jwt-validation` taken out of the listener rules',
  functionPolicy: 'its permission opened to any load balancer',
  functionRequest: 'a bundle of the function that was built without this check',
  functionToken: 'a bundle of the function that was built without this check',
  tenantMatch: 'a bundle of the function that was built without this check',
  tableItem: 'the item lists one more model, and a bundle of the function that was built without looking at the status',
  executionRole: NOT_EVALUATED,
  permissionsBoundary: NOT_EVALUATED,
  trustPolicy: NOT_EVALUATED,
  vpcRoutes:
    'every route table sends private addresses to the Transit Gateway, and everything else to an internet gateway',
  transitGateway: 'every attachment propagated into every table, the blackhole removed: AWS’s own defaults',
  serviceConsumers: 'every account allowed',
  serviceAcceptance: 'connections taken without an acceptance',
  securityGroups: 'every group lets everything in and out',
  endpointPolicy: NOT_EVALUATED,
  spokeRole: NOT_EVALUATED,
  serviceControl: NOT_EVALUATED,
  callerPolicy: NOT_EVALUATED,
  onboardingRole: NOT_EVALUATED,
  tablePolicy: NOT_EVALUATED,
  otherAccount: NOT_EVALUATED,
  program: 'skipped; IAM is asked about the call that the program would have made',
} as const satisfies Partial<Record<Layer, string>>

/** Layers that cannot be switched off, with the reason. */
export const FIXED: Readonly<Partial<Record<Layer, string>>> = {
  userPoolSessions:
    'the pool has no sign-in that such a token stands for: there is nobody whom it could make a token for',
  loadBalancerRequest:
    'no rule and no parser lets such a request on, so there is no function that it could be tried on',
  functionRoutes: 'the function has no operation at such a path: there is nothing that it could do for it',
  functionBody:
    "the function holds one tenant's credentials only: whatever it made of the body, it would do as that tenant",
  credentials:
    'a signature and its expiry are what the caller is known by: without them there is no caller to decide on',
  addresses: 'AWS gives these interfaces no public address, or has nothing listen there: nothing can receive a packet',
}

/** Layers that consist of a check in the code, alone or among others: to remove it takes other code, not other settings. */
export const CODE_LAYERS = [
  'functionRequest',
  'functionToken',
  'tenantMatch',
  'tableItem',
] as const satisfies readonly Layer[]
export type CodeLayer = (typeof CODE_LAYERS)[number]

export const ALL_LAYERS = Object.keys(LAYERS) as readonly Layer[]

/** Each layer once, in the order of {@link LAYERS}. */
export const inOrder = (layers: Iterable<Layer>): readonly Layer[] => {
  const set = new Set(layers)
  return ALL_LAYERS.filter((layer) => set.has(layer))
}
