/** The hub's function that fetches key sets, and the table that it alone writes. */
import { TENANT_KEY } from '../tenant.ts'
import { type PolicyDocument, policy } from './document.ts'

/** What a tenant's configuration item says of issuers; see `shared/tenant.ts`. */
export const ISSUER_ATTRIBUTES = [TENANT_KEY.hash, TENANT_KEY.range, 'machineIssuers'] as const

export interface KeySetsScope {
  readonly tenantsTableArn: string
  readonly keySetsTableArn: string
  /** Of the function. */
  readonly logGroupArn: string
}

/** The function reads the issuers in the tenants' items, and no other attribute. It changes no tenant's item. It replaces key sets. */
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

/** Every operation that changes an item, PartiQL's among them. */
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
 * The table's own policy: whoever else may write to tables in this account, an administrator included, may not write to this
 * one. Who may change this policy can take that away: the hub's deployers, and the account's administrators.
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
