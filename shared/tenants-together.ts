/**
 * The tenants of one hub, as their stack files declare them, checked against each other. Pulumi runs one stack at a time, so
 * no stack's program sees another's settings: the files beside Pulumi.yaml are where they meet.
 */
import { type AddressHolder, nextFreeCidr, overlapsOf } from './addressing.ts'
import { overlaps, parseCidr } from './cidr.ts'
import type { Compute } from './compute.ts'
import { type HubLimits, limitMistakes } from './hub-limits.ts'
import { RULES_PER_GROUP, RULES_PER_GROUP_QUOTA } from './load-balancer-quotas.ts'
import { setCommand } from './settings/commands.ts'
import type { SettingsOrigin } from './settings/read.ts'
import type { RawSettings } from './settings/setting.ts'
import { SPOKE_TABLE } from './settings/spoke-table.ts'
import type { SpokeSettings } from './settings.ts'
import { HELD, HELD_ONCE, type HeldOnce, type HeldSettings, heldOnce } from './shared-account.ts'
import type { StackFile } from './stack-files.ts'

/**
 * A tenant is one target group and one rule. AWS allows a load balancer 100 target groups, and raises that for nobody; what is
 * left over is for replacements, which are made before the old ones go, and for the hub's own rules.
 */
const TENANTS_PER_LOAD_BALANCER = 90

/** One spoke's stack file; what it does not say, or says wrongly, is absent: its own stack refuses that. */
export interface Tenancy {
  /** `spoke-tenant1` */
  readonly stack: string
  readonly hubStack: string
  readonly tenantId?: string
  readonly account?: string
  readonly cidrBlock?: string
  readonly compute?: Compute
  /** Whose model endpoint it calls. @default own */
  readonly modelEndpoint?: 'own' | 'hub'
  /** Models that it calls through the hub's endpoint. */
  readonly sharedModels?: readonly string[]
  /** Issuers of its machines: a rule each. */
  readonly machineRules?: number
  /** What an external identity provider says of its people. */
  readonly claimValue?: string
  /** It says that others are in its account. @default the account is its own */
  readonly sharedAccount?: true
  /** What it has of the things that an account has once. */
  readonly holds?: readonly HeldOnce[]
}

/**
 * @param raw the project's settings in the stack's file, as Pulumi keeps them: text, and JSON for lists and maps
 * @returns undefined for a stack that is no spoke, such as one that was only initialised
 */
export function readTenancy(stack: string, raw: RawSettings, defaultHubStack: string): Tenancy | undefined {
  if (raw.role !== 'spoke') return undefined
  const tenantId = parsed(SPOKE_TABLE.tenantId.parse, raw.tenantId)
  const account = parsed(SPOKE_TABLE.account.parse, raw.account)
  const modelEndpoint = parsed(SPOKE_TABLE.modelEndpoint.parse, raw.modelEndpoint)
  const cidrBlock = modelEndpoint === 'hub' ? undefined : parsed(checkedCidr, raw.cidrBlock)
  const compute = computeOf(raw)
  const claimValue =
    raw.tenantClaimValue === undefined ? tenantId : parsed(SPOKE_TABLE.tenantClaimValue.parse, raw.tenantClaimValue)
  const machines = parsed(SPOKE_TABLE.machineIssuers.parse, raw.machineIssuers)
  const says = (name: 'sharedAccount' | keyof HeldSettings) => parsed(SPOKE_TABLE[name].parse, raw[name]) === true
  return {
    stack,
    hubStack: raw.hubStack ?? defaultHubStack,
    ...(tenantId !== undefined && { tenantId }),
    ...(account !== undefined && { account }),
    ...(modelEndpoint === 'hub' && { modelEndpoint, sharedModels: modelsOf(raw) }),
    ...(cidrBlock !== undefined && { cidrBlock }),
    ...(compute !== undefined && { compute }),
    ...(machines !== undefined && { machineRules: Object.keys(machines).length }),
    ...(claimValue !== undefined && { claimValue }),
    ...(says('sharedAccount') && { sharedAccount: true }),
    holds: heldOnce({
      modelInvocationLogging: says('modelInvocationLogging'),
      gatewayEndpoint: says('gatewayEndpoint'),
      shareMetrics: says('shareMetrics'),
    }),
  }
}

