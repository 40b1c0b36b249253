/** The tenant's log, one line a request, whatever runs its gateway, and the way of its audit lines into the hub's trail. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { LINES } from '../../shared/audit-line.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { functionLogGroupName } from '../../shared/naming.ts'
import type { TagMap } from '../tags.ts'

/** A line a request, without prompt and token. What an auditor needs of it is in the hub's trail as well, and stays there. */
const RETENTION_DAYS = 365
export interface TenantLog {
  readonly group: aws.cloudwatch.LogGroup
  readonly subscription: aws.cloudwatch.LogSubscriptionFilter
}

/**
 * Whatever prints the lines depends on both. The group is made first, so that Lambda does not make one of its own, without
 * retention. So is the subscription: no line is printed before it is there, and when the tenant goes, none after it is gone.
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
