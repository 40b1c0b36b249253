/** Flow logs of the hub's VPC: who talked to whom, for the auditor. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { PREFIX } from '../shared/naming.ts'
import { flowLogPolicy, flowLogTrustPolicy } from '../shared/policies/logging.ts'
import { type HubTags, named } from './tags.ts'

const RETENTION_DAYS = 365

export interface FlowLogArgs {
  readonly account: string
  readonly region: string
  readonly vpcId: pulumi.Input<string>
  readonly deletionProtection: boolean
  readonly tags: HubTags
}

export function flowLogs(name: string, args: FlowLogArgs, opts: pulumi.CustomResourceOptions): void {
  const { tags } = args
  // A generated name: a log that outlived its stack is never in the way of a new one.
  const group = new aws.cloudwatch.LogGroup(
    name,
    { namePrefix: `/${PREFIX}/hub/flow-logs-`, retentionInDays: RETENTION_DAYS, tags },
    { ...opts, retainOnDelete: args.deletionProtection },
  )
  const role = new aws.iam.Role(
    name,
    {
      name: `${PREFIX}-hub-flow-logs`,
      assumeRolePolicy: JSON.stringify(flowLogTrustPolicy(args)),
      tags,
    },
    opts,
  )
  const policy = new aws.iam.RolePolicy(
    name,
    { name: 'write', role: role.name, policy: group.arn.apply((arn) => JSON.stringify(flowLogPolicy(arn))) },
    opts,
  )
  new aws.ec2.FlowLog(
    name,
    {
      vpcId: args.vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags: named(tags, 'flow-logs'),
    },
    { ...opts, dependsOn: [policy] },
  )
}
