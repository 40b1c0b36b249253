/** A tenant's counters and limits, written by a gateway that an attacker has taken over, or by somebody else. */
import { LAPTOP } from '../../../cli/demo/validate.ts'
import { PREFIX, roleArn, usageTableName } from '../../../shared/naming.ts'
import { scopeKey, USAGE_KEY } from '../../../shared/usage-table.ts'
import type { Layer } from '../layers.ts'
import { ended } from '../outcome.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { fromFunction, type IdentityAttempt } from './models.ts'

const ROLE_AND_BOUNDARY: readonly Layer[] = ['executionRole', 'permissionsBoundary']
const TABLE_REMARK = 'Its own counters a gateway can set to anything: whoever counts can count wrongly (SECURITY.md).'

const counterOf = (tenantId: string) => ({ [USAGE_KEY]: { S: scopeKey(tenantId, 'tenant') } })
const itemOf = (item: string) => ({ tenantId: { S: 'tenant1' }, item: { S: item } })
/** Sets an attribute that nothing reads: if nothing stops the write, the counters still work as before. */
const SET = { UpdateExpression: 'SET attempted = :one', ExpressionAttributeValues: { ':one': { N: '1' } } }

interface Written {
  readonly name: string
  readonly tried: string
  readonly expected: readonly Layer[]
  readonly remark?: string
  readonly operation: 'GetItem' | 'UpdateItem' | 'DeleteItem' | 'PutItem'
  readonly input: (testbed: Testbed) => Readonly<Record<string, unknown>>
}

/** From the place where the first tenant's gateway runs, with its role. */
const byGateway = ({ operation, input, ...attempt }: Written): IdentityAttempt => ({
  ...attempt,
  make: async (testbed) => {
    const { tenant1 } = testbed
    const credentials = testbed.steal(tenant1.executionRoleArn)
    const step = await testbed.dynamodb(fromFunction(testbed, tenant1), credentials, operation, input(testbed))
    return ended(step, `${operation} was done`)
  },
})

const ofUsage = (Key: object, more: object = {}) => ({ TableName: usageTableName, Key, ...more })

export const counters: readonly IdentityAttempt[] = [
  byGateway({
    name: 'function-writes-other-counter',
    tried: "The first tenant's gateway writes the second tenant's counter",
    expected: ROLE_AND_BOUNDARY,
    remark: TABLE_REMARK,
    operation: 'UpdateItem',
    input: () => ofUsage(counterOf('tenant2'), SET),
  }),
  byGateway({
    name: 'function-reads-other-counter',
    tried: "The first tenant's gateway reads what the second tenant has used",
    expected: ROLE_AND_BOUNDARY,
    operation: 'GetItem',
    input: () => ofUsage(counterOf('tenant2')),
  }),
  byGateway({
    name: 'function-deletes-own-counter',
    tried: "The first tenant's gateway deletes its own counter, to begin anew",
    expected: [...ROLE_AND_BOUNDARY, 'endpointPolicy', 'tablePolicy'],
    remark: TABLE_REMARK,
    operation: 'DeleteItem',
    input: () => ofUsage(counterOf('tenant1')),
  }),
  byGateway({
    name: 'function-replaces-own-counter',
    tried: "The first tenant's gateway puts an empty counter in the place of its own",
    expected: [...ROLE_AND_BOUNDARY, 'endpointPolicy', 'tablePolicy'],
    remark: TABLE_REMARK,
    operation: 'PutItem',
    input: () => ({ TableName: usageTableName, Item: counterOf('tenant1') }),
  }),
  byGateway({
    name: 'function-writes-own-status',
    tried: "The first tenant's gateway writes its own status, to end a suspension",
    expected: [...ROLE_AND_BOUNDARY, 'endpointPolicy'],
    operation: 'UpdateItem',
    input: ({ hub }) => ({ TableName: hub.tableName, Key: itemOf('status'), ...SET }),
  }),
  byGateway({
    name: 'function-loosens-own-limits',
    tried: "The first tenant's gateway writes the operator's limits of its tenant, to loosen them",
    expected: [...ROLE_AND_BOUNDARY, 'endpointPolicy'],
    operation: 'UpdateItem',
    input: ({ hub }) => ({ TableName: hub.tableName, Key: itemOf('limits'), ...SET }),
  }),
  byGateway({
    name: 'function-changes-own-configuration',
    tried: "The first tenant's gateway writes its own configuration, where the stack's limits are",
    expected: [...ROLE_AND_BOUNDARY, 'endpointPolicy'],
    operation: 'UpdateItem',
    input: ({ hub }) => ({ TableName: hub.tableName, Key: itemOf('configuration'), ...SET }),
  }),
  {
    name: 'stolen-execution-role-counts',
    tried: "The second tenant's gateway credentials, stolen, write its counter from the internet",
    expected: ROLE_AND_BOUNDARY,
    make: async (testbed) =>
      ended(
        await testbed.dynamodb(
          LAPTOP,
          testbed.steal(testbed.tenant2.executionRoleArn),
          'UpdateItem',
          ofUsage(counterOf('tenant2'), SET),
        ),
        'the counter was written',
      ),
  },
  {
    name: 'onboarding-role-writes-counter',
    tried: "The onboarding role, in the first tenant's session, writes that tenant's counter",
    expected: ['onboardingRole', 'tablePolicy'],
    make: async (testbed) => {
      const credentials = testbed.steal(testbed.hub.onboardingRoleArn, { tags: { tenant_id: 'tenant1' } })
      const step = await testbed.dynamodb(LAPTOP, credentials, 'UpdateItem', ofUsage(counterOf('tenant1'), SET))
      return ended(step, 'the counter was written')
    },
  },
  {
    name: 'client-instance-deletes-counter',
    tried: "The credentials of the hub's client instance delete the second tenant's counter",
    expected: ['callerPolicy', 'tablePolicy'],
    make: async (testbed) => {
      const credentials = testbed.steal(roleArn(testbed.hub.account, `${PREFIX}-hub-client`))
      const step = await testbed.dynamodb(LAPTOP, credentials, 'DeleteItem', ofUsage(counterOf('tenant2')))
      return ended(step, 'the counter was deleted')
    },
  },
]
