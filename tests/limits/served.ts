/** Tenants with limits on a whole local cloud: requests through the load balancer, counters and records read from where they are. */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { ModelBackend } from '@genai/local-cloud/aws/bedrock/model-backend'
import { localAgent } from '@genai/local-cloud/wire/agent'
import type { GatewayAnswer } from '../../cli/demo/request.ts'
import { LOCAL_FARGATE } from '../../cli/local/gateway-image.ts'
import { estimateOf } from '../../functions/gateway/metering/estimate.ts'
import { parseInvoke } from '../../functions/gateway/operations/invoke.ts'
import { organization } from '../../sample-organization.ts'
import { costOf, type ModelPrice, mostCostOf } from '../../shared/cost.ts'
import type { Limits } from '../../shared/limits.ts'
import { MODEL_PRICES } from '../../shared/model-prices.ts'
import { readUsage, type ScopeKind, scopeKey, type UsageItem } from '../../shared/usage-table.ts'
import { trailOf } from '../audit/read.ts'
import type { Platform } from '../platform/platform.ts'

const HUB = '111111111111'
export const NOVA = 'us.amazon.nova-2-lite-v1:0'
const PRICE = MODEL_PRICES.models[NOVA] as ModelPrice

/** A model that always uses the same, slowly where that is asked for. */
export function countingModels() {
  const made = {
    asked: 0,
    milliseconds: 0,
    backend: {
      async *generate() {
        made.asked += 1
        if (made.milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, made.milliseconds))
        yield { kind: 'start', block: { type: 'text' } }
        yield { kind: 'delta', text: 'Here' }
        if (made.milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, made.milliseconds))
        yield { kind: 'delta', text: ' it is.' }
        yield { kind: 'stop' }
        yield { kind: 'end', stopReason: 'end_turn', usage: USED }
      },
    } as ModelBackend,
  }
  return made
}
const USED = { inputTokens: 10, outputTokens: 20 }

export const PROMPT = { prompt: 'Where is it?', maxTokens: 50 }
/** What a request with {@link PROMPT} costs, and what is reserved for it. */
export const COST = costOf(USED, PRICE) as number
const { body } = parseInvoke(PROMPT)
const { inputTokens, maxTokens, caches } = estimateOf('converse', [NOVA], body, {})
export const RESERVED = mostCostOf(inputTokens, maxTokens, PRICE, undefined, caches) as number

/** A budget for so many requests, one after the other. */
export const budgetFor = (requests: number): number => Math.ceil(((requests - 1) * COST + RESERVED) / 1_000) / 1_000_000

/** Settings of a spoke: names of one model, each with its own limits. */
export const withLimits = (models: NonNullable<Limits['models']>, more: Limits = {}) => ({
  models: Object.fromEntries(['nova-2-lite', ...Object.keys(models)].map((name) => [name, NOVA])),
  defaultModel: 'nova-2-lite',
  limits: { models, ...more },
})

/** Settings of the stacks: tenant1 on Lambda and tenant2 on Fargate, both with these; the firewall lets one address send any number. */
export const onBothComputes = (tenant: Readonly<Record<string, unknown>>) => ({
  hub: { ...LOCAL_FARGATE, fargateVcpuLimit: '12', wafRateLimit: 2_000_000_000 },
  'spoke-tenant1': { ...tenant, tier: 'medium' },
  'spoke-tenant2': { ...tenant, compute: 'fargate', tier: 'small' },
})

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } as const
const ADMINISTRATOR = {
  arn: `arn:aws:sts::${HUB}:assumed-role/administrator/somebody`,
  account: HUB,
  roleArn: `arn:aws:iam::${HUB}:role/administrator`,
  sessionName: 'somebody',
  tags: {},
  sessionPolicies: [],
}
/** The organisation with somebody in the hub's account who may read the counters. */
export const WITH_ADMINISTRATOR = {
  ...organization,
  accounts: organization.accounts.map((account) =>
    account.id === HUB
      ? { ...account, roles: [...account.roles, { name: 'administrator', trust: everything, policy: everything }] }
      : account,
  ),
}

export const administratorsTable = ({ hub, cloud, wirePort: port, caFile }: Platform) =>
  new DynamoDBClient({
    region: hub.region,
    credentials: cloud.credentials.issue(ADMINISTRATOR, 3_600),
    requestHandler: { httpsAgent: localAgent({ port, caFile }) },
  })

export function readCounters(platform: Platform) {
  const { hub } = platform
  const dynamodb = administratorsTable(platform)
  return {
    async item(tenantId: string, kind: ScopeKind, name?: string): Promise<UsageItem> {
      const Key = { scope: { S: scopeKey(tenantId, kind, name) } }
      const { Item } = await dynamodb.send(
        new GetItemCommand({ TableName: `${hub.usageTableName}`, Key, ConsistentRead: true }),
      )
      const item = readUsage(Item)
      if (!item) throw new Error(`there is no counter ${Key.scope.S}`)
      return item
    },
    close: () => dynamodb.destroy(),
  }
}

export const held = ({ heldNanoDollars, heldTokens }: UsageItem) =>
  [heldNanoDollars, heldTokens].map((blocks) => Object.values(blocks).reduce((sum, value) => sum + value, 0)) as [
    nanoDollars: number,
    tokens: number,
  ]

/** What a caller sees: `200`, the gateway's code, or `load balancer`. */
export const codeSeen = ({ status, headers }: GatewayAnswer): string =>
  status === 200 ? '200' : String(headers['x-error-code'] ?? 'load balancer')

export const ask = async (platform: Platform, tenantId: string, model: string, more: object = {}): Promise<string> =>
  codeSeen(await platform.invoke(tenantId, { ...PROMPT, model, ...more }))

/** So many in all, some of them at a time. @returns how many of each answer there were */
export async function askMany(
  many: number,
  atATime: number,
  one: () => Promise<string>,
): Promise<Readonly<Record<string, number>>> {
  const seen: Record<string, number> = {}
  let left = many
  const worker = async () => {
    while (left-- > 0) {
      const code = await one()
      seen[code] = (seen[code] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  return seen
}

/** What the records of a tenant's model come to. */
export async function recorded(platform: Platform, tenant: string, model: string) {
  const records = (await trailOf(platform, { tenant })).filter((record) => record.model === model)
  const events = [...new Map(records.map((record) => [record.event, record])).values()]
  return {
    records: events,
    nanoDollars: events.reduce((sum, { nanoDollars = 0 }) => sum + nanoDollars, 0),
  }
}
