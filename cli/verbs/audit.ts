import { Agent } from 'node:https'
import { localAgent } from '../../local/agent.ts'
import { sinceOf } from '../audit/since.ts'
import { readTrail, type TrailAccess, type TrailRecord } from '../audit/trail.ts'
import { HUB_OPTIONS, type HubAccess, openHub } from '../hub-access.ts'
import { readRunning } from '../running.ts'
import { tenantIdOf } from '../tenant/id.ts'
import { textTable } from '../tenant/text-table.ts'
import type { Verb } from '../verb.ts'

export const audit: Verb = {
  name: 'audit',
  usage: '[TENANT]',
  summary: 'Shows the audit trail: every decision about a request, which check made it, and for whom.',
  details: [
    'Of the running local cloud or, with --aws, of the deployed hub. A line is there some seconds after its request. What the',
    'load balancer refuses by itself (jwt-validation, the firewall) never reaches a function: it is in the access logs.',
  ].join('\n'),
  positionals: [0, 1],
  options: {
    ...HUB_OPTIONS,
    since: { type: 'string', placeholder: 'TIME', help: 'how far back: 15m, 24h, 7d, or a date (default 24h)' },
    json: { type: 'boolean', help: 'one JSON record a line, with everything that it holds' },
  },
  async run({ values, positionals }) {
    const tenant = positionals[0] === undefined ? undefined : tenantIdOf(positionals[0])
    const since = sinceOf(values.since === undefined ? '24h' : String(values.since), Date.now())
    const hub = await openHub(values)
    try {
      const records = await readTrail(await accessOf(hub), { since, ...(tenant !== undefined && { tenant }) })
      process.stdout.write(
        values.json === true ? records.map((record) => `${JSON.stringify(record)}\n`).join('') : table(records),
      )
    } finally {
      hub.close()
    }
    return 0
  },
}

async function accessOf({ where, region, dynamodb }: HubAccess): Promise<TrailAccess> {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = await dynamodb.config.credentials()
  const running = where === 'local cloud' ? readRunning() : undefined
  return {
    region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    agent: running ? localAgent({ port: running.wirePort, caFile: running.caFile, keepAlive: false }) : new Agent(),
  }
}

const COLUMNS = ['time', 'tenant', 'decision', 'check', 'outcome', 'user', 'requestId'] as const

function table(records: readonly TrailRecord[]): string {
  if (records.length === 0) return 'No decision was recorded in that time.\n'
  const isForged = records.some(({ claimed }) => claimed !== undefined)
  const columns = isForged ? [...COLUMNS, 'claimed'] : COLUMNS
  return textTable(
    columns.map((column) => column.toUpperCase()),
    records.map((record) => columns.map((column) => String(record[column] ?? ''))),
  )
}
