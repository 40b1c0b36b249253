/** The table of docs/limits-and-costs.md: what each choice costs a month, by the same list of prices that `tenant list` reckons by. */
import { TASK_TIERS } from '../../shared/compute.ts'
import {
  fargateMonthlyFixed,
  HOURS_PER_MONTH,
  PRICES,
  PRICES_AS_OF,
  sharedEndpointMonthlyFixed,
  tasksMonthlyFixed,
  tasksMonthlyMost,
  tenantMonthlyFixed,
} from '../../shared/prices.ts'

/** Of a hub and its tenants. */
const ZONES = 2

/** A rate limit, and AWS's groups for reputation, common attacks and known bad inputs: hub/waf.ts. */
const FIREWALL_RULES = 4

const dollars = (amount: number) => `$${amount.toFixed(2)}`
const hourly = (price: number, count = 1) => dollars(price * count * HOURS_PER_MONTH)

const rows: readonly (readonly [choice: string, value: string, month: string, who: string])[] = [
  ['the hub itself', 'its load balancer', hourly(PRICES.loadBalancerHour), 'the hub'],
  ['', "the load balancer's public addresses", hourly(PRICES.publicAddressHour, ZONES), 'the hub'],
  [
    '',
    `its firewall: a web ACL of ${FIREWALL_RULES} rules`,
    dollars(PRICES.webAclMonth + FIREWALL_RULES * PRICES.webAclRuleMonth),
    'the hub',
  ],
  ['', 'its STS endpoint', hourly(PRICES.interfaceEndpointZoneHour, ZONES), 'the hub'],
  ['', 'its attachment to the Transit Gateway', hourly(PRICES.transitGatewayAttachmentHour), 'the hub'],
  ['`keySetVia`', '`endpoint`', hourly(PRICES.interfaceEndpointZoneHour, ZONES), 'the hub'],
  ['', '`table`', 'about $1.20', 'the hub'],
  ['', '`nat`', hourly(PRICES.natGatewayHour, ZONES), 'the hub'],
  ['', '`inline`', '$0', 'the hub'],
  ['`fargate`', '`true`', dollars(fargateMonthlyFixed(ZONES)), 'the hub, once'],
  ['`centralModels`', 'set', dollars(sharedEndpointMonthlyFixed(ZONES)), 'the hub, once'],
  ['`dashboard`', '`true`', '$3 after three free ones, and up to $1.20 a tenant', 'the hub'],
  ['`modelEndpoint`', '`own`', dollars(tenantMonthlyFixed(ZONES)), 'each tenant'],
  ['', '`hub`', '$0', 'each tenant'],
  ['`compute`', '`lambda`', '$0 while nobody asks', 'the hub'],
  ...Object.entries(TASK_TIERS).map(
    ([name, tier]) =>
      [
        '',
        `\`fargate\`, tier \`${name}\``,
        `${dollars(tasksMonthlyFixed(tier))} to ${dollars(tasksMonthlyMost(tier))}`,
        'the hub, for each tenant',
      ] as const,
  ),
  ['`limits`', 'set', '$0.10 to $0.80, and the writes of the counters', 'the hub, for each tenant'],
  ['identity', 'a machine with tokens of its own issuer', '$0', ''],
  [
    '',
    "a machine with an app client of the hub's user pool",
    `${dollars(PRICES.cognitoAppClientMonth)}, and ${dollars(PRICES.cognitoThousandTokens)} per 1,000 tokens`,
    'the hub',
  ],
]

export const costsTable = (): string =>
  [
    `AWS's list prices of ${PRICES_AS_OF}, us-east-1, ${HOURS_PER_MONTH} hours, ${ZONES} zones, before the first request. What a request costs comes on top: below.`,
    '',
    '| choice | value | a month | paid by |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')
