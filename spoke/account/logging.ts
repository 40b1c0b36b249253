/** What the tenant's account records: the flow logs of its network, and its prompts if the tenant has opted in. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { accountLogGroupPrefix, flowLogsRoleName, invocationsRoleName } from '../../shared/naming.ts'
import { invocationLogPolicy, invocationLogTrustPolicy } from '../../shared/policies/logging.ts'
import { flowLogs } from '../../shared/resources/flow-logs.ts'
import { logSink } from '../../shared/resources/log-sink.ts'
import type { TagMap } from '../tags.ts'

export interface AccountLogArgs {
  readonly tenantId: string
  readonly account: string
  readonly region: string
  /** The ARN of the permissions boundary of the tenant's roles, in an account that tenants share. */
  readonly permissionsBoundary?: string
  /** Whether the logs stay after the stack is destroyed, until their retention ends. */
  readonly deletionProtection: boolean
  readonly tags: TagMap & { readonly Name: string }
}

export function accountFlowLogs(
  name: string,
  args: AccountLogArgs & { readonly vpcId: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): void {
  const { tenantId, tags } = args
  flowLogs(
    name,
    {
      ...args,
      namePrefix: `${accountLogGroupPrefix(tenantId)}flow-logs-`,
      roleName: flowLogsRoleName(tenantId),
      displayName: tags.Name,
    },
    opts,
  )
}

/**
 * Bedrock keeps one configuration per account and region, and a creation would overwrite it. So if there is one already, the deployment is
 * refused.
 */
export function invocationLogging(name: string, args: AccountLogArgs, opts: pulumi.CustomResourceOptions): void {
  const { tenantId } = args
  const sink = logSink(
    name,
    {
      ...args,
      namePrefix: `${accountLogGroupPrefix(tenantId)}invocations-`,
      roleName: invocationsRoleName(tenantId),
      trust: invocationLogTrustPolicy(args),
      policy: invocationLogPolicy,
    },
    opts,
  )
  new aws.bedrockmodel.InvocationLoggingConfiguration(
    name,
    {
      loggingConfig: {
        cloudwatchConfig: { logGroupName: sink.group.name, roleArn: sink.role.arn },
        textDataDeliveryEnabled: true,
        imageDataDeliveryEnabled: false,
        embeddingDataDeliveryEnabled: false,
        videoDataDeliveryEnabled: false,
      },
    },
    {
      ...opts,
      dependsOn: [sink.writable],
      hooks: { beforeCreate: [() => refuseExistingConfiguration(args, opts)] },
    },
  )
}

const CONFIGURATION = 'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration'

/**
 * Runs only before a first creation: afterwards the existing configuration is the stack's own.
 * @throws Error if the account has a configuration already
 */
export async function refuseExistingConfiguration(
  { account, region }: Pick<AccountLogArgs, 'account' | 'region'>,
  opts: pulumi.CustomResourceOptions,
): Promise<void> {
  const exists = await promiseOf(pulumi.runtime.existsResource(CONFIGURATION, region, {}, opts)).catch((cause) => {
    throw new Error(
      `Whether account ${account} has a model invocation logging configuration in ${region} already is not known, and none is ` +
        `overwritten. ${cause instanceof Error ? cause.message : cause}. Allow the deployer bedrock:GetModelInvocationLoggingConfiguration, ` +
        `use a Pulumi CLI that is as new as @pulumi/pulumi, or set modelInvocationLogging to false.`,
    )
  })
  if (!exists) return
  throw new Error(
    `Account ${account} has a model invocation logging configuration in ${region} already, and it is not overwritten. ` +
      `Leave it and set modelInvocationLogging to false, or have pulumi import take it over: ${CONFIGURATION}, whose id is ${region}.`,
  )
}

/**
 * Turns an output into a promise that also rejects. `apply` never reports a failure, and a deployment would wait for a hook for ever. The
 * runtime's types do not have these members. A rejection that nobody else awaits must not end the program.
 */
function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  const runtime = output as unknown as {
    promise(): Promise<T>
    readonly isKnown: Promise<boolean>
    readonly isSecret: Promise<boolean>
  }
  for (const other of [runtime.isKnown, runtime.isSecret]) other.catch(() => undefined)
  return runtime.promise()
}
