/**
 * The tenants of one hub, as their stack files declare them, checked against each other. Pulumi runs one stack at a time, so
 * no stack's program sees another's settings: the files beside Pulumi.yaml are where they meet.
 */
import { requireNoOverlap } from './addressing.ts'
import { parseCidr } from './cidr.ts'
import type { RawSettings } from './settings/setting.ts'
import { SPOKE_TABLE } from './settings/spoke-table.ts'
import { TIERS, type Tier } from './settings.ts'

/** Lambda keeps this much of an account's concurrency for functions that reserve nothing. */
const UNRESERVED = 100

/** One spoke's stack file; what it does not say, or says wrongly, is absent: its own stack refuses that. */
export interface Tenancy {
  /** `spoke-tenant1` */
  readonly stack: string
  readonly hubStack: string
  readonly tenantId?: string
  readonly cidrBlock?: string
  readonly tier?: Tier
}

/**
 * @param raw the project's settings in the stack's file, as Pulumi keeps them: text, and JSON for lists and maps
 * @returns undefined for a stack that is no spoke, such as one that was only initialised
 */
export function readTenancy(stack: string, raw: RawSettings, defaultHubStack: string): Tenancy | undefined {
  if (raw.role !== 'spoke') return undefined
  const tenantId = parsed(SPOKE_TABLE.tenantId.parse, raw.tenantId)
  const cidrBlock = parsed(checkedCidr, raw.cidrBlock)
  // As the table's own default.
  const tier = raw.tier === undefined ? TIERS.small : parsed(SPOKE_TABLE.tier.parse, raw.tier)
  return {
    stack,
    hubStack: raw.hubStack ?? defaultHubStack,
    ...(tenantId !== undefined && { tenantId }),
    ...(cidrBlock !== undefined && { cidrBlock }),
    ...(tier !== undefined && { tier }),
  }
}

/**
 * Checks the tenants of each hub: an id once, no address twice, reservations within the account's concurrency.
 * @param concurrencyLimit concurrent executions of the hub's account
 * @throws Error naming the stacks that clash, and what to do
 */
export function checkTenancies(tenancies: readonly Tenancy[], concurrencyLimit: number): void {
  for (const members of Map.groupBy(tenancies, ({ hubStack }) => hubStack).values()) {
    requireOneStackPerTenant(members)
    requireNoOverlap(
      members.flatMap(({ stack, cidrBlock }) => (cidrBlock === undefined ? [] : [{ name: stack, cidrBlock }])),
    )
    requireConcurrency(members, concurrencyLimit)
  }
}

function requireOneStackPerTenant(members: readonly Tenancy[]): void {
  const identified = members.filter(({ tenantId }) => tenantId !== undefined)
  for (const [tenantId, claimants] of Map.groupBy(identified, (tenancy) => tenancy.tenantId)) {
    if (claimants.length < 2) continue
    throw new Error(
      `The tenant id "${tenantId}" is claimed by ${claimants.length} stacks: ${claimants.map(({ stack }) => stack).join(', ')}. ` +
        'Every tenant has one: give the others ids of their own.',
    )
  }
}

function requireConcurrency(members: readonly Tenancy[], concurrencyLimit: number): void {
  const reserved = members.reduce((sum, { tier }) => sum + (tier?.reservedConcurrency ?? 0), 0)
  const available = concurrencyLimit - UNRESERVED
  if (reserved <= available) return
  throw new Error(
    `The tenants reserve ${reserved} concurrent executions together, but the hub's account has ${available} to reserve: its limit ` +
      `of ${concurrencyLimit}, less the ${UNRESERVED} that Lambda keeps. Choose smaller tiers, or have the limit raised ` +
      "and set the hub's concurrencyLimit.",
  )
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
