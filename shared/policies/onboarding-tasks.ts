/** The tenant's tasks on Fargate: roles, task definition, service, scaling, target group, and reading the image's digest. */
import {
  clusterName,
  roleArn,
  serviceName,
  taskExecutionRoleName,
  taskRoleName,
  tasksTargetGroupName,
} from '../naming.ts'
import type { PolicyStatement } from './document.ts'
import { boundedRoles } from './onboarding-roles.ts'
import { MADE_FOR_TENANT, OF_TENANT, type OnboardingScope, TENANT } from './onboarding-scope.ts'

/** The hub's resources to which the permissions for tasks are restricted. */
export interface TasksScope {
  readonly clusterArn: string
  readonly repositoryArn: string
  readonly taskBoundaryArn: string
}

export const taskRoles = ({ account }: OnboardingScope, { taskBoundaryArn }: TasksScope): readonly PolicyStatement[] =>
  boundedRoles({
    names: [taskRoleName, taskExecutionRoleName].map((name) => roleArn(account, name(TENANT))),
    boundaryArn: taskBoundaryArn,
    service: 'ecs-tasks.amazonaws.com',
  })

/**
 * Task definitions are never deregistered (`skipDestroy`): AWS has no resource for `DeregisterTaskDefinition`, so whoever may call it may
 * deregister any definition.
 */
export function taskDefinition({ account, region }: OnboardingScope): readonly PolicyStatement[] {
  const resource = `arn:aws:ecs:${region}:${account}:task-definition/${serviceName(TENANT)}:*`
  return [
    {
      Sid: 'RegisterTask',
      Effect: 'Allow',
      Action: 'ecs:RegisterTaskDefinition',
      Resource: resource,
      Condition: MADE_FOR_TENANT,
    },
    { Sid: 'ReadTask', Effect: 'Allow', Action: 'ecs:DescribeTaskDefinition', Resource: '*' },
    {
      Sid: 'TagTask',
      Effect: 'Allow',
      Action: ['ecs:TagResource', 'ecs:UntagResource'],
      Resource: resource,
    },
  ]
}

/**
 * In the hub's cluster and private subnets only, with the tenant's own task definition, without public addresses and without a shell in tasks. A
 * request for an update that does not change one of these lacks its key.
 */
export function service(
  { account, region, privateSubnetIds }: OnboardingScope,
  { clusterArn }: TasksScope,
): readonly PolicyStatement[] {
  const name = `${clusterName}/${serviceName(TENANT)}`
  const resource = `arn:aws:ecs:${region}:${account}:service/${name}`
  const ownTasks = {
    'ecs:task-definition': `arn:aws:ecs:${region}:${account}:task-definition/${serviceName(TENANT)}:*`,
  }
  const inPrivateSubnets = { 'ForAllValues:StringEquals': { 'ecs:subnet': privateSubnetIds } }
  const closed = { 'ecs:enable-execute-command': 'false' }
  const noPublicAddress = { 'ecs:auto-assign-public-ip': 'false' }
  return [
    {
      Sid: 'MakeService',
      Effect: 'Allow',
      Action: 'ecs:CreateService',
      Resource: resource,
      Condition: {
        ArnEquals: { 'ecs:cluster': clusterArn },
        ArnLike: ownTasks,
        BoolIfExists: noPublicAddress,
        StringEqualsIfExists: closed,
        ...inPrivateSubnets,
        StringEquals: MADE_FOR_TENANT.StringEquals,
      },
    },
    {
      Sid: 'ChangeService',
      Effect: 'Allow',
      Action: 'ecs:UpdateService',
      Resource: resource,
      Condition: {
        ArnEquals: { 'ecs:cluster': clusterArn },
        ArnLikeIfExists: ownTasks,
        BoolIfExists: noPublicAddress,
        StringEqualsIfExists: closed,
        ...inPrivateSubnets,
      },
    },
    {
      Sid: 'OwnService',
      Effect: 'Allow',
      Action: [
        'ecs:DeleteService',
        'ecs:DescribeServices',
        'ecs:ListServiceDeployments',
        'ecs:TagResource',
        'ecs:UntagResource',
      ],
      Resource: resource,
    },
    // The provider follows a deployment until it has ended.
    {
      Sid: 'FollowDeployment',
      Effect: 'Allow',
      Action: 'ecs:DescribeServiceDeployments',
      Resource: [resource, `arn:aws:ecs:${region}:${account}:service-deployment/${name}/*`],
    },
  ]
}

