/**
 * The hub's outputs, flat so that `pulumi stack output` reads well. The hub's program returns exactly this type, and a
 * spoke reads it back through `StackReference`, in one place, validated.
 */

import { KEY_SET_WAYS, type KeySetVia } from './choices.ts'
import type { IdentitySettings } from './identity-provider.ts'
import { isMap } from './is-map.ts'

/** Raised when a field is added, removed or changes meaning: a spoke refuses a hub of another version. */
export const CONTRACT_VERSION = 2

export interface HubSubnet {
  readonly id: string
  readonly cidrBlock: string
  /** Zone id such as `use1-az1`, the same in every account. */
  readonly zoneId: string
}

export interface HubOutputs {
  readonly contractVersion: typeof CONTRACT_VERSION
  /** The hub's account, 12 digits. */
  readonly account: string
  readonly region: string

  readonly vpcId: string
  readonly cidrBlock: string
  /** Supernet that every spoke's CIDR lies in; overlaps no hub address. */
  readonly spokesCidrBlock: string
  /** The functions' subnets. */
  readonly privateSubnets: readonly HubSubnet[]
  /** The functions' subnet that they leave with their next `up`; absent when none is left. */
  readonly leavingSubnet?: HubSubnet
  /** Zones in which the hub has a Transit Gateway subnet: a spoke must choose its zones among these. */
  readonly zoneIds: readonly string[]

  readonly transitGatewayId: string
  readonly transitGatewayArn: string
  /** Route table that the hub's attachment is associated with; spokes propagate into it. */
  readonly hubRouteTableId: string
  /** Route table that spokes' attachments are associated with. */
  readonly spokesRouteTableId: string
  readonly resourceShareArn: string
  readonly sharing: { readonly kind: 'organisation'; readonly arn: string } | { readonly kind: 'accounts' }

  /** `https://DOMAIN` or, for the demo listener, `http://LOAD_BALANCER_DNS_NAME`. */
  readonly gatewayUrl: string
  readonly loadBalancerArn: string
  readonly loadBalancerDnsName: string
  /** The one origin whose pages may call the gateway, `https://HOST`; absent where pages of every origin may. */
  readonly browserOrigin?: string
  /** The listener that tenants' rules are added to. */
  readonly listenerArn: string
  readonly listenerProtocol: 'HTTPS' | 'HTTP'

  readonly userPoolId: string
  readonly userPoolArn: string
  readonly userPoolClientId: string
  readonly issuer: string
  /** Host of the user pool's token endpoint; absent for a pool without a domain. */
  readonly userPoolDomain?: string
  /** The external provider that people sign in with; absent where that is the user pool, which is there anyway. */
  readonly identity?: HubIdentity
  /**
   * How the functions get the key set; `keySet` is the JSON for `inline` and absent otherwise, and so are the three for `table`.
   */
  readonly keySetVia: KeySetVia
  readonly keySet?: string
  /** The table of key sets, which the functions read. */
  readonly keySetsTableName?: string
  readonly keySetsTableArn?: string
  /** The function that fills it. */
  readonly keySetsFunctionArn?: string

  readonly tableName: string
  readonly tableArn: string
  /** The table that limits are counted in; absent in a hub that an older version deployed. */
  readonly usageTableName?: string
  readonly usageTableArn?: string

  /** Security group of the hub's interface endpoints (STS, and Cognito where used). */
  readonly endpointSecurityGroupId: string
  /** Prefix list of the DynamoDB gateway endpoint. */
  readonly dynamodbPrefixListId: string
  /** Security group without rules that a destroyed function's network interfaces are moved to. */
  readonly parkingSecurityGroupId: string

  readonly onboardingRoleArn: string
  readonly permissionsBoundaryArn: string
  /** Lambda's concurrent executions that the hub's account has: what the tenants' reservations are added up against. */
  readonly concurrencyLimit: number
  /** Rules that the load balancer may have; absent on a hub of an earlier version. */
  readonly listenerRules?: number

  /** Function that a tenant's audit lines are sent to; CloudWatch Logs may invoke it for every tenant's log group. */
  readonly auditFunctionArn: string
  /** SNS topic that alarms notify; absent where nobody is notified. */
  readonly alarmTopicArn?: string
  /** Tenants take the figures that the hub's dashboard shows; absent on a hub without one. */
  readonly dashboard?: true

  /** What a tenant needs to run on Fargate; absent on a hub without it. */
  readonly fargate?: HubFargate

  /** The model endpoint that tenants with `modelEndpoint: hub` share; absent on a hub without one. */
  readonly centralModels?: HubCentralModels

