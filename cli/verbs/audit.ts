import { dirname, join } from 'node:path'
import { trailAccess } from '../audit/access.ts'
import { readDoor } from '../audit/load-balancer-log.ts'
import { sinceOf } from '../audit/since.ts'
import { readTrail, type TrailQuery, type TrailRecord } from '../audit/trail.ts'
import { HUB_OPTIONS, withHub } from '../hub/hub-access.ts'
import { readRunning } from '../local/running.ts'
import { tenantIdOf } from '../tenant/id.ts'
import { textTable } from '../tenant/text-table.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'

export const audit: Verb = {
  name: 'audit',
  usage: '[TENANT]',
  summary: 'Shows the audit trail: every decision about a request, which check made it, and for whom.',
  details: [
    'Of the running local cloud or, with --aws, of the deployed hub. A line is there some seconds after its request. What the',
    'load balancer refuses by itself (jwt-validation, the firewall) never reaches a function: --door reads its access logs too, and',
    'shows such requests by the tenant in their path. AWS writes them to S3 every five minutes; copy them with:',
    '  aws s3 sync s3://genai-access-logs-ACCOUNT-REGION FOLDER',
  ].join('\n'),
  positionals: [0, 1],
  options: {
    ...HUB_OPTIONS,
    since: { type: 'string', placeholder: 'TIME', help: 'how far back: 15m, 24h, 7d, or a date (default 24h)' },
    door: { type: 'boolean', help: 'with what the load balancer refused by itself, from its access logs' },
    'access-logs': { type: 'string', placeholder: 'FOLDER', help: "with --aws --door: the access logs' copy" },
    json: { type: 'boolean', help: 'one JSON record a line, with everything that it holds' },
  },
  async run({ values, positionals }) {
    const tenant = positionals[0] === undefined ? undefined : tenantIdOf(positionals[0])
    const since = sinceOf(values.since === undefined ? '24h' : String(values.since), Date.now())
    const query = { since, ...(tenant !== undefined && { tenant }) }
    const folder = values.door === true ? await accessLogs(values) : undefined
    if (folder === undefined && values['access-logs'] !== undefined)
      throw new UserError('--access-logs is read with --door only.', 'Add --door.')
    await withHub(values, async (hub) => {
      const records = inOrder([
        ...(await readTrail(await trailAccess(hub), query)),
        ...(await atTheDoor(folder, query)),
      ])
      process.stdout.write(
        values.json === true ? records.map((record) => `${JSON.stringify(record)}\n`).join('') : table(records, tenant),
      )
    })
    return 0
  },
}

/** The folder with the access logs; the local cloud has it beside its certificate authority. */
async function accessLogs(values: Arguments['values']): Promise<string> {
  const given = values['access-logs']
  if (given !== undefined) return String(given)
  if (values.aws !== true) return join(dirname(dirname((await readRunning()).caFile)), 'access-logs')
  throw new UserError(
    "A deployed load balancer's access logs are in S3.",
    'Copy them, and say where: aws s3 sync s3://genai-access-logs-ACCOUNT-REGION FOLDER, then --door --access-logs FOLDER',
  )
}

const atTheDoor = async (folder: string | undefined, query: TrailQuery): Promise<readonly TrailRecord[]> =>
  folder === undefined ? [] : await readDoor(folder, query)

const inOrder = (records: readonly TrailRecord[]) =>
  records.toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)))

const COLUMNS = ['time', 'tenant', 'decision', 'check', 'outcome', 'user', 'requestId'] as const
/** Details of two kinds of records: lines that something other than the gateway printed, and requests that the load balancer refused. */
const SOMETIMES = ['claimed', 'reason', 'client', 'path'] as const

function table(records: readonly TrailRecord[], tenant?: string): string {
  if (records.length === 0)
    return tenant === undefined
      ? 'No decision was recorded in that time.\n'
      : `No decision about ${tenant} was recorded in that time. Which tenants there are: npm run tenant -- list\n`
  const columns = [...COLUMNS, ...SOMETIMES.filter((column) => records.some((record) => record[column] !== undefined))]
  return textTable(
    columns.map((column) => column.toUpperCase()),
    records.map((record) => columns.map((column) => String(record[column] ?? ''))),
  )
}
