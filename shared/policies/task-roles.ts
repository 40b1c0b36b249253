/**
 * The two roles of a tenant's tasks on Fargate, in the hub account: the task role, with which the gateway calls AWS, and the task execution
 * role, with which Fargate pulls the image and writes the log. Neither may make network interfaces: ECS's service-linked role makes a task's
 * interface, and no condition could deny such permissions to the task's own code (`lambda:SourceFunctionArn` exists for functions only).
 */
import { roleArn, tenantRoleName } from '../naming.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'
import { fromHubOnly, ownItems, ownLogs, ownTenantRole } from './execution-role.ts'

/**
 * Fargate may assume the task role only on behalf of the hub's account and region. AWS advises this against a confused deputy (Amazon ECS
 * developer guide, "Task IAM role"), and has no narrower ARN than that of all of ECS's resources.
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

/** Without a condition: AWS documents the keys for the task role only. */
export const taskExecutionRoleTrustPolicy = (): PolicyDocument => policy(forTasks)

const forTasks: PolicyStatement = {
  Sid: 'Tasks',
  Effect: 'Allow',
  Principal: { Service: 'ecs-tasks.amazonaws.com' },
  Action: 'sts:AssumeRole',
}

export interface TaskRoleScope {
  readonly tenantId: string
  /** The only role that the tasks may assume, in the tenant's account. */
  readonly tenantRoleArn: string
  readonly tableArn: string
  readonly keySetsTableArn?: string | undefined
  readonly usageTableArn?: string | undefined
  /** The hub's VPC. */
  readonly vpcId: string
}

/** May assume one role, read its own tenant's items and count its use, all from the hub's VPC only. */
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
 * The boundary of every task role and task execution role that is made through the onboarding role, whatever its policy says. One policy serves
 * all tenants and both roles: it reads the tenant from the role's own tag; and a tenant's role itself also says who may assume it.
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
 * Layers and manifests are fetched through the task's own interface, so these requests have the VPC's key. The authorisation token is fetched
 * through an interface of Fargate's (Amazon ECS developer guide, "Fargate tasks pulling Amazon ECR images over interface endpoints"). The token
 * alone does not allow to pull anything.
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
