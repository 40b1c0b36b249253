/** `tenant list`: the tenants as a table, with what they lack and what their hubs cost more. */
import { readFileSync } from 'node:fs'
import {
  fargateMonthlyFixed,
  natMonthlyFixed,
  PRICES,
  PRICES_AS_OF,
  type Prices,
  privateDoorMonthlyFixed,
  readPrices,
  sharedEndpointMonthlyFixed,
} from '../../shared/infrastructure-prices.ts'
import { hasNat } from '../../shared/nat.ts'
import { LOST_AT_SHARED_ENDPOINT, LOST_IN_SHARED_ACCOUNT } from '../../shared/variant-losses.ts'
import { demoNote, demoStack } from '../demo/added-settings.ts'
import { variantNamed } from '../demo/variants.ts'
import { HUB_OPTIONS, isOfHub, withHub } from '../hub/hub-access.ts'
import { findRunning, type Running } from '../local/running.ts'
import { PROJECT_DIRECTORY, readStack } from '../pulumi/stack-files.ts'
import { type Arguments, messageOf, UserError, type Verb } from '../verb.ts'
import { type LivingTenant, livingTenants } from './items.ts'
import { limitCells } from './limits.ts'
import { readHub, readStackFiles, type StackFiles } from './stack-files.ts'
import { type TenantRow, tenantRows } from './tenant-rows.ts'
import { textTable } from './text-table.ts'

export const list: Verb = {
  name: 'tenant list',
  usage: '',
  summary:
    'Lists the tenants: account, addresses, endpoint, models, compute, tier, machines, status, fixed cost a month, limits.',
  details: [
    "The tenants are those of the stack files; their status is read from the hub's table, in the running local cloud or,",
    `with --aws, in the deployed hub. Costs are AWS list prices of ${PRICES_AS_OF}, us-east-1, without requests,`,
    'the app clients of machines among them. Each machine takes one rule of the load balancer, and so does each tenant.',
    'Exit code: 1 when a stack file cannot be read, and its tenant is left out.',
  ].join('\n'),
  positionals: [0, 0],
  options: {
    ...HUB_OPTIONS,
    json: { type: 'boolean', help: 'the same as JSON' },
    prices: {
      type: 'string',
      placeholder: 'FILE',
      help: 'JSON file with prices of your own (shared/infrastructure-prices.ts names them)',
    },
  },
  async run({ values }) {
    const prices = pricesOf(values)
    const running = values.aws === true ? undefined : await findRunning()
    // `npm start` deploys settings that are not in the files.
    const demonstration = running?.verb === 'start'
    const files = readStackFiles(PROJECT_DIRECTORY, demonstration ? demoOf(running) : readStack)
    const living = await statuses(values, running)
    const rows = tenantRows(files.spokes, living, prices, ({ tenancy }) => isOfHub(tenancy.hubStack, values) !== false)
    for (const mistake of files.mistakes) process.stderr.write(`Left out: ${mistake}\n`)
    const code = files.mistakes.length > 0 ? 1 : 0
    if (values.json === true) {
      process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
      return code
    }
    process.stdout.write(tenantTable(rows, files.mistakes.length))
    const limits = limitsTable(rows)
    if (limits !== '') process.stdout.write(`\n${limits}`)
    for (const line of hubCosts(files, prices)) process.stdout.write(`\n${line}\n`)
    for (const line of [...sharedNote(rows), ...pooledNotes(rows), ...checksNotes(rows)])
      process.stdout.write(`\n${line}\n`)
    const note = demonstration
      ? demoNote(
          files.spokes.map(({ stack }) => stack),
          variantOf(running),
        )
      : undefined
    if (note !== undefined) process.stdout.write(`\n${note}\n`)
    if (!living && rows.length > 0)
      process.stdout.write('\nStatus ?: no local cloud with a hub is running, and no deployed hub was named (--aws).\n')
    return code
  },
}

const variantOf = ({ variant }: Running) => (variant === undefined ? undefined : variantNamed(variant))

const demoOf = (running: Running) => (name: string, directory?: string) =>
  demoStack(name, directory, variantOf(running))

/** @returns undefined if there is no hub to ask, and none was named */
async function statuses(
  values: Arguments['values'],
  running: Running | undefined,
): Promise<readonly LivingTenant[] | undefined> {
  if (values.aws !== true && !running?.hub) return undefined
  return await withHub(values, livingTenants)
}

/** The limits of all tenants as a table; empty if no tenant has limits. */
export function limitsTable(rows: readonly TenantRow[]): string {
  const cells = rows.flatMap(({ tenant, limits = [] }) => limits.map((row) => [tenant, ...limitCells(row)]))
  return cells.length === 0 ? '' : textTable(['TENANT', 'SCOPE', 'LIMIT', 'STACK', 'OPERATOR', 'EFFECTIVE'], cells)
}

