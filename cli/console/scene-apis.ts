/** The AWS services of each account: Bedrock with its quota and bill, the tables, the user pool. */
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { type SceneSource, tenantOf } from './declared.ts'
import type { SceneNode } from './messages.ts'

/** Services by their names on the wire; two names of one service get one label. */
const NAMES: Readonly<Record<string, string>> = {
  'bedrock-runtime': 'Bedrock',
  dynamodb: 'DynamoDB',
  sts: 'STS',
  'cognito-idp': 'Cognito',
  logs: 'CloudWatch Logs',
  'ecr.api': 'ECR',
  'ecr.dkr': 'ECR',
  s3: 'S3',
}

export const apiLabel = (service: string) => NAMES[service] ?? service

const TABLE = 'aws:dynamodb/table:Table'
const POOL = 'aws:cognito/userPool:UserPool'
const GATEWAY = 'aws:ec2transitgateway/transitGateway:TransitGateway'
const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'

export function apisOf(source: SceneSource, account: string, resources: readonly Declared[]): readonly SceneNode[] {
  const found = new Map<string, { note: string; urn?: string }>()
  const of = (type: string) => resources.filter((resource) => resource.type === type)
  const [pool] = of(POOL)
  if (pool) found.set('Cognito', { note: String(pool.outputs.name ?? pool.id), urn: pool.urn })
  const tables = of(TABLE)
  if (tables[0])
    found.set('DynamoDB', { note: `${tables.length} table${tables.length > 1 ? 's' : ''}`, urn: tables[0].urn })
  if (hasModels(source, account, resources)) found.set('Bedrock', { note: 'own quota, own bill' })
  for (const { outputs } of of(ENDPOINT)) {
    const service = String(outputs.serviceName).replace(/^com\.amazonaws\.[a-z0-9-]+\./, '')
    const label = NAMES[service]
    if (label !== undefined && label !== 'Bedrock' && !found.has(label)) found.set(label, { note: '' })
  }
  return [...found].map(([label, { note, urn }]) => ({
    id: `api:${account}:${label}`,
    kind: 'api',
    label,
    note,
    ...(urn !== undefined && { urn }),
    ...(label !== 'Bedrock' && { small: true as const }),
  }))
}

/** Whether the account has models. A tenant's account has them whether or not its role may still call them. The hub has none of its own. */
const hasModels = ({ organization, ledger }: SceneSource, account: string, resources: readonly Declared[]) =>
  (organization.accounts.find(({ id }) => id === account)?.models.length ?? 0) > 0 &&
  !ledger.all(GATEWAY).some((gateway) => gateway.account === account) &&
  resources.some((resource) => tenantOf(resource) !== undefined)
