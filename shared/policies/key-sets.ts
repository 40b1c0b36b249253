/** The hub's function that fetches key sets, and the table that only this function may write. */
import { TENANT_KEY } from '../tenant.ts'
import { type PolicyDocument, policy } from './document.ts'

/** The attributes of a tenant's configuration item that describe issuers; see `shared/tenant.ts`. */
export const ISSUER_ATTRIBUTES = [TENANT_KEY.hash, TENANT_KEY.range, 'machineIssuers'] as const

export interface KeySetsScope {
  readonly tenantsTableArn: string
  readonly keySetsTableArn: string
  /** The function's log group. */
  readonly logGroupArn: string
}

/**
 * The function may read the issuers in the tenants' items, and no other attribute. It may not change an item of a tenant. It may replace key
 * sets.
 */
export function keySetsRolePolicy({ tenantsTableArn, keySetsTableArn, logGroupArn }: KeySetsScope): PolicyDocument {
  return policy(
    {
      Sid: 'ReadIssuers',
      Effect: 'Allow',
      Action: ['dynamodb:Query', 'dynamodb:Scan'],
      Resource: tenantsTableArn,
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ISSUER_ATTRIBUTES },
        StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      },
    },
    { Sid: 'WriteKeySets', Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: keySetsTableArn },
    {
      Sid: 'OwnLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: `${logGroupArn}:log-stream:*`,
    },
  )
}

/** All operations that change an item, with those of PartiQL. */
const WRITES = [
  'BatchWriteItem',
  'DeleteItem',
  'PartiQLDelete',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PutItem',
  'UpdateItem',
].map((operation) => `dynamodb:${operation}`)

/**
 * The table's own policy: everybody else in this account, administrators included, may not write to this table. Those who may change this policy
 * can remove it: the hub's deployers, and the account's administrators.
 */
export const keySetsTablePolicy = (args: { readonly tableArn: string; readonly roleArn: string }): PolicyDocument =>
  policy({
    Sid: 'OnlyTheFetcherWrites',
    Effect: 'Deny',
    Principal: '*',
    Action: WRITES,
    Resource: args.tableArn,
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': args.roleArn } },
  })
