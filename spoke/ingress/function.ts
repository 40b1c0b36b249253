/** The tenant's gateway function and its execution role, in the hub's account. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { Tier } from '../../shared/compute.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { executionRoleName, functionName } from '../../shared/naming.ts'
import { policyText } from '../../shared/policies/document.ts'
import { executionRolePolicy, executionRoleTrustPolicy } from '../../shared/policies/execution-role.ts'
import type { GatewayEnvironment } from '../../shared/tenant.ts'
import type { TagMap } from '../tags.ts'
import type { TenantLog } from './log.ts'
import type { People } from './people-claim.ts'

export interface ExecutionRole {
  readonly role: aws.iam.Role
  /** The role's policy. Without it Lambda refuses to make the function, and cannot delete its network interfaces. */
  readonly policy: aws.iam.RolePolicy
}

export function executionRole(
  name: string,
  args: {
    readonly tenantId: string
    readonly hub: HubOutputs
    /** The only role that the function may assume. */
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
  /** Undefined if people sign in with the hub's user pool. */
  readonly people: People | undefined
  readonly hub: HubOutputs
  readonly tier: Tier
  readonly code: pulumi.asset.Archive
  /** `FILE.EXPORT` in the archive. */
  readonly handler: string
  readonly roleArn: pulumi.Input<string>
  readonly securityGroupId: pulumi.Input<string>
  readonly log: TenantLog
  readonly tags: TagMap
}

/** `opts.dependsOn` must contain the role's policy and the security group's rules. */
export function gatewayFunction(
  name: string,
  args: GatewayFunctionArgs,
  opts: pulumi.CustomResourceOptions & { readonly dependsOn: readonly pulumi.Resource[] },
): aws.lambda.Function {
  const { hub, tenantId, tier } = args
  const { group, subscription } = args.log
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
      environment: { variables: { ...gatewayEnvironment(args) } },
      vpcConfig: { subnetIds: hub.privateSubnets.map(({ id }) => id), securityGroupIds: [args.securityGroupId] },
      // A deleted function keeps its network interfaces, and with them their security group, for up to half an hour. So they are moved to
      // another group.
      replaceSecurityGroupsOnDestroy: true,
      replacementSecurityGroupIds: [hub.parkingSecurityGroupId],
      // People read this log, so of Lambda's own lines it has only warnings and errors.
      loggingConfig: {
        logFormat: 'JSON',
        logGroup: group.name,
        applicationLogLevel: 'INFO',
        systemLogLevel: 'WARN',
      },
      tags: args.tags,
    },
    { ...opts, dependsOn: [group, subscription, ...opts.dependsOn] },
  )
}

/** The gateway's environment variables, for a function and for tasks. */
export const gatewayEnvironment = ({
  hub,
  tenantId,
  people,
}: Pick<GatewayFunctionArgs, 'hub' | 'tenantId' | 'people'>): GatewayEnvironment => ({
  TENANT_ID: tenantId,
  TABLE_NAME: hub.tableName,
  ISSUER: people?.issuer ?? hub.issuer,
  CLIENT_ID: people?.audience ?? hub.userPoolClientId,
  ...(people && { PEOPLE_CLAIM: JSON.stringify(people.claim) }),
  ...(hub.keySet !== undefined && { KEY_SET: hub.keySet }),
  ...(hub.keySetsTableName !== undefined && { KEY_SETS_TABLE: hub.keySetsTableName }),
  ...(hub.usageTableName !== undefined && { USAGE_TABLE: hub.usageTableName }),
})
