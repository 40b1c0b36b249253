/** Who counts: rights on the hub's table of counters. */
import { executionRoleName, roleArn, taskRoleName } from '../naming.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'

/**
 * A gateway counts its own tenant's requests, and no other's: the key begins with the tenant's id, and no id holds a `#`. It may set
 * its own counters to anything, as whoever counts can count wrongly; reconciliation with AWS's own figures finds that.
 * @param tenant an id, or the policy variable that holds one
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
    // "For all values" is true of none.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  },
})

export const COUNTING = ['dynamodb:GetItem', 'dynamodb:UpdateItem']

/** Every other operation that changes an item, PartiQL's among them. */
const OTHER_WRITES = ['BatchWriteItem', 'DeleteItem', 'PartiQLDelete', 'PartiQLInsert', 'PartiQLUpdate', 'PutItem'].map(
  (operation) => `dynamodb:${operation}`,
)

/**
 * The table's own policy: nobody deletes a counter or puts another in its place, the gateways and an administrator included, and
 * nobody but the gateways counts. DynamoDB's time to live deletes old items. The hub's deployers and the account's administrators may
 * change this policy, and so take the protection away.
 */
export const usageTablePolicy = ({
  tableArn,
  account,
}: {
  readonly tableArn: string
  /** The hub's. */
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