/**
 * AWS numbers scalable targets itself, and no condition key has a service's name. So targets are restricted by their tag: a new one must have
 * the tenant's tag, and only its own tenant may change an existing one. No condition says whose service a new target scales (docs/isolation.md).
 * CloudWatch makes the alarms with the permissions of the caller who makes the scaling policy.
 */
export function scaling({ account, region }: OnboardingScope): readonly PolicyStatement[] {
  const ofServices = {
    StringEquals: {
      'application-autoscaling:service-namespace': 'ecs',
      'application-autoscaling:scalable-dimension': 'ecs:service:DesiredCount',
    },
  }
  const targets = `arn:aws:application-autoscaling:${region}:${account}:scalable-target/*`
  return [
    {
      Sid: 'NewScaling',
      Effect: 'Allow',
      Action: 'application-autoscaling:RegisterScalableTarget',
      Resource: targets,
      Condition: {
        StringEquals: { ...ofServices.StringEquals, ...MADE_FOR_TENANT.StringEquals },
        Null: { 'aws:ResourceTag/tenant': 'true' },
      },
    },
    {
      Sid: 'OwnScaling',
      Effect: 'Allow',
      Action: [
        'application-autoscaling:DeleteScalingPolicy',
        'application-autoscaling:DeregisterScalableTarget',
        'application-autoscaling:PutScalingPolicy',
        'application-autoscaling:RegisterScalableTarget',
      ],
      Resource: targets,
      Condition: { StringEquals: { ...ofServices.StringEquals, ...OF_TENANT.StringEquals } },
    },
    {
      Sid: 'TagNewScaling',
      Effect: 'Allow',
      Action: 'application-autoscaling:TagResource',
      Resource: targets,
      Condition: { ...MADE_FOR_TENANT, Null: { 'aws:ResourceTag/tenant': 'true' } },
    },
    {
      Sid: 'TagOwnScaling',
      Effect: 'Allow',
      Action: ['application-autoscaling:TagResource', 'application-autoscaling:UntagResource'],
      Resource: targets,
      Condition: OF_TENANT,
    },
    {
      Sid: 'ReadScaling',
      Effect: 'Allow',
      Action: ['application-autoscaling:DescribeScalableTargets', 'application-autoscaling:DescribeScalingPolicies'],
      Resource: '*',
    },
    // The provider reads the tags of every target that it reads.
    {
      Sid: 'ReadScalingTags',
      Effect: 'Allow',
      Action: 'application-autoscaling:ListTagsForResource',
      Resource: targets,
    },
    {
      Sid: 'ScalingAlarms',
      Effect: 'Allow',
      Action: ['cloudwatch:DeleteAlarms', 'cloudwatch:PutMetricAlarm'],
      Resource: `arn:aws:cloudwatch:${region}:${account}:alarm:TargetTracking-service/${clusterName}/${serviceName(TENANT)}-*`,
    },
    {
      Sid: 'FirstScaling',
      Effect: 'Allow',
      Action: 'iam:CreateServiceLinkedRole',
      Resource: `arn:aws:iam::${account}:role/aws-service-role/${SCALING_SERVICE}/*`,
      Condition: { StringEquals: { 'iam:AWSServiceName': SCALING_SERVICE } },
    },
  ]
}

const SCALING_SERVICE = 'ecs.application-autoscaling.amazonaws.com'

/** Registering targets is not allowed: ECS does it, with its own service-linked role and the addresses of the service's tasks. */
export function tasksTargetGroup({ account, region }: OnboardingScope): readonly PolicyStatement[] {
  return [
    {
      Sid: 'TasksTargetGroup',
      Effect: 'Allow',
      Action: [
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:CreateTargetGroup',
        'elasticloadbalancing:DeleteTargetGroup',
        'elasticloadbalancing:ModifyTargetGroup',
        'elasticloadbalancing:ModifyTargetGroupAttributes',
        'elasticloadbalancing:RemoveTags',
      ],
      Resource: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${tasksTargetGroupName(TENANT)}/*`,
    },
  ]
}

/** Before anything is made, the preflight looks up whether the image of this version exists. */
export const lookAtImage = ({ repositoryArn }: TasksScope): readonly PolicyStatement[] => [
  {
    Sid: 'LookAtImage',
    Effect: 'Allow',
    Action: ['ecr:DescribeImages', 'ecr:DescribeRepositories'],
    Resource: repositoryArn,
  },
]
