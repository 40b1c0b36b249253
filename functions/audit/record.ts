/**
 * A line of the trail, made of a line that a tenant's function printed. Whose it is comes from the log group, which that
 * function cannot choose; of what it printed only named fields of a known shape are taken, so that no content can ride along.
 */
import { TENANT_ID } from '../../shared/tenant.ts'
import type { LogEvent } from './delivery.ts'

/**
 * The tenant that a log group is of.
 * @throws Error for a group that is no tenant's
 */
export function tenantOf(logGroup: string, prefix: string): string {
  const tenant = logGroup.startsWith(prefix) ? logGroup.slice(prefix.length) : ''
  if (TENANT_ID.test(tenant)) return tenant
  throw new Error(`The log group ${logGroup} is no tenant's.`)
}

export interface AuditRecord {
  /** When the request came, ISO 8601. */
  readonly time: string
  readonly tenant: string
  /** CloudWatch Logs' id of the line. Deliveries may come twice: two records with the same one are one decision. */
  readonly event: string
  /** What else the line was about; see {@link FIELDS}. */
  readonly [field: string]: string | number
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/
const WORD = /^[a-z_]{1,40}$/

/** As functions/gateway/log.ts writes them. */
const FIELDS: Readonly<Record<string, RegExp>> = {
  requestId: /^[\w-]{1,64}$/,
  user: /^[\w-]{1,128}$/,
  operation: WORD,
  model: /^[a-z0-9.-]{1,64}$/,
  decision: /^(allowed|refused)$/,
  check: WORD,
  passed: WORD,
  outcome: WORD,
  phase: /^(admission|end)$/,
  stopReason: WORD,
}

/** Numbers of a line, by their names in a record. */
const COUNTS: Readonly<Record<string, (line: Line) => unknown>> = {
  status: ({ status }) => (typeof status === 'number' && status >= 100 && status <= 599 ? status : undefined),
  attempts: ({ attempts }) => attempts,
  inputTokens: ({ usage }) => field(usage, 'inputTokens'),
  outputTokens: ({ usage }) => field(usage, 'outputTokens'),
  cacheReadInputTokens: ({ usage }) => field(usage, 'cacheReadInputTokens'),
  cacheWriteInputTokens: ({ usage }) => field(usage, 'cacheWriteInputTokens'),
  /** 1: the stream ended before the model had said what it used. */
  usageIncomplete: ({ usageIncomplete }) => (usageIncomplete === true ? 1 : undefined),
  firstMilliseconds: ({ milliseconds }) => rounded(field(milliseconds, 'first')),
  totalMilliseconds: ({ milliseconds }) => rounded(field(milliseconds, 'total')),
}

export function recordOf(tenant: string, { id, timestamp, message }: LogEvent): AuditRecord {
  const line = parsed(message)
  const fields = Object.entries(FIELDS).filter(([name, pattern]) => matches(line[name], pattern))
  const counts = Object.entries(COUNTS).map(([name, read]) => [name, read(line)] as const)
  const { time, tenant: claimed } = line
  return {
    time: typeof time === 'string' && ISO_TIME.test(time) ? time : new Date(timestamp).toISOString(),
    tenant,
    ...Object.fromEntries(fields.map(([name]) => [name, String(line[name])])),
    ...Object.fromEntries(counts.filter((pair): pair is [string, number] => isCount(pair[1]))),
    event: id,
    // The gateway's own lines always name their tenant: this one was printed by something else.
    ...(claimed !== tenant && { claimed: matches(claimed, TENANT_ID) ? String(claimed) : '?' }),
  }
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

const rounded = (value: unknown): unknown => (typeof value === 'number' ? Math.round(value) : undefined)

type Line = Readonly<Record<string, unknown>>

const matches = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value)

/** A line that is no JSON is a record too, of next to nothing: what the subscription let through is not lost. */
function parsed(message: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(message)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told by its missing fields.
  }
  return {}
}
