/** What the tenant's account records: its network's flows, and its prompts where the tenant opted in. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { PREFIX } from '../shared/naming.ts'
import {
  flowLogPolicy,
  flowLogTrustPolicy,
  invocationLogPolicy,
  invocationLogTrustPolicy,
} from '../shared/policies/logging.ts'
import type { TagMap } from './tags.ts'

/** How long the account's records are kept: a year, which auditors ask for. */
const RETENTION_DAYS = 365

export interface AccountLogArgs {
  readonly tenantId: string
  readonly account: string
  readonly region: string
  /** The records outlive the stack, until their retention ends. */
  readonly deletionProtection: boolean
  readonly tags: TagMap
}

export function flowLogs(
  name: string,
  args: AccountLogArgs & { readonly vpcId: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): void {
  const group = logGroup(name, `/${PREFIX}/${args.tenantId}/flow-logs-`, args, opts)
  const role = new aws.iam.Role(
    name,
    {
      name: `${PREFIX}-flow-logs-${args.tenantId}`,
      assumeRolePolicy: JSON.stringify(flowLogTrustPolicy(args)),
      tags: args.tags,
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
      tags: args.tags,
    },
    { ...opts, dependsOn: [policy] },
  )
}

/** Bedrock keeps one configuration per account and region, and a "create" overwrites it: an existing one is refused. */
export function invocationLogging(name: string, args: AccountLogArgs, opts: pulumi.CustomResourceOptions): void {
  const group = logGroup(name, `/${PREFIX}/${args.tenantId}/invocations-`, args, opts)
  const role = new aws.iam.Role(
    name,
    {
      name: `${PREFIX}-invocations-${args.tenantId}`,
      assumeRolePolicy: JSON.stringify(invocationLogTrustPolicy(args)),
      tags: args.tags,
    },
    opts,
  )
  const policy = new aws.iam.RolePolicy(
    name,
    { name: 'write', role: role.name, policy: group.arn.apply((arn) => JSON.stringify(invocationLogPolicy(arn))) },
    opts,
  )
  new aws.bedrockmodel.InvocationLoggingConfiguration(
    name,
    {
      loggingConfig: {
        cloudwatchConfig: { logGroupName: group.name, roleArn: role.arn },
        textDataDeliveryEnabled: true,
        imageDataDeliveryEnabled: false,
        embeddingDataDeliveryEnabled: false,
        videoDataDeliveryEnabled: false,
      },
    },
    {
      ...opts,
      dependsOn: [policy],
      hooks: { beforeCreate: [() => refuseExistingConfiguration(args, opts)] },
    },
  )
}

const CONFIGURATION = 'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration'

/**
 * Runs before a first creation only: afterwards the stack's own configuration is the one that exists.
 * @throws Error when the account has a configuration already
 */
export async function refuseExistingConfiguration(
  { account, region }: Pick<AccountLogArgs, 'account' | 'region'>,
  opts: pulumi.CustomResourceOptions,
): Promise<void> {
  const exists = pulumi.runtime.existsResource(CONFIGURATION, region, {}, opts)
  if (!(await new Promise<boolean>((resolve) => exists.apply(resolve)))) return
  throw new Error(
    `Account ${account} has a model invocation logging configuration in ${region} already, and it is not overwritten. ` +
      `Leave it and set modelInvocationLogging to false, or take it over: pulumi import ${CONFIGURATION} NAME ${region}`,
  )
}

/** A generated name, so that a log that outlived its stack is never in the way of a new one. */
function logGroup(
  name: string,
  namePrefix: string,
  args: AccountLogArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    name,
    { namePrefix, retentionInDays: RETENTION_DAYS, tags: args.tags },
    { ...opts, retainOnDelete: args.deletionProtection },
  )
}
