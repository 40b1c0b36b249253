/** Reads the audit trail: `FilterLogEvents` on the hub's log group, of the local cloud or of AWS. */
import type { Agent } from 'node:https'
import {
  CloudWatchLogsClient,
  CloudWatchLogsServiceException,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'
import type { AwsCredentialIdentity } from '@aws-sdk/types'
import type { AuditRecord } from '../../shared/audit-line.ts'
import { auditLogGroupName } from '../../shared/naming.ts'
import { UserError } from '../verb.ts'

export interface TrailAccess {
  readonly region: string
  readonly credentials: AwsCredentialIdentity
  /** Connects to CloudWatch Logs. */
  readonly agent: Agent
}

export interface TrailQuery {
  /**
   * The stream of one tenant only.
   * @default every tenant's
   */
  readonly tenant?: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** A record of the trail, or a decision of the load balancer (load-balancer-log.ts), which has check names of its own. */
export interface TrailRecord extends AuditRecord {
  /** For a decision of the load balancer: the reason, the address from which the request came, and its path. */
  readonly reason?: string
  readonly client?: string
  readonly path?: string
}

const TIMEOUT_MILLISECONDS = 30_000

/**
 * Returns every decision once, in the order of time: CloudWatch Logs may deliver a line twice, and both copies have the same `event`.
 * @throws UserError for what AWS refuses
 */
export async function readTrail(access: TrailAccess, { tenant, since }: TrailQuery): Promise<readonly TrailRecord[]> {
  const client = new CloudWatchLogsClient({
    region: access.region,
    credentials: access.credentials,
    requestHandler: {
      httpsAgent: access.agent,
      requestTimeout: TIMEOUT_MILLISECONDS,
      throwOnRequestTimeout: true,
    },
  })
  const records = new Map<string, TrailRecord>()
  try {
    const pages = paginateFilterLogEvents(
      { client },
      {
        logGroupName: auditLogGroupName,
        startTime: since,
        ...(tenant !== undefined && { logStreamNames: [tenant] }),
      },
    )
    for await (const { events = [] } of pages) {
      for (const { message = '' } of events) {
        const record = JSON.parse(message) as TrailRecord
        records.set(`${record.tenant} ${record.event}`, record)
      }
    }
  } catch (error) {
    // The stream is created with the tenant's first decision.
    if (error instanceof ResourceNotFoundException && /log stream/.test(error.message)) return []
    throw error instanceof CloudWatchLogsServiceException ? refused(error) : error
  } finally {
    client.destroy()
  }
  return [...records.values()].sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)))
}

function refused(error: CloudWatchLogsServiceException): UserError {
  if (error instanceof ResourceNotFoundException)
    return new UserError(
      `There is no log group ${auditLogGroupName}: the hub is of an older version, or in another region.`,
      'Bring it up to date: pulumi up -s hub',
    )
  return new UserError(
    `CloudWatch Logs refuses to read ${auditLogGroupName}: ${error.$metadata.httpStatusCode ?? ''} ${error.name}`,
    'The credentials need logs:FilterLogEvents on it.',
  )
}
