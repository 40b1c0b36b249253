/** Validates a hub's outputs for a spoke, a client or a command. */
import { KEY_SET_WAYS } from './choices.ts'
import {
  CONTRACT_VERSION,
  type HubCentralModels,
  type HubEndpointService,
  type HubFargate,
  type HubOutputs,
  isNewer,
  NEWER_REMEDY,
} from './contract.ts'
import { isMap } from './is-map.ts'
import { CLAIM_FORMATS } from './tenant.ts'

/** The error about a hub whose outputs a spoke cannot use. */
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

type Check = (value: unknown) => boolean

const isAbsent: Check = (value) => value === undefined || value === null
const text: Check = (value) => typeof value === 'string' && value !== ''
const whole: Check = (value) => Number.isSafeInteger(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const someOf =
  (check: Check): Check =>
  (value) =>
    listOf(check)(value) && (value as readonly unknown[]).length > 0
const choice =
  (...choices: readonly unknown[]): Check =>
  (value) =>
    choices.includes(value)
const orNothing =
  (check: Check): Check =>
  (value) =>
    isAbsent(value) || check(value)
/** A map in which the named entries pass their checks; it may have other entries. */
const mapOf =
  (entries: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isMap(value) && Object.entries(entries).every(([name, check]) => check(value[name]))

const subnet = mapOf({ id: text, cidrBlock: text, zoneId: text })
const FARGATE = {
  clusterArn: text,
  clusterName: text,
  repositoryName: text,
  repositoryArn: text,
  repositoryUrl: text,
  taskSecurityGroupId: text,
  taskBoundaryArn: text,
  vcpuLimit: whole,
  listenerRules: whole,
} satisfies Record<Exclude<keyof HubFargate, 'baseImage'>, Check>
const CENTRAL = {
  endpointId: text,
  endpointHost: text,
  securityGroupId: text,
  modelIds: someOf(text),
  modelRegions: (value) => isMap(value) && Object.values(value).every(someOf(text)),
  groupRules: whole,
} satisfies Record<keyof HubCentralModels, Check>
const DOOR = {
  serviceId: text,
  serviceName: text,
  privateDnsName: text,
  accounts: listOf(text),
} satisfies Record<keyof HubEndpointService, Check>
const IDENTITY = {
  issuer: text,
  jwksUri: text,
  audience: text,
  tenantClaim: text,
  claimFormat: choice(...CLAIM_FORMATS),
}
const sharing: Check = (value) =>
  isMap(value) && (value.kind === 'accounts' || (value.kind === 'organisation' && text(value.arn)))

const namesOf = (entries: Readonly<Record<string, Check>>) => `{ ${Object.keys(entries).join(', ')} }`

/** The check of an output, and what an error says that it must be. */
type Expected = readonly [Check, string]

/** Outputs that exist with `keySetVia: inline` only. */
const OF_INLINE = ['keySet'] as const

/** Outputs that exist with `keySetVia: table` only. */
const OF_TABLE = ['keySetsTableName', 'keySetsTableArn', 'keySetsFunctionArn'] as const

/** Either both exist, or neither. */
const OF_USAGE = ['usageTableName', 'usageTableArn'] as const

/** All other outputs that may be absent. */
const AT_TIMES = {
  alarmTopicArn: [text, 'text'],
  browserOrigin: [text, 'text'],
  userPoolDomain: [text, 'text'],
  listenerRules: [whole, 'a whole number'],
  federatedProviders: [
    (value) => isMap(value) && Object.values(value).every(text),
    'a map of tenants by the names of providers',
  ],
  // An output that cannot be read must not count as absent, because the tenant would then trust the user pool.
  identity: [
    mapOf({ ...IDENTITY, groupsClaim: orNothing(text), clientId: orNothing(text) }),
    `${namesOf(IDENTITY)}, with or without groupsClaim and clientId`,
  ],
  dashboard: [choice(true), 'true'],
  metricsSinkArn: [text, 'text'],
  leavingSubnet: [subnet, '{ id, cidrBlock, zoneId }'],
  fargate: [mapOf({ ...FARGATE, baseImage: orNothing(text) }), `${namesOf(FARGATE)}, with or without baseImage`],
  centralModels: [mapOf(CENTRAL), namesOf(CENTRAL)],
  endpointService: [mapOf(DOOR), namesOf(DOOR)],
  loadBalancer: [choice('internal'), 'internal'],
} as const satisfies { readonly [K in keyof HubOutputs]?: Expected }

type OptionalOutput = keyof typeof AT_TIMES | (typeof OF_INLINE | typeof OF_TABLE | typeof OF_USAGE)[number]

/** All outputs that always exist. */
const ALWAYS: { readonly [K in Exclude<keyof HubOutputs, OptionalOutput>]: Expected } = {
  contractVersion: [choice(CONTRACT_VERSION), `${CONTRACT_VERSION}`],
  account: [(value) => typeof value === 'string' && /^\d{12}$/.test(value), 'text of 12 digits'],
  region: [text, 'text'],
  vpcId: [text, 'text'],
  cidrBlock: [text, 'text'],
  spokesCidrBlock: [text, 'text'],
  privateSubnets: [someOf(subnet), 'a list of { id, cidrBlock, zoneId }'],
  zoneIds: [someOf(text), 'a list of text'],
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

/** The names of the hub's outputs, for readers that get them one by one. */
export const HUB_OUTPUT_NAMES: readonly (keyof HubOutputs)[] = [
  ...(Object.keys(ALWAYS) as (keyof typeof ALWAYS)[]),
  ...OF_INLINE,
  ...OF_TABLE,
  ...OF_USAGE,
  ...(Object.keys(AT_TIMES) as (keyof typeof AT_TIMES)[]),
]

/**
 * Validates the outputs that a `StackReference` has read.
 * @throws ContractError that names every output that is missing or of the wrong type, and what to do; a plain Error if there are no outputs at
 * all
 */
export function parseHubOutputs(raw: Readonly<Record<string, unknown>>, hubStack: string): HubOutputs {
  if (isNewer(raw.contractVersion)) throw newerHub(hubStack, raw.contractVersion)
  if (HUB_OUTPUT_NAMES.every((name) => isAbsent(raw[name]))) throw notDeployed(hubStack)
  const problems = new Map<string, string>()
  const refuse = (name: string, expected: string) =>
    problems.set(name, `${name} is ${shown(raw[name])}. Expected: ${expected}.`)
  for (const [name, [check, expected]] of Object.entries<Expected>(ALWAYS)) {
    if (isAbsent(raw[name])) problems.set(name, `${name} is missing. Expected: ${expected}.`)
    else if (!check(raw[name])) refuse(name, expected)
  }
  // Without the key set, gateways would look for a network path that was not built.
  for (const [way, names] of Object.entries({ inline: OF_INLINE, table: OF_TABLE })) {
    const check = raw.keySetVia === way ? text : isAbsent
    for (const name of names)
      if (!check(raw[name])) refuse(name, `text when keySetVia is ${way}, and nothing otherwise`)
  }
  const counts = OF_USAGE.some((name) => !isAbsent(raw[name]))
  for (const name of OF_USAGE)
    if (counts && !text(raw[name])) refuse(name, `text, or neither of ${OF_USAGE.join(' and ')}`)
  for (const [name, [check, expected]] of Object.entries<Expected>(AT_TIMES))
    if (!orNothing(check)(raw[name])) refuse(name, `${expected}, or nothing`)
  if (problems.size > 0) throw new ContractError(hubStack, [...problems.keys()], [...problems.values()])
  const known = HUB_OUTPUT_NAMES.filter((name) => !isAbsent(raw[name]))
  return Object.fromEntries(known.map((name) => [name, raw[name]])) as unknown as HubOutputs
}

/** Pulumi keeps outputs only of a deployment that has succeeded. */
const notDeployed = (hubStack: string) =>
  new Error(
    `The hub's stack ${hubStack} has no outputs: it has not been deployed yet, or its first deployment failed. ` +
      `Deploy the hub first: pulumi up -s ${hubStack.split('/').at(-1)}`,
  )

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
