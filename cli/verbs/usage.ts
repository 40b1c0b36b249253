import { trailAccess } from '../audit/access.ts'
import { sinceOf } from '../audit/since.ts'
import { readTrail } from '../audit/trail.ts'
import { HUB_OPTIONS, withHub } from '../hub/hub-access.ts'
import { tenantIdOf } from '../tenant/id.ts'
import { readPriceFile } from '../usage/price-file.ts'
import { usageCsv, usageJson, usageTable } from '../usage/print.ts'
import { KEYS, type Key, usageReport } from '../usage/report.ts'
import { UserError, type Verb, type VerbGroup } from '../verb.ts'
import { usageReconcile } from './usage-reconcile.ts'

const report: Verb = {
  name: 'usage',
  usage: '[TENANT]',
  summary: 'Sums up what was used and what it cost, from the audit trail; "usage reconcile" holds it against AWS.',
  details: [
    'Of the running local cloud or, with --aws, of the deployed hub. Every request counts once, however often its record was',
    'delivered. What a request cost was counted when it was served, by the prices in its tenant’s configuration; --prices counts it',
    'anew. npm run genai -- usage reconcile --help: the same sums against what Bedrock counted in the tenants’ accounts.',
  ].join('\n'),
  positionals: [0, 1],
  options: {
    ...HUB_OPTIONS,
    by: {
      type: 'string',
      placeholder: 'KEYS',
      help: `one or several of ${KEYS.join(', ')}: tenant,model (default tenant)`,
    },
    since: { type: 'string', placeholder: 'TIME', help: 'how far back: 24h, 7d, or a date (default: this month, UTC)' },
    prices: { type: 'string', placeholder: 'FILE', help: 'counts by these prices (form: shared/prices/models.json)' },
    csv: { type: 'boolean', help: 'one line a row, dollars to the nano-dollar' },
    json: { type: 'boolean', help: 'one object: rows, total, the oldest date of a price' },
  },
  async run({ values, positionals }) {
    const tenant = positionals[0] === undefined ? undefined : tenantIdOf(positionals[0])
    const by = keysOf(values.by === undefined ? 'tenant' : String(values.by))
    const since = values.since === undefined ? monthOf(Date.now()) : sinceOf(String(values.since), Date.now())
    if (values.csv === true && values.json === true)
      throw new UserError('--csv and --json say two things.', 'Leave one out.')
    const list = values.prices === undefined ? undefined : readPriceFile(String(values.prices))
    await withHub(values, async (hub) => {
      const query = { since, ...(tenant !== undefined && { tenant }) }
      const records = await readTrail(await trailAccess(hub), query)
      const report = usageReport(records, { by, ...(list && { prices: { list, region: hub.region } }) })
      const print = values.csv === true ? usageCsv : values.json === true ? usageJson : usageTable
      process.stdout.write(print(report, new Date(since).toISOString()))
    })
    return 0
  },
}

export const usage: VerbGroup = { ...report, verbs: [usageReconcile], itself: report }

function keysOf(text: string): readonly Key[] {
  const words = text.split(',').map((word) => word.trim())
  const unknown = words.filter((word) => !KEYS.some((key) => key === word))
  if (unknown.length > 0 || new Set(words).size < words.length)
    throw new UserError(`--by ${text}: allowed are ${KEYS.join(', ')}, each once.`, 'Example: --by tenant,model')
  return words as Key[]
}

/** When the month began, UTC, in milliseconds since 1970. */
function monthOf(now: number): number {
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}
