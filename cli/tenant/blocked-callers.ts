/** Reads and writes the tenant's item `blocked`: callers whose valid tokens the gateway refuses. */
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { type BlockedCaller, callerId, type MachineIssuer } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'
import { type Item, tenantItems } from './items.ts'

interface Table {
  readonly dynamodb: DynamoDBClient
  readonly tableName: string
}

const keyOf = (tenantId: string) => ({ tenantId: { S: tenantId }, item: { S: 'blocked' } })

/**
 * Adds an entry, and removes entries whose time is over.
 * @throws UserError if the tenant is not deployed
 */
export async function block(table: Table, tenantId: string, caller: BlockedCaller, now: Date): Promise<void> {
  const { configuration, blocked } = await tenantItems(table, tenantId)
  if (!configuration)
    throw new UserError(`${tenantId} is not deployed in this hub.`, 'npm run tenant -- list shows which are.')
  const seconds = now.getTime() / 1000
  const { issuer, subject, until } = caller
  const id = callerId(issuer, subject)
  const ended = Object.entries(blocked?.callers?.M ?? {}).flatMap(([other, entry]) =>
    other !== id && Number(entry.M?.until?.N) <= seconds ? [other] : [],
  )
  await update(table, tenantId, 'SET callers = if_not_exists(callers, :none)', { values: { ':none': { M: {} } } })
  const gone = ended.map((_, index) => `callers.#ended${index}`)
  await update(table, tenantId, `SET callers.#id = :entry${gone.length > 0 ? ` REMOVE ${gone.join(', ')}` : ''}`, {
    names: { '#id': id, ...Object.fromEntries(ended.map((other, index) => [`#ended${index}`, other])) },
    values: { ':entry': { M: { issuer: { S: issuer }, subject: { S: subject }, until: { N: `${until}` } } } },
  })
}

/** @returns whether it was blocked */
export async function unblock(table: Table, tenantId: string, issuer: string, subject: string): Promise<boolean> {
  const { blocked } = await tenantItems(table, tenantId)
  const id = callerId(issuer, subject)
  if (!Object.hasOwn(blocked?.callers?.M ?? {}, id)) return false
  await update(table, tenantId, 'REMOVE callers.#id', { names: { '#id': id } })
  return true
}

async function update(
  { dynamodb, tableName }: Table,
  tenantId: string,
  UpdateExpression: string,
  { names, values }: { readonly names?: Record<string, string>; readonly values?: Item },
): Promise<void> {
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: keyOf(tenantId),
      UpdateExpression,
      ...(names && { ExpressionAttributeNames: names }),
      ...(values && { ExpressionAttributeValues: values }),
    }),
  )
}

/** The machines in a tenant's deployed configuration. */
export async function machinesOf(table: Table, tenantId: string): Promise<Readonly<Record<string, MachineIssuer>>> {
  const { configuration } = await tenantItems(table, tenantId)
  const entries = Object.entries(configuration?.machineIssuers?.M ?? {}).map(([name, { M = {} }]) => {
    const audience = M.audience?.S
    const claims = Object.entries(M.claims?.M ?? {}).map(([claim, value]) => [claim, value.S ?? ''] as const)
    const issuer = M.issuer?.S ?? ''
    return [
      name,
      {
        issuer,
        jwksUri: M.jwksUri?.S ?? '',
        ...(audience !== undefined && { audience }),
        claims: Object.fromEntries(claims),
      },
    ] as const
  })
  return Object.fromEntries(entries)
}
