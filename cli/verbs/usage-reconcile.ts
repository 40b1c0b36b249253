import { MODEL_PRICES } from '../../shared/model-prices.ts'
import { reconcilePolicy, USAGE_ROLE } from '../../shared/policies/reconcile.ts'
import { trailAccess } from '../audit/access.ts'
import { sinceOf } from '../audit/since.ts'
import { readTrail } from '../audit/trail.ts'
import { open } from '../doctor/gather.ts'
import type { TenantSubject } from '../doctor/subjects.ts'
import { HUB_OPTIONS, withHub } from '../hub/hub-access.ts'
import { tenantIdOf } from '../tenant/id.ts'
import type { Span } from '../usage/bedrock-counts.ts'
import { readPriceFile } from '../usage/price-file.ts'
import { HOUR } from '../usage/reconcile.ts'
import { reconcileAccounts } from '../usage/reconcile-accounts.ts'
import { addsUp, reconciledText } from '../usage/reconcile-print.ts'
import { UserError, type Verb } from '../verb.ts'

export const usageReconcile: Verb = {
  name: 'usage reconcile',
  usage: '[TENANT]',
  summary:
    'Holds the trail’s sums against what Bedrock counted in each tenant’s account; exit code 1 when they differ.',
  details: [
    'By account, hour and model: tokens of the trail’s records against CloudWatch’s metrics of AWS/Bedrock, with the reasons of',
    'a difference. --records also compares the account’s invocation log, where it keeps one, request by request. The tenants are',
    'those of the stack files; each account is asked with its read-only role, whose policy --policy prints.',
  ].join('\n'),
  positionals: [0, 1],
  options: {
    ...HUB_OPTIONS,
    since: { type: 'string', placeholder: 'TIME', help: 'how far back: 24h, 7d, or a date (default 24h)' },
    until: {
      type: 'string',
      placeholder: 'TIME',
      help: 'the hour before this; "now" for one that runs (default: the last whole hour)',
    },
    threshold: {
      type: 'string',
      placeholder: 'PERCENT',
      help: 'of a row’s tokens that may be unexplained (default 1)',
    },
    records: { type: 'boolean', help: 'also request by request, from the invocation log' },
    'cost-explorer': {
      type: 'boolean',
      help: 'also the bill by account and day; AWS asks a cent for each account and page',
    },
    role: { type: 'string', placeholder: 'NAME', help: `the role in each tenant's account (default ${USAGE_ROLE})` },
    'as-deployer': { type: 'boolean', help: 'with the stack files’ own credentials instead of that role' },
    prices: {
      type: 'string',
      placeholder: 'FILE',
      help: 'what estimated requests may have used is bounded by these prices',
    },
    policy: { type: 'boolean', help: 'prints the policy of that role, and asks nothing' },
    json: { type: 'boolean', help: 'one object with every row and record that differs' },
  },
  async run({ values, positionals }) {
    if (values.policy === true) {
      process.stdout.write(
        `${JSON.stringify(reconcilePolicy({ records: values.records === true, bill: values['cost-explorer'] === true }), null, 2)}\n`,
      )
      return 0
    }
    const tenant = positionals[0] === undefined ? undefined : tenantIdOf(positionals[0])
    const span = spanOf(values.since, values.until, Date.now())
    const threshold = thresholdOf(values.threshold)
    const prices = values.prices === undefined ? MODEL_PRICES : readPriceFile(String(values.prices))
    const tenants = await tenantsOf(values, tenant)
    return await withHub(values, async (hub) => {
      // A request counts in the hour in which it ended, but its record may have begun earlier.
      const records = await readTrail(await trailAccess(hub), { since: span.from - HOUR })
      const reconciled = await reconcileAccounts(tenants, records, {
        ...span,
        threshold,
        prices,
        byRecord: values.records === true,
        bill: values['cost-explorer'] === true,
      })
      process.stdout.write(
        values.json === true ? `${JSON.stringify(reconciled, null, 2)}\n` : reconciledText(reconciled),
      )
      return addsUp(reconciled) ? 0 : 1
    })
  },
}

type Values = Parameters<Verb['run']>[0]['values']

async function tenantsOf(values: Values, tenant: string | undefined): Promise<readonly TenantSubject[]> {
  if (values.role !== undefined && values['as-deployer'] === true)
    throw new UserError('--role and --as-deployer say two things.', 'Leave one out.')
  const role = values['as-deployer'] === true ? {} : { role: String(values.role ?? USAGE_ROLE) }
  const { world } = await open({ aws: values.aws === true, ...role })
  const named = world.tenants.find(({ settings }) => settings.tenantId === tenant)
  if (tenant !== undefined && !named)
    throw new UserError(`There is no stack file of ${tenant}.`, 'Its account is named there. Copy it here.')
  // Bedrock counts by account, so tenants that share an account are compared together.
  return named ? world.tenants.filter(({ account }) => account === named.account) : world.tenants
}

/** @throws UserError if the span does not contain a whole hour */
function spanOf(since: unknown, until: unknown, now: number): Span {
  const end = until === undefined ? now - HOUR : until === 'now' ? now : sinceOf(String(until), now) - 1
  const to = (Math.floor(end / HOUR) + 1) * HOUR
  const from = Math.floor(sinceOf(since === undefined ? '24h' : String(since), now) / HOUR) * HOUR
  if (from < to) return { from, to }
  throw new UserError(
    `There is no whole hour between ${new Date(from).toISOString()} and ${new Date(to).toISOString()}.`,
    'Look further back with --since, or at the hour that runs with --until now.',
  )
}

function thresholdOf(value: unknown): number {
  const percent = value === undefined ? 1 : Number(value)
  if (Number.isFinite(percent) && percent >= 0 && percent <= 100) return percent
  throw new UserError(`--threshold "${value}" is no percentage.`, 'A number from 0 to 100: --threshold 0.5')
}
