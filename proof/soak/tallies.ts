/**
 * Compares four records of every request: the client's, the load balancer's, the function's log line and the audit trail's. They must agree, and
 * each must exist exactly once. Only incomplete requests are kept in memory.
 */
import type { CloudEvent } from '@genai/local-cloud/cloud'
import { auditLogGroupName } from '../../shared/naming.ts'

interface Entry {
  client?: Record
  balancer?: Record & { readonly failed: boolean }
  log?: Record
  audit?: Record
}

interface Record {
  readonly tenant: string
  readonly status: number
}

export class Accounts {
  readonly violations: string[] = []
  /** Number of answers of the load balancer. */
  balancer = 0
  /** Number of lines of the functions. */
  lines = 0
  /** Number of records of the audit trail. */
  records = 0
  /** Number of requests whose process was killed. */
  lost = 0
  readonly #open = new Map<string, Entry>()

  /** Registered as the local cloud's observer. */
  readonly observe = (event: CloudEvent): void => {
    if (event.source === 'loadBalancer') {
      this.balancer++
      const { lambdaRequestId, target, status, errorReason } = event
      if (lambdaRequestId === undefined) return
      this.#note(lambdaRequestId, 'balancer', { tenant: tenantIn(target), status, failed: errorReason !== undefined })
    } else if (event.source === 'lambda' && event.kind === 'log' && event.line.startsWith('{')) {
      const record: unknown = parsed(event.line)
      if (!isGatewayLine(record)) return
      this.lines++
      this.#note(record.requestId, 'log', { tenant: record.tenant, status: record.status })
    } else if (event.source === 'logs' && event.kind === 'appended' && event.logGroup === auditLogGroupName) {
      for (const line of event.lines) this.#recorded(event.stream, parsed(line))
    }
  }

  #recorded(stream: string, record: unknown): void {
    if (!isGatewayLine(record)) {
      this.violate(`the audit trail's stream ${stream} holds what is no record`)
      return
    }
    const { requestId, tenant, status } = record
    this.records++
    if (stream !== tenant) this.violate(`${requestId}: ${tenant}'s record is in the stream ${stream}`)
    this.#note(requestId, 'audit', { tenant, status })
  }

  answered(requestId: string, tenant: string, status: number): void {
    this.#note(requestId, 'client', { tenant, status })
  }

  /** Whether records are still to come: lines and records arrive a moment after the answer. */
  get isWaiting(): boolean {
    return (
      this.lines !== this.records ||
      [...this.#open.values()].some(({ balancer, client }) => client || !balancer?.failed)
    )
  }

  /** @returns the number of requests of which a record is missing */
  close(): number {
    let unaccounted = 0
    for (const [id, { client, balancer, log, audit }] of this.#open) {
      // The process was killed: the load balancer answered 502 without a request id. The function may have written its line, which is in the
      // trail then.
      if (balancer?.failed && !client) this.lost++
      else {
        unaccounted++
        this.violate(
          `${id}: client ${client?.status}, load balancer ${balancer?.status}, log ${log?.status}, audit trail ${audit?.status}`,
        )
      }
    }
    return unaccounted
  }

  /** Notes a violation; the first hundred are reported in full. */
  violate(what: string): void {
    if (this.violations.length < 100) this.violations.push(what)
  }

  #note(id: string, who: 'client' | 'log' | 'audit', record: Record): void
  #note(id: string, who: 'balancer', record: Record & { readonly failed: boolean }): void
  #note(id: string, who: keyof Entry, record: Record & { readonly failed?: boolean }): void {
    const entry = this.#open.get(id) ?? {}
    if (entry[who]) this.violate(`${id}: twice at the ${who}`)
    this.#open.set(id, { ...entry, [who]: record })
    const { client, balancer, log, audit } = { ...entry, [who]: record } as Entry
    if (!client || !balancer || !log || !audit) return
    const same = [balancer, log, audit].every(
      ({ tenant, status }) => tenant === client.tenant && status === client.status,
    )
    if (!same) this.violate(`${id}: ${JSON.stringify({ client, balancer, log, audit })}`)
    this.#open.delete(id)
  }
}

const tenantIn = (path: string) => path.split('/')[1] ?? ''

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

interface GatewayLine {
  readonly requestId: string
  readonly tenant: string
  readonly status: number
}

function isGatewayLine(value: unknown): value is GatewayLine {
  return (
    typeof value === 'object' &&
    value !== null &&
    'requestId' in value &&
    typeof value.requestId === 'string' &&
    'tenant' in value &&
    'status' in value &&
    typeof value.status === 'number'
  )
}