  /** The gateway as an endpoint service; absent on a hub that is not offered by PrivateLink. */
  readonly endpointService?: HubEndpointService
  /** The load balancer has private addresses only; absent where it is public. */
  readonly loadBalancer?: 'internal'

  /** Resources that lose data are protected; a spoke follows the hub. */
  readonly deletionProtection: boolean
}

/** With the address of its keys, whoever said it. */
export type HubIdentity = IdentitySettings & { readonly jwksUri: string }

export interface HubFargate {
  readonly clusterArn: string
  readonly clusterName: string
  /** Of the gateway's images, in the hub's account. */
  readonly repositoryName: string
  readonly repositoryArn: string
  /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME` */
  readonly repositoryUrl: string
  /** Admits the load balancer to the tasks, and lets them out to the images' layers. */
  readonly taskSecurityGroupId: string
  /** Bounds the roles of tasks. */
  readonly taskBoundaryArn: string
  /** Image that the gateway's is built on, `REPOSITORY@sha256:DIGEST`; absent before it was looked up. */
  readonly baseImage?: string
  /** vCPUs that the hub's account may run on Fargate. */
  readonly vcpuLimit: number
  /** Rules that the load balancer may have. */
  readonly listenerRules: number
}

export interface HubCentralModels {
  readonly endpointId: string
  /** Regional host name of the endpoint. */
  readonly endpointHost: string
  /** The endpoint's group, which a tenant's ingress admits its own gateway to. */
  readonly securityGroupId: string
  /** Model or inference profile ids that may be called through it. */
  readonly modelIds: readonly string[]
  /** Where requests to profiles go, by geography; the list's regions for those that are not in it. */
  readonly modelRegions: Readonly<Record<string, readonly string[]>>
  /** Inbound rules that the group may have: one for each tenant. */
  readonly groupRules: number
}

export interface HubEndpointService {
  /** `vpce-svc-…` */
  readonly serviceId: string
  /** `com.amazonaws.vpce.REGION.vpce-svc-…` */
  readonly serviceName: string
  /** The gateway's own host name, which consumers call. */
  readonly privateDnsName: string
  /** Of partners, whom the hub's stack allows: no tenant's stack may add and take away one of them. */
  readonly accounts: readonly string[]
}

/** A hub whose outputs a spoke cannot use. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
  /** The outputs that are missing or of the wrong type. */
  readonly outputs: readonly string[]

  constructor(hubStack: string, outputs: readonly string[], problems: readonly string[], remedy?: string) {
    const stack = hubStack.split('/').at(-1) ?? hubStack
    super(
      [
        `The outputs of the hub's stack ${hubStack} are not those that this version reads.`,
        ...problems.map((problem) => `- ${problem}`),
        remedy ?? `Bring the hub up to date first: pulumi up -s ${stack}`,
      ].join('\n'),
    )
    this.outputs = outputs
  }
}

/** There with `keySetVia: table`, and only then. */
const OF_TABLE = ['keySetsTableName', 'keySetsTableArn', 'keySetsFunctionArn'] as const

/** Both, or neither. */
const OF_USAGE = ['usageTableName', 'usageTableArn'] as const

type OptionalOutput =
  | 'browserOrigin'
  | 'userPoolDomain'
  | 'identity'
  | 'listenerRules'
  | 'keySet'
  | 'alarmTopicArn'
  | 'dashboard'
  | 'leavingSubnet'
  | 'fargate'
  | 'centralModels'
  | 'endpointService'
  | 'loadBalancer'
  | (typeof OF_TABLE)[number]
  | (typeof OF_USAGE)[number]

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string' && value !== ''
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(check)
const choice =
  (...choices: readonly unknown[]): Check =>
  (value) =>
    choices.includes(value)
const subnet: Check = (value) => isMap(value) && text(value.id) && text(value.cidrBlock) && text(value.zoneId)
const whole: Check = (value) => Number.isSafeInteger(value)
const FARGATE: { readonly [K in Exclude<keyof HubFargate, 'baseImage'>]: Check } = {
  clusterArn: text,
  clusterName: text,
  repositoryName: text,
  repositoryArn: text,
  repositoryUrl: text,
  taskSecurityGroupId: text,
  taskBoundaryArn: text,
  vcpuLimit: whole,
  listenerRules: whole,
}
const fargate: Check = (value) =>
  isMap(value) &&
  Object.entries(FARGATE).every(([name, check]) => check(value[name])) &&
  (value.baseImage === undefined || value.baseImage === null || text(value.baseImage))
