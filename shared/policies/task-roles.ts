/**
 * The two roles of a tenant's tasks on Fargate, in the hub account: the task role, as which the gateway calls AWS, and the task
 * execution role, with which Fargate pulls the image and writes the log. Neither has rights over network interfaces: a task's is
 * made by the service-linked role of ECS, and no condition could keep such rights from the code (`lambda:SourceFunctionArn` is of
 * functions only).
 */
import { roleArn, tenantRoleName } from '../naming.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'
import { fromHubOnly, ownItems, ownLogs, ownTenantRole } from './execution-role.ts'

/**
 * Fargate becomes the task role on behalf of the hub's account and region only: AWS's own advice against a confused deputy
 * (Amazon ECS developer guide, "Task IAM role"), which has no narrower ARN than that of anything of ECS.
 */
export function taskRoleTrustPolicy({
  account,
  region,
}: {
  readonly account: string
  readonly region: string
}): PolicyDocument {
  return policy({
    ...forTasks,
    Condition: {
      ArnLike: { 'aws:SourceArn': `arn:aws:ecs:${region}:${account}:*` },
      StringEquals: { 'aws:SourceAccount': account },
    },
  })
}

/** Without a condition: that ECS says on whose behalf it becomes this role is promised for the task role only. */
export const taskExecutionRoleTrustPolicy = (): PolicyDocument => policy(forTasks)

const forTasks: PolicyStatement = {
  Sid: 'Tasks',
  Effect: 'Allow',
  Principal: { Service: 'ecs-tasks.amazonaws.com' },
  Action: 'sts:AssumeRole',
}

export interface TaskRoleScope {
  readonly tenantId: string
  /** The one role that the tasks may assume, in the tenant's account. */
  readonly tenantRoleArn: string
  readonly tableArn: string
  readonly keySetsTableArn?: string | undefined
  readonly usageTableArn?: string | undefined
  /** The hub's VPC. */
  readonly vpcId: string
}

/** May assume one role, read its own tenant's items and count what it uses, all from the hub's VPC only. */
export const taskRolePolicy = (scope: TaskRoleScope): PolicyDocument =>
  policy(
    ...ownTenantRole(scope.tenantRoleArn, scope.tenantId),
    ...ownItems({ ...scope, tenant: scope.tenantId }),
    fromHubOnly(scope.vpcId),
  )

export interface TaskExecutionRoleScope {
  /** The hub's account. */
  readonly account: string
  readonly region: string
  readonly tenantId: string
  readonly repositoryArn: string
  readonly vpcId: string
}

/** May pull the gateway's image, from the hub's VPC only, and write the tenant's own log. */
export const taskExecutionRolePolicy = (scope: TaskExecutionRoleScope): PolicyDocument =>
  policy(...pull(scope), ownLogs({ ...scope, tenant: scope.tenantId }))

/**
 * Bounds every role of tasks that is made through the onboarding role, whatever its policy says. One policy for all tenants and
 * both roles: the tenant is read from the role's own tag, and who may assume a tenant's role is also said by that role.
 */
export function taskBoundary(args: {
  readonly account: string
  readonly region: string
  readonly tableArn: string
  readonly keySetsTableArn?: string | undefined
  readonly usageTableArn?: string | undefined
  readonly repositoryArn: string
  readonly vpcId: string
}): PolicyDocument {
  const tenant = `\${aws:PrincipalTag/tenant}`
  return policy(
    {
      Sid: 'OwnTenantRole',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Resource: roleArn('*', tenantRoleName(tenant)),
    },
    ...ownItems({ ...args, tenant }),
    ...pull(args),
    ownLogs({ ...args, tenant }),
    fromHubOnly(args.vpcId),
  )
}

/**
 * Layers and manifests go through the task's own interface, and so carry the VPC; the authorization token is asked for through
 * an interface of Fargate's (Amazon ECS developer guide, "Fargate tasks pulling Amazon ECR images over interface endpoints").
 * With the token alone nothing can be pulled.
 */
const pull = ({
  repositoryArn,
  vpcId,
}: {
  readonly repositoryArn: string
  readonly vpcId: string
}): readonly PolicyStatement[] => [
  {
    Sid: 'PullImage',
    Effect: 'Allow',
    Action: PULL_ACTIONS,
    Resource: repositoryArn,
    Condition: { StringEquals: { 'aws:SourceVpc': vpcId } },
  },
  { Sid: 'AskForToken', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
]

export const PULL_ACTIONS = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']
