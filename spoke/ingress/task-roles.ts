/** The two roles of a tenant's tasks, in the hub's account. shared/policies/task-roles.ts says what each may do. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { HubFargate, HubOutputs } from '../../shared/contract.ts'
import { taskExecutionRoleName, taskRoleName } from '../../shared/naming.ts'
import { type PolicyDocument, policyText } from '../../shared/policies/document.ts'
import {
  taskExecutionRolePolicy,
  taskExecutionRoleTrustPolicy,
  taskRolePolicy,
  taskRoleTrustPolicy,
} from '../../shared/policies/task-roles.ts'
import type { TagMap } from '../tags.ts'

export interface TaskRoles {
  readonly taskRole: aws.iam.Role
  readonly taskExecutionRole: aws.iam.Role
  readonly policies: readonly aws.iam.RolePolicy[]
}

export interface TaskRolesArgs {
  readonly tenantId: string
  readonly hub: HubOutputs
  readonly fargate: HubFargate
  /** The only role that the tasks may assume. */
  readonly tenantRoleArn: string
  readonly tags: TagMap
}

export function taskRoles(name: string, args: TaskRolesArgs, opts: pulumi.CustomResourceOptions): TaskRoles {
  const { tenantId, hub, fargate } = args
  const scope = { ...hub, ...fargate, tenantId, tenantRoleArn: args.tenantRoleArn }
  const task = role(
    `${name}-task`,
    {
      ...args,
      name: taskRoleName(tenantId),
      description: `Gateway tasks of ${tenantId}`,
      trust: taskRoleTrustPolicy(hub),
      policyName: 'gateway',
      policy: taskRolePolicy(scope),
    },
    opts,
  )
  const execution = role(
    `${name}-task-execution`,
    {
      ...args,
      name: taskExecutionRoleName(tenantId),
      description: `Starts the gateway tasks of ${tenantId}`,
      trust: taskExecutionRoleTrustPolicy(),
      policyName: 'start',
      policy: taskExecutionRolePolicy(scope),
    },
    opts,
  )
  return { taskRole: task.role, taskExecutionRole: execution.role, policies: [task.policy, execution.policy] }
}

interface RoleArgs extends TaskRolesArgs {
  readonly name: string
  readonly description: string
  readonly trust: PolicyDocument
  readonly policyName: string
  readonly policy: PolicyDocument
}

function role(logicalName: string, args: RoleArgs, opts: pulumi.CustomResourceOptions) {
  const made = new aws.iam.Role(
    logicalName,
    {
      name: args.name,
      description: args.description,
      assumeRolePolicy: policyText('trust', `the trust policy of ${args.name}`, args.trust, 'Shorten the tenant id.'),
      permissionsBoundary: args.fargate.taskBoundaryArn,
      // The boundary reads the `tenant` tag.
      tags: args.tags,
    },
    opts,
  )
  const policy = new aws.iam.RolePolicy(
    logicalName,
    {
      name: args.policyName,
      role: made.name,
      policy: policyText('inline', `the policy of ${args.name}`, args.policy, 'Shorten the tenant id.'),
    },
    opts,
  )
  return { role: made, policy }
}