/** Every spoke among stack files. */
export const tenanciesOf = (
  files: readonly StackFile[],
  { organization, project }: Pick<SettingsOrigin, 'organization' | 'project'>,
): readonly Tenancy[] =>
  files.flatMap(({ stack, raw }) => readTenancy(stack, raw, `${organization}/${project}/hub`) ?? [])

/** A tenant by its settings. */
export const tenancyOf = (
  stack: string,
  {
    hubStack,
    tenantId,
    account,
    modelEndpoint,
    cidrBlock,
    compute,
    machineIssuers,
    tenantClaimValue = tenantId,
    sharedAccount,
    modelInvocationLogging,
    gatewayEndpoint,
    shareMetrics,
  }: SpokeSettings,
): Tenancy & Required<Pick<Tenancy, 'tenantId' | 'account'>> => ({
  stack,
  hubStack,
  tenantId,
  account,
  modelEndpoint,
  ...(cidrBlock !== undefined && { cidrBlock }),
  compute,
  machineRules: Object.keys(machineIssuers).length,
  claimValue: tenantClaimValue,
  ...(sharedAccount && { sharedAccount }),
  holds: heldOnce({ modelInvocationLogging, gatewayEndpoint, shareMetrics }),
})

/**
 * Checks the tenants of each hub, before anything of one is made.
 * @param limits of the hub's account
 * @throws Error with every mistake, naming the stacks that clash and what to do
 */
export function checkTenancies(tenancies: readonly Tenancy[], limits: HubLimits): void {
  const mistakes = [...Map.groupBy(tenancies, ({ hubStack }) => hubStack).values()].flatMap((members) =>
    tenancyMistakes(members, limits),
  )
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}

/**
 * What is wrong with the tenants of one hub together: an id and an account once, no address twice, no more tenants than a load
 * balancer carries, and no more of anything than the account has.
 */
export function tenancyMistakes(members: readonly Tenancy[], limits: HubLimits): readonly string[] {
  return [
    ...idMistakes(members),
    ...claimValueMistakes(members),
    ...accountMistakes(members),
    ...overlapsOf(
      members.flatMap(({ stack, cidrBlock }) => (cidrBlock === undefined ? [] : [{ name: stack, cidrBlock }])),
    ),
    ...tooManyTenants(members[0]?.hubStack ?? '', members.length),
    ...limitMistakes(members, limits),
    ...sharedMistakes(members, limits),
  ]
}

/**
 * Where a tenant's block is taken and nothing of its size is free: no other block would help.
 * @param others blocks of the hub's other tenants
 */
export function supernetMistakes(
  { name, cidrBlock }: AddressHolder,
  others: readonly string[],
  hub: { readonly spokesCidrBlock: string; readonly cidrBlock: string },
): readonly string[] {
  if (!others.some((block) => overlaps(block, cidrBlock))) return []
  const { prefix } = parseCidr(cidrBlock)
  if (freeCidr(prefix, others, hub) !== undefined) return []
  return [
    `The spokes' supernet ${hub.spokesCidrBlock} is full: no /${prefix} is free for ${name}. Choose a smaller block, or put the ` +
      'tenant into a second hub, a cell with a supernet of its own: docs/operations.md, "Cells".',
  ]
}

/** The lowest block of that size in the spokes' supernet which nobody has; undefined when it is full. */
export function freeCidr(
  prefix: number,
  taken: readonly string[],
  hub: { readonly spokesCidrBlock: string; readonly cidrBlock: string },
): string | undefined {
  try {
    return nextFreeCidr(hub.spokesCidrBlock, [hub.cidrBlock, ...taken], prefix)
  } catch {
    return undefined
  }
}

function idMistakes(members: readonly Tenancy[]): readonly string[] {
  const identified = members.filter(({ tenantId }) => tenantId !== undefined)
  return [...Map.groupBy(identified, (tenancy) => tenancy.tenantId)]
    .filter(([, claimants]) => claimants.length > 1)
    .map(
      ([tenantId, claimants]) =>
        `The tenant id "${tenantId}" is claimed by ${claimants.length} stacks: ${claimants.map(({ stack }) => stack).join(', ')}. ` +
        'Every tenant has one: give the others ids of their own.',
    )
}

