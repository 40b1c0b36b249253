/** Lambda's entry of the audit function: CloudWatch Logs delivers tenants' audit lines, and they are written to the trail. */
import { Agent } from 'node:https'
import type { AuditEnvironment } from '../../shared/tenant.ts'
import { createSignedCall } from '../gateway/aws.ts'
import { pause } from '../gateway/retry.ts'
import { createTransport } from '../gateway/transport.ts'
import { readDelivery } from './delivery.ts'
import { recordOf, tenantOf } from './record.ts'
import { createTrail } from './trail.ts'

const environment: AuditEnvironment = {
  AUDIT_LOG_GROUP: required('AUDIT_LOG_GROUP'),
  TENANT_LOG_GROUP_PREFIX: required('TENANT_LOG_GROUP_PREFIX'),
}
const region = required('AWS_REGION')
const call = createSignedCall({
  transport: createTransport(new Agent({ keepAlive: true })),
  credentials: {
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
    sessionToken: required('AWS_SESSION_TOKEN'),
  },
  region,
  service: 'logs',
  now: Date.now,
})

/** @throws Error when a record was not written: Lambda tries again, and an alarm counts it */
export async function handler(
  event: unknown,
  context: { readonly getRemainingTimeInMillis: () => number },
): Promise<void> {
  const delivery = readDelivery(event)
  if (!delivery) return
  const tenant = tenantOf(delivery.logGroup, environment.TENANT_LOG_GROUP_PREFIX)
  const trail = createTrail({
    logGroup: environment.AUDIT_LOG_GROUP,
    region,
    call,
    now: Date.now,
    random: Math.random,
    pause,
    remaining: context.getRemainingTimeInMillis,
  })
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