const CENTRAL: { readonly [K in keyof HubCentralModels]: Check } = {
  endpointId: text,
  endpointHost: text,
  securityGroupId: text,
  modelIds: listOf(text),
  modelRegions: (value) => isMap(value) && Object.values(value).every(listOf(text)),
  groupRules: whole,
}
const centralModels: Check = (value) =>
  isMap(value) && Object.entries(CENTRAL).every(([name, check]) => check(value[name]))
const IDENTITY = ['issuer', 'jwksUri', 'audience', 'tenantClaim'] as const
const identity: Check = (value) =>
  isMap(value) &&
  IDENTITY.every((name) => text(value[name])) &&
  choice('text', 'list', 'space-separated')(value.claimFormat) &&
  [value.groupsClaim, value.clientId].every((one) => one === undefined || one === null || text(one))
const endpointService: Check = (value) =>
  isMap(value) &&
  [value.serviceId, value.serviceName, value.privateDnsName].every(text) &&
  Array.isArray(value.accounts) &&
  value.accounts.every(text)
const sharing: Check = (value) =>
  isMap(value) && (value.kind === 'accounts' || (value.kind === 'organisation' && text(value.arn)))

/** Every output that is always there: how it is checked, and what an error says it must be. */
const CHECKS: { readonly [K in Exclude<keyof HubOutputs, OptionalOutput>]: readonly [Check, string] } = {
  contractVersion: [choice(CONTRACT_VERSION), `${CONTRACT_VERSION}`],
  account: [(value) => typeof value === 'string' && /^\d{12}$/.test(value), 'text of 12 digits'],
  region: [text, 'text'],
  vpcId: [text, 'text'],
  cidrBlock: [text, 'text'],
  spokesCidrBlock: [text, 'text'],
  privateSubnets: [listOf(subnet), 'a list of { id, cidrBlock, zoneId }'],
  zoneIds: [listOf(text), 'a list of text'],
  transitGatewayId: [text, 'text'],
  transitGatewayArn: [text, 'text'],
  hubRouteTableId: [text, 'text'],
  spokesRouteTableId: [text, 'text'],
  resourceShareArn: [text, 'text'],
  sharing: [sharing, "{ kind: 'organisation', arn } or { kind: 'accounts' }"],
  gatewayUrl: [text, 'text'],
  loadBalancerArn: [text, 'text'],
  loadBalancerDnsName: [text, 'text'],
  listenerArn: [text, 'text'],
  listenerProtocol: [choice('HTTPS', 'HTTP'), 'HTTPS or HTTP'],
  userPoolId: [text, 'text'],
  userPoolArn: [text, 'text'],
  userPoolClientId: [text, 'text'],
  issuer: [text, 'text'],
  keySetVia: [choice(...KEY_SET_WAYS), 'endpoint, nat, inline or table'],
  tableName: [text, 'text'],
  tableArn: [text, 'text'],
  endpointSecurityGroupId: [text, 'text'],
  dynamodbPrefixListId: [text, 'text'],
  parkingSecurityGroupId: [text, 'text'],
  onboardingRoleArn: [text, 'text'],
  permissionsBoundaryArn: [text, 'text'],
  concurrencyLimit: [whole, 'a whole number'],
  auditFunctionArn: [text, 'text'],
  deletionProtection: [(value) => typeof value === 'boolean', 'true or false'],
}

/** The names of the hub's outputs, in the contract's order, for a reader that asks for each. */
export const HUB_OUTPUT_NAMES: readonly (keyof HubOutputs)[] = [
  ...(Object.keys(CHECKS) as (keyof typeof CHECKS)[]),
  'browserOrigin',
  'userPoolDomain',
  'identity',
  'listenerRules',
  'keySet',
  'alarmTopicArn',
  'dashboard',
  'leavingSubnet',
  ...OF_TABLE,
  ...OF_USAGE,
  'fargate',
  'centralModels',
  'endpointService',
  'loadBalancer',
]

/**
 * Validates what a `StackReference` read.
 * @throws ContractError naming every output that is missing or of the wrong type, and what to do
 */
