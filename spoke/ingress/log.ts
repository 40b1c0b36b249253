/**
 * The tenant's log, with a line for each request of its function or tasks, and the subscription that sends its audit lines to the hub's trail.
 */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { LINES } from '../../shared/audit-line.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { functionLogGroupName } from '../../shared/naming.ts'
import type { TagMap } from '../tags.ts'

/** Lines contain neither prompts nor tokens. What an auditor needs of them is also in the hub's trail, and stays there. */
const RETENTION_DAYS = 365
export interface TenantLog {
  readonly group: aws.cloudwatch.LogGroup
  readonly subscription: aws.cloudwatch.LogSubscriptionFilter
}

/**
 * The function and the tasks depend on both. The group is made first, because otherwise Lambda would make one without a retention. The
 * subscription exists before the first line is printed, and is deleted after the last one.
 */
export function tenantLog(
  name: string,
  { tenantId, hub, tags }: { readonly tenantId: string; readonly hub: HubOutputs; readonly tags: TagMap },
  opts: pulumi.CustomResourceOptions,
): TenantLog {
  const group = new aws.cloudwatch.LogGroup(
    name,
    { name: functionLogGroupName(tenantId), retentionInDays: RETENTION_DAYS, tags },
    opts,
  )
  const subscription = new aws.cloudwatch.LogSubscriptionFilter(
    name,
    { name: 'audit', logGroup: group.name, filterPattern: LINES.decided, destinationArn: hub.auditFunctionArn },
    opts,
  )
  return { group, subscription }
}
