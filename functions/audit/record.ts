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
}

export function recordOf(tenant: string, { id, timestamp, message }: LogEvent): AuditRecord {
  const line = parsed(message)
  const fields = Object.entries(FIELDS).filter(([name, pattern]) => matches(line[name], pattern))
  const { time, status, tenant: claimed } = line
  return {
    time: typeof time === 'string' && ISO_TIME.test(time) ? time : new Date(timestamp).toISOString(),
    tenant,
    ...Object.fromEntries(fields.map(([name]) => [name, String(line[name])])),
    ...(typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599 && { status }),
    event: id,
    // The gateway's own lines always name their tenant: this one was printed by something else.
    ...(claimed !== tenant && { claimed: matches(claimed, TENANT_ID) ? String(claimed) : '?' }),
  }
}

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