export function parseHubOutputs(raw: Readonly<Record<string, unknown>>, hubStack: string): HubOutputs {
  if (isNewer(raw.contractVersion)) throw newerHub(hubStack, raw.contractVersion)
  const problems = new Map<string, string>()
  for (const [name, [check, expected]] of Object.entries(CHECKS)) {
    const value = raw[name]
    if (value === undefined || value === null) problems.set(name, `${name} is missing. Expected: ${expected}.`)
    else if (!check(value)) problems.set(name, `${name} is ${shown(value)}. Expected: ${expected}.`)
  }
  const { keySet } = raw
  // An inline key set that is not there would make the functions look for a network path that was not built.
  if (raw.keySetVia === 'inline' ? !text(keySet) : keySet !== undefined && keySet !== null) {
    problems.set(
      'keySet',
      `keySet is ${shown(keySet)}. Expected: text when keySetVia is inline, and nothing otherwise.`,
    )
  }
  for (const name of OF_TABLE) {
    const value = raw[name]
    if (raw.keySetVia === 'table' ? !text(value) : value !== undefined && value !== null)
      problems.set(name, `${name} is ${shown(value)}. Expected: text when keySetVia is table, and nothing otherwise.`)
  }
  const counts = OF_USAGE.some((name) => raw[name] !== undefined && raw[name] !== null)
  for (const name of OF_USAGE)
    if (counts && !text(raw[name]))
      problems.set(name, `${name} is ${shown(raw[name])}. Expected: text, or neither of ${OF_USAGE.join(' and ')}.`)
  for (const name of ['alarmTopicArn', 'browserOrigin', 'userPoolDomain'] as const) {
    const value = raw[name]
    if (value !== undefined && value !== null && !text(value))
      problems.set(name, `${name} is ${shown(value)}. Expected: text, or nothing.`)
  }
  const { listenerRules } = raw
  if (listenerRules !== undefined && listenerRules !== null && !whole(listenerRules))
    problems.set('listenerRules', `listenerRules is ${shown(listenerRules)}. Expected: a whole number, or nothing.`)
  // What cannot be read must not be taken for none: the tenant would trust the user pool.
  if (raw.identity !== undefined && raw.identity !== null && !identity(raw.identity))
    problems.set(
      'identity',
      `identity is ${shown(raw.identity)}. Expected: { ${IDENTITY.join(', ')}, claimFormat }, with or without groupsClaim and clientId, or nothing.`,
    )
  const { dashboard } = raw
  if (dashboard !== undefined && dashboard !== null && dashboard !== true)
    problems.set('dashboard', `dashboard is ${shown(dashboard)}. Expected: true, or nothing.`)
  const { leavingSubnet } = raw
  if (leavingSubnet !== undefined && leavingSubnet !== null && !subnet(leavingSubnet))
    problems.set(
      'leavingSubnet',
      `leavingSubnet is ${shown(leavingSubnet)}. Expected: { id, cidrBlock, zoneId }, or nothing.`,
    )
  const given = raw.fargate
  if (given !== undefined && given !== null && !fargate(given))
    problems.set(
      'fargate',
      `fargate is ${shown(given)}. Expected: { ${Object.keys(FARGATE).join(', ')} }, with or without baseImage, or nothing.`,
    )
  const central = raw.centralModels
  if (central !== undefined && central !== null && !centralModels(central))
    problems.set(
      'centralModels',
      `centralModels is ${shown(central)}. Expected: { ${Object.keys(CENTRAL).join(', ')} }, or nothing.`,
    )
  const door = raw.endpointService
  if (door !== undefined && door !== null && !endpointService(door))
    problems.set(
      'endpointService',
      `endpointService is ${shown(door)}. Expected: { serviceId, serviceName, privateDnsName, accounts }, or nothing.`,
    )
  const { loadBalancer } = raw
  if (loadBalancer !== undefined && loadBalancer !== null && loadBalancer !== 'internal')
    problems.set('loadBalancer', `loadBalancer is ${shown(loadBalancer)}. Expected: internal, or nothing.`)
  if (problems.size > 0) throw new ContractError(hubStack, [...problems.keys()], [...problems.values()])
  const known = HUB_OUTPUT_NAMES.filter((name) => raw[name] !== undefined && raw[name] !== null)
  return Object.fromEntries(known.map((name) => [name, raw[name]])) as unknown as HubOutputs
}

/** Whether a later version of this project wrote it: nothing older may deploy over that. */
export const isNewer = (version: unknown): version is number =>
  typeof version === 'number' && version > CONTRACT_VERSION

export const NEWER_REMEDY =
  'Bring this checkout up to date (git pull, npm ci), and deploy the hub with it by no older one.'

const newerHub = (hubStack: string, version: number) =>
  new ContractError(
    hubStack,
    ['contractVersion'],
    [`contractVersion is ${version}: a newer version deployed the hub. This one reads ${CONTRACT_VERSION}.`],
    NEWER_REMEDY,
  )

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing'
  return json.length > 60 ? `${json.slice(0, 57)}...` : json
}
