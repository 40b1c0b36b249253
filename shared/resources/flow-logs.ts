/** The flow logs of the hub's or a tenant's VPC, which tell an auditor who was connected to whom. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { flowLogPolicy, flowLogTrustPolicy } from '../policies/logging.ts'
import { type LogSinkArgs, logSink } from './log-sink.ts'

export interface FlowLogArgs
  extends Pick<LogSinkArgs, 'namePrefix' | 'roleName' | 'permissionsBoundary' | 'deletionProtection' | 'tags'> {
  readonly account: string
  readonly region: string
  readonly vpcId: pulumi.Input<string>
  /** The tag `Name` of the flow log, which has no other name. */
  readonly displayName: string
}

export function flowLogs(name: string, args: FlowLogArgs, opts: pulumi.CustomResourceOptions): void {
  const sink = logSink(name, { ...args, trust: flowLogTrustPolicy(args), policy: flowLogPolicy }, opts)
  new aws.ec2.FlowLog(
    name,
    {
      vpcId: args.vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logDestination: sink.group.arn,
      iamRoleArn: sink.role.arn,
      tags: { ...args.tags, Name: args.displayName },
    },
    { ...opts, dependsOn: [sink.writable] },
  )
}
