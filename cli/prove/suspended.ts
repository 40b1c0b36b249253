/** A third tenant, deployed beside the two of the stack files and suspended while its user is signed in. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { localAgent } from '../../local/agent.ts'
import type { Platform } from '../platform.ts'
import { readStack } from '../stacks.ts'
import { setStatus } from '../tenant/items.ts'

export interface Suspended {
  readonly tenantId: string
  /** From before. */
  readonly idToken: string
}

const ACCOUNT = '444444444444'
const SETTINGS = {
  tenantId: 'tenant3',
  account: ACCOUNT,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/genai-deployer`,
  cidrBlock: '10.64.2.0/24',
} as const

/** As `tenant suspend` does it. */
export async function suspendTenant(platform: Platform): Promise<Suspended> {
  const { cloud, hub, wirePort: port, caFile } = platform
  const { default: program } = await import('../../index.ts')
  const { project, config } = readStack('spoke-tenant1')
  const settings = Object.entries(SETTINGS).map(([name, value]) => [`${project}:${name}`, value])
  await cloud.deploy(
    { project, stack: `spoke-${SETTINGS.tenantId}`, config: { ...config, ...Object.fromEntries(settings) } },
    program,
  )
  const idToken = await platform.token(SETTINGS.tenantId)
  const dynamodb = new DynamoDBClient({
    region: hub.region,
    credentials: cloud.signIn(),
    requestHandler: { httpsAgent: localAgent({ port, caFile }) },
  })
  try {
    await setStatus({ dynamodb, tableName: hub.tableName }, SETTINGS.tenantId, 'suspended', new Date())
  } finally {
    dynamodb.destroy()
  }
  return { tenantId: SETTINGS.tenantId, idToken }
}
