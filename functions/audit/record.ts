/**
 * Makes a record of the trail from a line that a tenant's function printed. The tenant is taken from the log group, which that function cannot
 * choose. Of the line, only named fields of a fixed form are taken over, so no content gets into the trail.
 */
import { type AuditRecord, RECORDED_NUMBERS, RECORDED_TEXTS } from '../../shared/audit-line.ts'
import { TENANT_ID } from '../../shared/tenant.ts'
import type { LogEvent } from './delivery.ts'

/**
 * The tenant of a log group.
 * @throws Error for a group that belongs to no tenant
 */
export function tenantOf(logGroup: string, prefix: string): string {
  const tenant = logGroup.startsWith(prefix) ? logGroup.slice(prefix.length) : ''
  if (TENANT_ID.test(tenant)) return tenant
  throw new Error(`The log group ${logGroup} is no tenant's.`)
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/

export function recordOf(tenant: string, { id, timestamp, message }: LogEvent): AuditRecord {
  const line = parsed(message)
  const fields = Object.entries(RECORDED_TEXTS).filter(([name, pattern]) => matches(line[name], pattern))
  const counts = Object.entries(RECORDED_NUMBERS).map(([name, read]) => [name, read(line)] as const)
  const { time, tenant: claimed } = line
  return {
    time: typeof time === 'string' && ISO_TIME.test(time) ? time : new Date(timestamp).toISOString(),
    tenant,
    ...Object.fromEntries(fields.map(([name]) => [name, String(line[name])])),
    ...Object.fromEntries(counts.filter((pair): pair is [string, number] => isCount(pair[1]))),
    event: id,
    // The gateway's own lines always name their tenant, so something else has printed this line.
    ...(claimed !== tenant && { claimed: matches(claimed, TENANT_ID) ? String(claimed) : '?' }),
  }
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const matches = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value)

/** A line that is no JSON gives a record with almost no fields, so that no line of the subscription is lost. */
function parsed(message: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(message)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // The missing fields show it.
  }
  return {}
}
