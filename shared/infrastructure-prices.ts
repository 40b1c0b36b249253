/**
 * List prices in US dollars for us-east-1: what a tenant and a hub cost before the first request. AWS changes them, and bills by its own list:
 * `--prices FILE` replaces them.
 */

import type { Compute, TaskTier } from './compute.ts'

/** When the list was looked up. */
export const PRICES_AS_OF = '2026-11'

export const PRICES = {
  /** A VPC attachment of the Transit Gateway, an hour. */
  transitGatewayAttachmentHour: 0.05,
  /** An interface endpoint in one zone, an hour. */
  interfaceEndpointZoneHour: 0.01,
  /** The load balancer itself, an hour, without capacity units. */
  loadBalancerHour: 0.0225,
  /** A network load balancer itself, an hour, without capacity units. */
  networkLoadBalancerHour: 0.0225,
  /** A NAT gateway, an hour. */
  natGatewayHour: 0.045,
  /** A public IPv4 address, an hour. */
  publicAddressHour: 0.005,
  /** A vCPU of a task on Fargate (Linux on ARM), and a gigabyte of its memory, an hour. */
  fargateVcpuHour: 0.03238,
  fargateGigabyteHour: 0.00356,
  /** A web ACL, and a rule in it, a month. */
  webAclMonth: 5,
  webAclRuleMonth: 1,
  /** An app client of Cognito's for a machine (client credentials), a month, and a thousand tokens of such. */
  cognitoAppClientMonth: 6,
  cognitoThousandTokens: 2.25,
} as const

export type Prices = { readonly [K in keyof typeof PRICES]: number }

/** The length of AWS's month: 365 × 24 / 12 hours. */
export const HOURS_PER_MONTH = 730

/**
 * What a tenant costs a month before its first request: its attachment, its model endpoint in each of its zones, and, on Fargate, the tasks that
 * always run.
 * @param zones the number of its network's zones; 0 for a tenant at the shared endpoint, which has neither attachment nor endpoint
 */
export function tenantMonthlyFixed(zones: number, compute?: Compute, prices: Prices = PRICES): number {
  const network =
    zones === 0 ? 0 : cents(prices.transitGatewayAttachmentHour + zones * prices.interfaceEndpointZoneHour)
  const tasks = compute?.kind === 'fargate' ? tasksMonthlyFixed(compute.tier, prices) : 0
  return Math.round((network + tasks) * 100) / 100
}

/** What a tenant's tasks cost a month without requests, when the smallest number of them runs. */
export const tasksMonthlyFixed = (tier: TaskTier, prices: Prices = PRICES): number =>
  cents(tier.minimumTasks * taskHour(tier, prices))

/** What they cost if the largest number of them runs all month. */
export const tasksMonthlyMost = (tier: TaskTier, prices: Prices = PRICES): number =>
  cents(tier.maximumTasks * taskHour(tier, prices))

const taskHour = ({ cpuUnits, memoryMegabytes }: TaskTier, prices: Prices) =>
  (cpuUnits * prices.fargateVcpuHour + memoryMegabytes * prices.fargateGigabyteHour) / 1024

/** The hub's endpoints for images and logs. S3's endpoint and the cluster cost nothing. */
const FARGATE_ENDPOINTS = 3

/** What Fargate adds to a hub's monthly costs. */
export const fargateMonthlyFixed = (zones: number, prices: Prices = PRICES): number =>
  cents(FARGATE_ENDPOINTS * zones * prices.interfaceEndpointZoneHour)

/** What a shared model endpoint adds to a hub's monthly costs. */
export const sharedEndpointMonthlyFixed = (zones: number, prices: Prices = PRICES): number =>
  cents(zones * prices.interfaceEndpointZoneHour)

/** What a tenant's endpoint for the hub's endpoint service costs a month, with one address in each zone. */
export const gatewayEndpointMonthlyFixed = (zones: number, prices: Prices = PRICES): number =>
  cents(zones * prices.interfaceEndpointZoneHour)

/** The firewall's rules that count the callers of a private door by their tokens. */
const DOOR_RULES = 1

/** What the endpoint service adds to a hub's monthly costs: its network load balancer, and a rule of the firewall. */
export const privateDoorMonthlyFixed = (prices: Prices = PRICES): number =>
  Math.round((cents(prices.networkLoadBalancerHour) + DOOR_RULES * prices.webAclRuleMonth) * 100) / 100

/** What the NAT gateways of a hub with an internal load balancer cost a month. Their addresses replace those of the load balancer. */
export const natMonthlyFixed = (zones: number, prices: Prices = PRICES): number => cents(zones * prices.natGatewayHour)

/** An hourly price as a monthly one, in cents. */
const cents = (hourly: number) => Math.round(hourly * HOURS_PER_MONTH * 100) / 100

/** @throws Error that names an unknown price, or a value that is no price */
export function readPrices(raw: unknown): Prices {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new Error('Prices are a JSON object of names and US dollars.')
  for (const [name, price] of Object.entries(raw)) {
    if (!Object.hasOwn(PRICES, name))
      throw new Error(`There is no price "${name}". Allowed: ${Object.keys(PRICES).join(', ')}.`)
    if (typeof price !== 'number' || !Number.isFinite(price) || price < 0)
      throw new Error(`The price "${name}" is ${JSON.stringify(price)}. Allowed: a number of US dollars, 0 or more.`)
  }
  return { ...PRICES, ...raw }
}
