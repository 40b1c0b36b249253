/** The first table of docs/limits-and-costs.md: each choice, what it costs a month by the prices that `tenant list` uses, and its limits. */
import { TASK_TIERS } from '../../shared/compute.ts'
import {
  fargateMonthlyFixed,
  gatewayEndpointMonthlyFixed,
  HOURS_PER_MONTH,
  natMonthlyFixed,
  PRICES,
  PRICES_AS_OF,
  privateDoorMonthlyFixed,
  sharedEndpointMonthlyFixed,
  tasksMonthlyFixed,
  tasksMonthlyMost,
  tenantMonthlyFixed,
} from '../../shared/infrastructure-prices.ts'

/** Of a hub and its tenants. */
const ZONES = 2

/** A rate limit, and AWS's groups for reputation, common attacks and known bad inputs: hub/waf.ts. */
const FIREWALL_RULES = 4

/** A rate limit, and AWS's groups for reputation and known bad inputs: site/firewall.ts. */
const CLIENT_FIREWALL_RULES = 3

const dollars = (amount: number) => `$${amount.toFixed(2)}`
const hourly = (price: number, count = 1) => dollars(price * count * HOURS_PER_MONTH)
const webAcl = (rules: number) => dollars(PRICES.webAclMonth + rules * PRICES.webAclRuleMonth)
const addresses = PRICES.publicAddressHour * ZONES * HOURS_PER_MONTH

type Row = readonly [setting: string, value: string, month: string, paidBy: string, limits?: string]

const HUB: readonly Row[] = [
  ['the hub itself', 'its load balancer', hourly(PRICES.loadBalancerHour), 'the hub', '90 tenants, 100 rules'],
  ['', `its firewall: a web ACL of ${FIREWALL_RULES} rules`, webAcl(FIREWALL_RULES), 'the hub'],
  ['', 'its STS endpoint', hourly(PRICES.interfaceEndpointZoneHour, ZONES), 'the hub'],
  ['', 'its attachment to the Transit Gateway', hourly(PRICES.transitGatewayAttachmentHour), 'the hub'],
  [
    '`loadBalancer`',
    '`public` (default)',
    `${dollars(addresses)}: its addresses`,
    'the hub',
    '30 blocks in `allowedCidrBlocks`',
  ],
  [
    '',
    '`internal`',
    `${dollars(natMonthlyFixed(ZONES) + addresses)}: NAT gateways and their addresses; the same ones serve \`keySetVia: nat\``,
    'the hub',
    'chosen when the hub is made',
  ],
  [
    '`keySetVia`',
    '`endpoint` (default)',
    hourly(PRICES.interfaceEndpointZoneHour, ZONES),
    'the hub',
    'no `userPoolDomain`, no other issuers',
  ],
  ['', '`table`', 'about $1.20', 'the hub', 'none that is near'],
  [
    '',
    '`nat`',
    `${dollars(natMonthlyFixed(ZONES) + addresses)}: NAT gateways and their addresses`,
    'the hub',
    '5 public addresses a region',
  ],
  ['', '`inline`', '$0', 'the hub', 'keys change with a deployment only'],
  ['`fargate`', '`true`', dollars(fargateMonthlyFixed(ZONES)), 'the hub', '45 tenants on Fargate, 6 vCPUs'],
  ['`centralModels`', 'set', dollars(sharedEndpointMonthlyFixed(ZONES)), 'the hub', '50 models, 60 tenants'],
  [
    '`endpointService`',
    '`true`',
    `${dollars(privateDoorMonthlyFixed())}: a network load balancer and a rule of the firewall`,
    'the hub',
    'needs `hostedZoneId`; 350 s idle',
  ],
  ['`dashboard`', '`true`', '$3 after three free ones, and up to $1.20 a tenant', 'the hub'],
  ['`accountMetrics`', 'set', '$0: shared metrics are free (?)', '', 'one sink an account and region'],
  [
    '`clientInstance`',
    '`true`',
    `a t4g.nano and its disk, and ${hourly(PRICES.publicAddressHour)} for its address`,
    'the hub',
  ],
]

const IDENTITY: readonly Row[] = [
  [
    'identity of people',
    "the hub's user pool",
    'by active users of the month, above what AWS gives for nothing',
    'the hub',
    'tokens of 30 minutes',
  ],
  [
    '',
    '`federatedProviders`: providers of single tenants',
    'by active people of the month, above 50',
    'the hub',
    'needs `userPoolDomain` and `keySetVia: table`; a rule of the load balancer each',
  ],
  ['', '`identity`: an external provider', '$0 here', '', '`keySetVia: table`; one provider a hub'],
  ['identity of machines', '`machineIssuers`', '$0', '', '10 a tenant; a rule of the load balancer each'],
  [
    '',
    "an app client of the hub's user pool",
    `${dollars(PRICES.cognitoAppClientMonth)}, and ${dollars(PRICES.cognitoThousandTokens)} per 1,000 tokens`,
    'the hub',
    'needs `userPoolDomain`',
  ],
]

const TENANT: readonly Row[] = [
  [
    '`modelEndpoint`',
    '`own` (default)',
    `${dollars(tenantMonthlyFixed(ZONES))}: ${hourly(PRICES.transitGatewayAttachmentHour)} attachment, ${hourly(PRICES.interfaceEndpointZoneHour, ZONES)} endpoint`,
    'the tenant',
    '5 VPCs in an account',
  ],
  ['', '`hub`', '$0', '', 'needs `centralModels`'],
  [
    '`compute`',
    '`lambda` (default)',
    '$0 while nobody asks',
    'the hub',
    '1 MB a body, no streams, slots by `tier`, 900 s',
  ],
  ...Object.entries(TASK_TIERS).map(
    ([name, tier]): Row => [
      '',
      `\`fargate\`, tier \`${name}\``,
      `${dollars(tasksMonthlyFixed(tier))} to ${dollars(tasksMonthlyMost(tier))}, and $0.30 for a metric`,
      'the hub',
      `25 MB a body, ${tier.minimumTasks} to ${tier.maximumTasks} tasks, 3,600 s`,
    ],
  ),
  ['`limits`', 'set', '$0.10 to $0.80, and the writes of the counters', 'the hub', '30,000 requests a minute'],
  ['`sharedAccount`', '`true`', '$0', '', 'needs `limits`; the tenants of an account share its quotas'],
  ['`guardrail`', 'set', '$0, and per 1,000 text units that are looked at', 'the tenant'],
  [
    '`gatewayEndpoint`',
    '`true`',
    dollars(gatewayEndpointMonthlyFixed(ZONES)),
    'the tenant',
    'needs `endpointService` and `modelEndpoint: own`',
  ],
]

const CLIENT: readonly Row[] = [
  [
    'a client (role `site`)',
    `its firewall: a web ACL of ${CLIENT_FIREWALL_RULES} rules`,
    webAcl(CLIENT_FIREWALL_RULES),
    'its account',
    'needs `userPoolDomain` and `browserOrigin`',
  ],
]

export const costsTable = (): string =>
  [
    `AWS's list prices of ${PRICES_AS_OF}, us-east-1, ${HOURS_PER_MONTH} hours, ${ZONES} zones, before the first request.`,
    '',
    '| setting | value | a month | paid by | limits |',
    '|---|---|---|---|---|',
    ...[...HUB, ...IDENTITY, ...TENANT, ...CLIENT].map(
      ([setting, value, month, paidBy, limits = '']) => `| ${setting} | ${value} | ${month} | ${paidBy} | ${limits} |`,
    ),
  ].join('\n')
