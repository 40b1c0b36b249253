/** The tenant's gateway function and the role that it runs as, in the hub account. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { LINES } from '../shared/audit-line.ts'
import type { HubOutputs } from '../shared/contract.ts'
import { executionRoleName, functionLogGroupName, functionName } from '../shared/naming.ts'
import { policyText } from '../shared/policies/document.ts'
import { executionRolePolicy, executionRoleTrustPolicy } from '../shared/policies/execution-role.ts'
import type { Tier } from '../shared/settings.ts'
import type { GatewayEnvironment } from '../shared/tenant.ts'
import type { TagMap } from './tags.ts'

/** A line a request, without prompt and token. What an auditor needs of it is in the hub's trail as well, and stays there. */
const RETENTION_DAYS = 365

export interface ExecutionRole {
  readonly role: aws.iam.Role
  /** Without it, Lambda refuses to make the function, and cannot delete its interfaces. */
  readonly policy: aws.iam.RolePolicy
}

export function executionRole(
  name: string,
  args: {
    readonly tenantId: string
    readonly hub: HubOutputs
    /** The one role that the function may assume. */
    readonly tenantRoleArn: string
    readonly tags: TagMap
  },
  opts: pulumi.CustomResourceOptions,
): ExecutionRole {
  const { hub, tenantId } = args
  const role = new aws.iam.Role(
    name,
    {
      name: executionRoleName(tenantId),
      description: `Gateway function of ${tenantId}`,
      assumeRolePolicy: JSON.stringify(executionRoleTrustPolicy()),
      permissionsBoundary: hub.permissionsBoundaryArn,
      // The boundary reads the `tenant` tag.
      tags: args.tags,
    },
    opts,
  )
  const policy = new aws.iam.RolePolicy(
    name,
    {
      name: 'gateway',
      role: role.name,
      policy: policyText(
        'inline',
        `the policy of ${executionRoleName(tenantId)}`,
        executionRolePolicy({ ...hub, hubAccount: hub.account, tenantId, tenantRoleArn: args.tenantRoleArn }),
        'Shorten the tenant id.',
      ),
    },
    opts,
  )
  return { role, policy }
}

export interface GatewayFunctionArgs {
  readonly tenantId: string
  readonly hub: HubOutputs
  readonly tier: Tier
  readonly code: pulumi.asset.Archive
  /** `FILE.EXPORT` in the archive. */
  readonly handler: string
  readonly roleArn: pulumi.Input<string>
  readonly securityGroupId: pulumi.Input<string>
  readonly tags: TagMap
}

/** `opts.dependsOn`: the role's policy and the security group's rules. */
export function gatewayFunction(
  name: string,
  args: GatewayFunctionArgs,
  opts: pulumi.CustomResourceOptions & { readonly dependsOn: readonly pulumi.Resource[] },
): aws.lambda.Function {
  const { hub, tenantId, tier } = args
  const { dependsOn, ...child } = opts
  const logGroup = new aws.cloudwatch.LogGroup(
    name,
    { name: functionLogGroupName(tenantId), retentionInDays: RETENTION_DAYS, tags: args.tags },
    child,
  )
  const subscription = new aws.cloudwatch.LogSubscriptionFilter(
    name,
    {
      name: 'audit',
      logGroup: logGroup.name,
      filterPattern: LINES.decided,
      destinationArn: hub.auditFunctionArn,
    },
    child,
  )
  return new aws.lambda.Function(
    name,
    {
      name: functionName(tenantId),
      description: `Gateway of ${tenantId}`,
      runtime: 'nodejs24.x',
      architectures: ['arm64'],
      handler: args.handler,
      code: args.code,
      role: args.roleArn,
      memorySize: tier.memoryMegabytes,
      timeout: tier.timeoutSeconds,
      reservedConcurrentExecutions: tier.reservedConcurrency,
      environment: { variables: { ...environment(hub, tenantId) } },
      vpcConfig: { subnetIds: hub.privateSubnets.map(({ id }) => id), securityGroupIds: [args.securityGroupId] },
      // A deleted function keeps its interfaces, and with them their group, for up to half an hour: park them elsewhere.
      replaceSecurityGroupsOnDestroy: true,
      replacementSecurityGroupIds: [hub.parkingSecurityGroupId],
      // The group is read by people: of the platform's own lines only warnings and errors.
      loggingConfig: {
        logFormat: 'JSON',
        logGroup: logGroup.name,
        applicationLogLevel: 'INFO',
        systemLogLevel: 'WARN',
      },
      tags: args.tags,
    },
    // The group is made first, so that Lambda does not make one of its own, without retention. So is the subscription: no line
    // is printed before it is there, and when the tenant goes, none after it is gone.
    { ...child, dependsOn: [logGroup, subscription, ...dependsOn] },
  )
}

function environment(hub: HubOutputs, tenantId: string): GatewayEnvironment {
  return {
    TENANT_ID: tenantId,
    TABLE_NAME: hub.tableName,
    ISSUER: hub.issuer,
    CLIENT_ID: hub.userPoolClientId,
    ...(hub.keySet !== undefined && { KEY_SET: hub.keySet }),
    ...(hub.keySetsTableName !== undefined && { KEY_SETS_TABLE: hub.keySetsTableName }),
  }
}