const dollars = (amount: number) => `$${amount.toFixed(2)}`

/** @param leftOut files that could not be read, so that the total does not include their tenants */
export function tenantTable(rows: readonly TenantRow[], leftOut = 0): string {
  if (rows.length === 0 && leftOut === 0)
    return 'There are no tenants. The first: npm run tenant -- add tenant1 --account ACCOUNT --model NAME=ID\n'
  const known = rows.flatMap(({ monthlyFixed }) => monthlyFixed ?? [])
  return textTable(
    ['TENANT', 'ACCOUNT', 'CIDR', 'ENDPOINT', 'MODELS', 'COMPUTE', 'TIER', 'MACHINES', 'STATUS', 'FIXED/MONTH'],
    [
      ...rows.map(
        ({ tenant, account, cidrBlock, modelEndpoint, models, compute, tier, machines, status, monthlyFixed }) => [
          ...[tenant, account, cidrBlock, modelEndpoint, models.join(', '), compute, tier],
          ...[machines > 0 ? `${machines}` : '', status],
          monthlyFixed === undefined ? '' : dollars(monthlyFixed),
        ],
      ),
      [
        ...['', '', '', '', '', '', '', ''],
        leftOut === 0 ? 'all' : `all but ${leftOut}`,
        dollars(known.reduce((sum, cost) => sum + cost, 0)),
      ],
    ],
  )
}

/** Says which layers tenants at the shared endpoint lack; empty if there are no such tenants. */
export function sharedNote(rows: readonly TenantRow[]): readonly string[] {
  const shared = rows.filter(({ modelEndpoint }) => modelEndpoint === 'hub').map(({ tenant }) => tenant)
  if (shared.length === 0) return []
  return [
    `At the hub's model endpoint: ${shared.join(', ')}. They have no ${LOST_AT_SHARED_ENDPOINT.join(', no ')} (docs/variants.md).`,
  ]
}

/**
 * The separations that tenants in a shared account lack: one line for each account, with the tokens a minute that the stack files let its
 * tenants use.
 */
export function pooledNotes(rows: readonly TenantRow[]): readonly string[] {
  const pooled = rows.filter(({ sharedAccount }) => sharedAccount)
  return [...Map.groupBy(pooled, ({ account }) => account)].map(([account, tenants]) => {
    const shares = tenants.map(({ tenant, limits = [] }) => {
      const holds = limits.find(({ scope, limit }) => scope === 'tenant' && limit === 'tokensPerMinute')?.holds
      return `${tenant}${holds === undefined ? '' : ` (${holds} tokens a minute)`}`
    })
    return `Sharing account ${account}: ${shares.join(', ')}. They have no ${LOST_IN_SHARED_ACCOUNT.join('; no ')} (docs/variants.md).`
  })
}

/** The checks that tenants' settings leave out: one line for each tenant. */
export const checksNotes = (rows: readonly TenantRow[]): readonly string[] =>
  rows
    .filter((row) => row.lostChecks.length > 0)
    .map((row) => `${row.tenant} has no ${row.lostChecks.join(', and no ')} (docs/variants.md).`)

/** What the hubs of these tenants cost more than a hub with the defaults. */
function hubCosts(files: StackFiles, prices: Prices): readonly string[] {
  const hubStacks = [...new Set(files.spokes.map(({ tenancy }) => tenancy.hubStack))]
  return hubStacks.flatMap((hubStack) => {
    const hub = attempt(() => readHub(files, hubStack))
    if (!hub) return []
    const zones = hub.availabilityZones.length
    const costs = (what: string, cost: number) => `The hub ${hubStack} costs ${dollars(cost)} a month more for ${what}.`
    return [
      ...(hub.fargate ? [costs('Fargate (endpoints for images and logs)', fargateMonthlyFixed(zones, prices))] : []),
      ...(hub.centralModels
        ? [costs('the model endpoint that tenants share', sharedEndpointMonthlyFixed(zones, prices))]
        : []),
      ...(hub.endpointService
        ? [costs('PrivateLink (a network load balancer, a rule of the firewall)', privateDoorMonthlyFixed(prices))]
        : []),
      ...(hasNat(hub) && hub.keySetVia !== 'nat'
        ? [costs('its internal load balancer (a NAT gateway per zone)', natMonthlyFixed(zones, prices))]
        : []),
    ]
  })
}

/** Ignores a hub's file with a mistake, which `tenant check` reports. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

function pricesOf({ prices: file }: Arguments['values']): Prices {
  if (file === undefined) return PRICES
  try {
    return readPrices(JSON.parse(readFileSync(String(file), 'utf8')))
  } catch (cause) {
    throw new UserError(
      `--prices ${String(file)}: ${messageOf(cause)}`,
      'Example: {"transitGatewayAttachmentHour": 0.05}',
      {
        cause,
      },
    )
  }
}
