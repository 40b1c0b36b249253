/** Reads the audit trail: `FilterLogEvents` on the hub's log group, of the local cloud or of AWS. */
import type { Agent } from 'node:https'
import { type AwsCredentials, createSignedCall, exceptionName } from '../../functions/gateway/aws.ts'
import { createTransport } from '../../functions/gateway/transport.ts'
import { auditLogGroupName } from '../../shared/naming.ts'
import { UserError } from '../verb.ts'

export interface TrailAccess {
  readonly region: string
  readonly credentials: AwsCredentials
  /** Connects to CloudWatch Logs. */
  readonly agent: Agent
}

export interface TrailQuery {
  /** One tenant's stream. @default every tenant's */
  readonly tenant?: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** As functions/audit/record.ts writes it. */
export interface TrailRecord {
  readonly time: string
  readonly tenant: string
  readonly event: string
  readonly [field: string]: string | number
}

const TIMEOUT_MILLISECONDS = 30_000
/** AWS answers a page of at most 1 MB. */
const MAX_BYTES = 8 * 1024 * 1024

/**
 * Every decision once, in the order of time: CloudWatch Logs may deliver a line twice, and both have the same `event`.
 * @throws UserError for what AWS refuses
 */
export async function readTrail(access: TrailAccess, { tenant, since }: TrailQuery): Promise<readonly TrailRecord[]> {
  const call = createSignedCall({
    transport: createTransport(access.agent),
    credentials: access.credentials,
    region: access.region,
    service: 'logs',
    now: Date.now,
  })
  const records = new Map<string, TrailRecord>()
  let nextToken: string | undefined
  do {
    const answer = await call({
      host: `logs.${access.region}.amazonaws.com`,
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.FilterLogEvents' },
      body: JSON.stringify({
        logGroupName: auditLogGroupName,
        startTime: since,
        ...(tenant !== undefined && { logStreamNames: [tenant] }),
        ...(nextToken !== undefined && { nextToken }),
      }),
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      maximumBytes: MAX_BYTES,
    })
    if (answer.status !== 200) {
      const code = exceptionName(answer)
      // The stream is made with the tenant's first decision.
      if (code === 'ResourceNotFoundException' && /log stream/.test(answer.body)) return []
      throw refused(answer.status, code)
    }
    const page = JSON.parse(answer.body) as Page
    for (const { message } of page.events ?? []) {
      const record = JSON.parse(message) as TrailRecord
      records.set(`${record.tenant} ${record.event}`, record)
    }
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return [...records.values()].sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)))
}

interface Page {
  readonly events?: readonly { readonly message: string }[]
  readonly nextToken?: string
}

function refused(status: number, code = 'an error without a name'): UserError {
  if (code === 'ResourceNotFoundException')
    return new UserError(
      `There is no log group ${auditLogGroupName}: the hub is of an older version, or in another region.`,
      'Bring it up to date: pulumi up -s hub',
    )
  return new UserError(
    `CloudWatch Logs refuses to read ${auditLogGroupName}: ${status} ${code}`,
    'The credentials need logs:FilterLogEvents on it.',
  )
}
