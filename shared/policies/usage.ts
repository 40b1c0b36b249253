/** Permissions on the hub's table of counters. */
import { executionRoleName, roleArn, taskRoleName } from '../naming.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'

/**
 * A gateway may count its own tenant's requests only: the key begins with the tenant's id, and no id contains a `#`. It may set its own counters
 * to any value; a comparison with AWS's own figures detects wrong ones.
 * @param tenant an id, or the policy variable that contains it
 */
export const ownCounters = ({
  usageTableArn,
  tenant,
}: {
  readonly usageTableArn: string
  readonly tenant: string
}): PolicyStatement => ({
  Sid: 'OwnCounters',
  Effect: 'Allow',
  Action: COUNTING,
  Resource: usageTableArn,
  Condition: {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${tenant}#*`] },
    // "For all values" is true for an empty set.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  },
})

export const COUNTING = ['dynamodb:GetItem', 'dynamodb:UpdateItem']

/** All other operations that change an item, with those of PartiQL. */
const OTHER_WRITES = ['BatchWriteItem', 'DeleteItem', 'PartiQLDelete', 'PartiQLInsert', 'PartiQLUpdate', 'PutItem'].map(
  (operation) => `dynamodb:${operation}`,
)

/**
 * The table's own policy: nobody may delete or replace a counter, not even a gateway or an administrator, and only gateways may count.
 * DynamoDB's time to live deletes old items. The hub's deployers and the account's administrators may change this policy, and so remove the
 * protection.
 */
export const usageTablePolicy = ({
  tableArn,
  account,
}: {
  readonly tableArn: string
  /** The hub's account. */
  readonly account: string
}): PolicyDocument =>
  policy(
    { Sid: 'NobodyReplacesCounters', Effect: 'Deny', Principal: '*', Action: OTHER_WRITES, Resource: tableArn },
    {
      Sid: 'OnlyGatewaysCount',
      Effect: 'Deny',
      Principal: '*',
      Action: 'dynamodb:UpdateItem',
      Resource: tableArn,
      Condition: {
        ArnNotLike: {
          'aws:PrincipalArn': [roleArn(account, executionRoleName('*')), roleArn(account, taskRoleName('*'))],
        },
      },
    },
  )