/** People of whom the provider says one word would be on two tenants' paths. Ids that are the same are told by {@link idMistakes}. */
function claimValueMistakes(members: readonly Tenancy[]): readonly string[] {
  return [...Map.groupBy(members, ({ claimValue }) => claimValue)]
    .filter(([value, sharers]) => value !== undefined && new Set(sharers.map(({ tenantId }) => tenantId)).size > 1)
    .map(
      ([value, sharers]) =>
        `The identity provider's value "${value}" is that of ${sharers.length} tenants: ${sharers.map(({ stack }) => stack).join(', ')}. ` +
        "Whoever has it would call as either: give each a tenantClaimValue of its own (without one it is the tenant's id).",
    )
}

/** Two tenants in one account share its quotas and its bill, so each of them has to say that it may be so. */
function accountMistakes(members: readonly Tenancy[]): readonly string[] {
  const placed = members.filter(({ account }) => account !== undefined)
  return [...Map.groupBy(placed, ({ account }) => account)]
    .filter(([, sharers]) => sharers.length > 1)
    .flatMap(([account = '', sharers]) => {
      const silent = sharers.filter(({ sharedAccount }) => sharedAccount !== true)
      return silent.length === 0
        ? heldTwice(account, sharers)
        : [
            `The account ${account} is used by ${sharers.length} tenants: ${sharers.map(({ stack }) => stack).join(', ')}. ` +
              "A tenant's quotas, policies and bill are its own only in an account of its own: give the others another. If they are to " +
              `share it, each of them says so: ${silent.map(({ stack }) => setCommand(stack, 'sharedAccount', 'true')).join(' && ')} ` +
              '(what is lost: docs/variants.md).',
          ]
    })
}

function heldTwice(account: string, sharers: readonly Tenancy[]): readonly string[] {
  return HELD_ONCE.flatMap((one) => {
    const holders = sharers.filter(({ holds = [] }) => holds.includes(one)).map(({ stack }) => stack)
    return holders.length < 2
      ? []
      : [`${holders.join(', ')} have ${HELD[one].setting} in one account, ${account}: ${HELD[one].why}`]
  })
}

const sharedMistakes = (members: readonly Tenancy[], { sharedRules }: HubLimits) =>
  tooManyShared(
    members[0]?.hubStack ?? '',
    members.filter(({ modelEndpoint }) => modelEndpoint === 'hub').length,
    sharedRules,
  )

/** @param count of a hub's tenants, with the one that is deployed */
export function tooManyTenants(hubStack: string, count: number): readonly string[] {
  if (count <= TENANTS_PER_LOAD_BALANCER) return []
  return [
    `The hub ${hubStack} has ${count} tenants, and its load balancer carries ${TENANTS_PER_LOAD_BALANCER}: AWS allows ` +
      '100 target groups per load balancer, a limit that it does not raise. Put further tenants into a second hub, a cell of ' +
      'its own, and name it in their hubStack: docs/operations.md, "Cells".',
  ]
}

/** @param count of tenants at the shared model endpoint, with the one that is deployed */
export function tooManyShared(hubStack: string, count: number, groupRules = RULES_PER_GROUP): readonly string[] {
  if (count <= groupRules) return []
  return [
    `The model endpoint of the hub ${hubStack} would be shared by ${count} tenants, each a rule of its security group, and a group of the ` +
      `hub's account has ${groupRules}. Have the quota ${RULES_PER_GROUP_QUOTA} raised and set the hub's ` +
      'securityGroupRules, or give the tenant an endpoint of its own: modelEndpoint own.',
  ]
}

/** As settings/spoke.ts has it. */
function computeOf({ compute = 'lambda', tier = 'small' }: RawSettings): Compute | undefined {
  const kind = parsed(SPOKE_TABLE.compute.parse, compute)
  const { lambda, fargate } = parsed(SPOKE_TABLE.tier.parse, tier) ?? {}
  if (kind === 'lambda') return lambda && { kind, tier: lambda }
  return kind && fargate && { kind, tier: fargate }
}

function modelsOf({ models }: RawSettings): readonly string[] {
  const read = parsed(SPOKE_TABLE.models.parse, models) ?? {}
  return Object.values(read).flatMap(({ id, fallbacks = [] }) => [id, ...fallbacks])
}

function checkedCidr(text: string): string {
  parseCidr(text)
  return text
}

function parsed<T>(parse: (raw: string) => T, raw: string | undefined): T | undefined {
  if (raw === undefined) return undefined
  try {
    return parse(raw)
  } catch {
    return undefined
  }
}
