/** A tenant's limits: those of its stack, those of the operator, which of them apply, and how much is used. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { plainOf } from '../../functions/gateway/dynamodb-json.ts'
import { isMap } from '../../shared/is-map.ts'
import { LIMIT_RANGES, type Limits, parseLimits, type ScopeLimits, tightest } from '../../shared/limits.ts'
import { usageTableName } from '../../shared/naming.ts'
import { type CountedLimit, limitStates, readUsage, scopeKey, USAGE_KEY } from '../../shared/usage-table.ts'
import { attribute } from '../../spoke/ingress/configuration-item.ts'
import { UserError } from '../verb.ts'
import { type TenantsTable, tenantItems } from './items.ts'

export interface TenantLimits {
  /** The limits of the deployed stack. */
  readonly stack: Limits
  readonly operator: Limits
  readonly changedAt?: string
  /** The model ids of each of the tenant's names: the first choice, then those that are asked if Bedrock has no capacity for it. */
  readonly models: Readonly<Record<string, readonly string[]>>
  /** The ids for which there is a price. */
  readonly priced: readonly string[]
}

/** @throws UserError if the tenant is not deployed, or if its gateway does not support limits */
export async function limitsOf(table: TenantsTable, tenantId: string): Promise<TenantLimits> {
  const { configuration, limits } = await tenantItems(table, tenantId)
  const { deployCommand = 'pulumi up -s' } = table
  if (!configuration)
    throw new UserError(
      `${tenantId} is not deployed in this hub.`,
      `npm run tenant -- list shows which are; ${deployCommand} spoke-${tenantId} deploys it.`,
    )
  if (!limits)
    throw new UserError(
      `${tenantId} was deployed by a version whose gateway knows no limits, or into a hub that has no table to count in.`,
      `Bring both up to date: ${deployCommand} hub && ${deployCommand} spoke-${tenantId}`,
    )
  const names = (plainOf(configuration.models) ?? {}) as Readonly<Record<string, string>>
  const fallbacks = (plainOf(configuration.fallbacks) ?? {}) as Readonly<Record<string, readonly string[]>>
  const prices = plainOf(configuration.prices)
  return {
    stack: parseLimits(plainOf(configuration.limits) ?? {}),
    operator: parseLimits(plainOf(limits.limits) ?? {}),
    ...(limits.changedAt?.S !== undefined && { changedAt: limits.changedAt.S }),
    models: Object.fromEntries(Object.entries(names).map(([name, id]) => [name, [id, ...(fallbacks[name] ?? [])]])),
    priced: isMap(prices) ? Object.keys(prices) : [],
  }
}

/**
 * Replaces the operator's limits.
 * @throws UserError if somebody else has written them since they were read, or if the tenant was removed; nothing is written then
 */
export async function writeLimits(
  { dynamodb, tableName }: TenantsTable,
  tenantId: string,
  { changedAt: was }: Pick<TenantLimits, 'changedAt'>,
  limits: Limits,
  now: Date,
): Promise<void> {
  const update = new UpdateItemCommand({
    TableName: tableName,
    Key: { tenantId: { S: tenantId }, item: { S: 'limits' } },
    UpdateExpression: 'SET limits = :limits, changedAt = :now',
    ConditionExpression: `attribute_exists(tenantId) AND ${was === undefined ? 'attribute_not_exists(changedAt)' : 'changedAt = :was'}`,
    ExpressionAttributeValues: {
      ':limits': attribute(limits),
      ':now': { S: now.toISOString() },
      ...(was !== undefined && { ':was': { S: was } }),
    },
  })
  try {
    await dynamodb.send(update)
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause
    throw new UserError(
      `The limits of ${tenantId} were changed by somebody else at this moment, or the tenant was removed. Nothing was written.`,
      `See what holds now: npm run tenant -- limit ${tenantId}`,
      { cause },
    )
  }
}

export interface LimitRow {
  readonly scope: 'tenant' | 'user' | 'model'
  /** The model's name. */
  readonly name?: string
  readonly limit: keyof ScopeLimits
  readonly stack?: number
  readonly operator?: number
  readonly holds: number
  /** The used amount, in the limit's own unit. Absent for limits of users, because each user has a separate counter. */
  readonly used?: number
  readonly left?: number
  /** ISO 8601 time at which the counter is back at zero if nothing is added. */
  readonly resets?: string
}

/** Every limit that the stack or the operator has set. */
export function limitRows(stack: Limits, operator: Limits): readonly LimitRow[] {
  const holds = tightest(stack, operator) ?? {}
  const scopes = [
    { scope: 'tenant' as const, of: (limits: Limits) => limits.tenant },
    { scope: 'user' as const, of: (limits: Limits) => limits.user },
    ...Object.keys(holds.models ?? {}).map((name) => ({
      scope: 'model' as const,
      name,
      of: ({ models = {} }: Limits) => (Object.hasOwn(models, name) ? models[name] : undefined),
    })),
  ]
  return scopes.flatMap(({ of, ...scope }) =>
    (Object.keys(LIMIT_RANGES) as (keyof ScopeLimits)[]).flatMap((limit) => {
      const figure = of(holds)?.[limit]
      if (figure === undefined) return []
      const [said, tightened] = [of(stack)?.[limit], of(operator)?.[limit]]
      return [
        {
          ...scope,
          limit,
          ...(said !== undefined && { stack: said }),
          ...(tightened !== undefined && { operator: tightened }),
          holds: figure,
        },
      ]
    }),
  )
}

/** The rows of the tenant and of its models, with what the gateway has counted. */
export async function withUsage(
  dynamodb: DynamoDBClient,
  tenantId: string,
  rows: readonly LimitRow[],
  now: Date,
): Promise<readonly LimitRow[]> {
  const counted = new Map<string, ReturnType<typeof limitStates>>()
  for (const { scope, name } of rows) {
    const key = scopeKey(tenantId, scope, name)
    if (scope === 'user' || counted.has(key)) continue
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: usageTableName, Key: { [USAGE_KEY]: { S: key } }, ConsistentRead: true }),
    )
    const limits = Object.fromEntries(
      rows.filter((row) => row.scope === scope && row.name === name).map(({ limit, holds }) => [limit, holds]),
    )
    counted.set(key, limitStates(readUsage(Item), limits, now.getTime()))
  }
  return rows.map((row) => {
    const states = counted.get(scopeKey(tenantId, row.scope, row.name))
    const state = states?.find(({ limit }) => limit === (row.limit as CountedLimit))
    if (!state) return row
    const unit = row.limit === 'dollarsPerMonth' ? 1e9 : 1
    const { used, left, resetsAt } = state
    return { ...row, used: used / unit, left: left / unit, resets: new Date(resetsAt).toISOString() }
  })
}

/** Columns: scope, limit, the stack's value, the operator's value, and the one that applies. */
export const limitCells = ({ scope, name, limit, stack, operator, holds }: LimitRow): readonly string[] => [
  scope === 'user' ? 'each user' : [scope, name].filter((part) => part !== undefined).join(' '),
  limit,
  ...[stack, operator, holds].map(figureText),
]

/** Dollars have at most six decimals here. */
export const figureText = (figure: number | undefined) =>
  figure === undefined ? '' : `${Math.round(figure * 1e6) / 1e6}`
