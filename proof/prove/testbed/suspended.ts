/** The tenants' status as an operator writes it, and a third tenant, which is suspended while its user is signed in. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { readStack } from '../../../cli/pulumi/stack-files.ts'
import { setStatus } from '../../../cli/tenant/items.ts'
import type { TenantStatus } from '../../../shared/tenant.ts'
import type { Platform } from '../../harness/platform.ts'

export interface StatusItems {
  write(tenantId: string, status: TenantStatus['status']): Promise<void>
  close(): void
}

export function openStatusItems({ cloud, hub, wirePort: port, caFile }: Platform): StatusItems {
  const dynamodb = new DynamoDBClient({
    region: hub.region,
    credentials: cloud.signIn(),
    requestHandler: { httpsAgent: localAgent({ port, caFile }) },
  })
  return {
    write: (tenantId, status) => setStatus({ dynamodb, tableName: hub.tableName }, tenantId, status, new Date()),
    close: () => dynamodb.destroy(),
  }
}

export interface Suspended {
  readonly tenantId: string
  /** A token that one of its users got before the suspension. */
  readonly idToken: string
}

const ACCOUNT = '444444444444'
const SETTINGS = {
  tenantId: 'tenant3',
  account: ACCOUNT,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/genai-deployer`,
  cidrBlock: '10.64.2.0/24',
} as const

/** Deploys it besides the two tenants of the stack files, as a further stack. */
export async function suspendTenant(
  { cloud, token }: Platform,
  status: StatusItems,
  more: Readonly<Record<string, string>>,
): Promise<Suspended> {
  const { default: program } = await import('../../../index.ts')
  const { project, config } = readStack('spoke-tenant1')
  const settings = Object.entries({ ...SETTINGS, ...more }).map(([name, value]) => [`${project}:${name}`, value])
  const stack = { project, stack: `spoke-${SETTINGS.tenantId}`, config: { ...config, ...Object.fromEntries(settings) } }
  await cloud.deploy(stack, program)
  const idToken = await token(SETTINGS.tenantId)
  await status.write(SETTINGS.tenantId, 'suspended')
  return { tenantId: SETTINGS.tenantId, idToken }
}
