/** Lambda's entry of the audit function: CloudWatch Logs delivers tenants' audit lines, and the function writes them to the trail. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { AuditEnvironment } from '../../shared/tenant.ts'
import { clientOptions, ownCredentials } from '../gateway/aws/clients.ts'
import { createConnections } from '../gateway/aws/connection.ts'
import { readDelivery } from './delivery.ts'
import { recordOf, tenantOf } from './record.ts'
import { createTrail } from './trail.ts'

const environment: AuditEnvironment = {
  AUDIT_LOG_GROUP: required('AUDIT_LOG_GROUP'),
  TENANT_LOG_GROUP_PREFIX: required('TENANT_LOG_GROUP_PREFIX'),
}
/** Attempts of one call, the first included. */
const ATTEMPTS = 4

const region = required('AWS_REGION')
const client = new CloudWatchLogsClient({
  ...clientOptions(region, createConnections(), ownCredentials(process.env), ATTEMPTS),
  endpoint: `https://logs.${region}.amazonaws.com`,
})
const trail = createTrail({ logGroup: environment.AUDIT_LOG_GROUP, client, now: Date.now })

/** @throws Error if a record was not written: Lambda tries again, and an alarm counts it */
export async function handler(event: unknown): Promise<void> {
  const delivery = readDelivery(event)
  if (!delivery) return
  const tenant = tenantOf(delivery.logGroup, environment.TENANT_LOG_GROUP_PREFIX)
  await trail.write(
    tenant,
    delivery.events.map((line) => ({ timestamp: line.timestamp, message: JSON.stringify(recordOf(tenant, line)) })),
  )
}

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`)
  return value
}
