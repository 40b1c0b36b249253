/** The tenant's function: execution role, log group, function. */
import { alarmName, executionRoleName, functionLogGroupName, functionName, roleArn } from '../naming.ts'
import type { PolicyStatement } from './document.ts'
import { boundedRoles } from './onboarding-roles.ts'
import { type OnboardingScope, TENANT } from './onboarding-scope.ts'

export function executionRole({ account, permissionsBoundaryArn }: OnboardingScope): readonly PolicyStatement[] {
  return boundedRoles({
    names: [roleArn(account, executionRoleName(TENANT))],
    boundaryArn: permissionsBoundaryArn,
    service: 'lambda.amazonaws.com',
  })
}

export function logGroup({ account, region }: OnboardingScope): readonly PolicyStatement[] {
  const group = `arn:aws:logs:${region}:${account}:log-group:${functionLogGroupName(TENANT)}`
  return [
    {
      Sid: 'OwnLogGroup',
      Effect: 'Allow',
      Action: [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteMetricFilter',
        'logs:DeleteRetentionPolicy',
        'logs:DeleteSubscriptionFilter',
        'logs:DescribeMetricFilters',
        'logs:DescribeSubscriptionFilters',
        'logs:PutMetricFilter',
        'logs:PutRetentionPolicy',
        // Only to a function that lets CloudWatch Logs invoke it for this group, which is the hub's audit function.
        'logs:PutSubscriptionFilter',
        'logs:TagResource',
      ],
      // The ARN against which CloudWatch Logs checks all calls except those for tags.
      Resource: `${group}:*`,
    },
    {
      Sid: 'OwnLogGroupTags',
      Effect: 'Allow',
      Action: ['logs:ListTagsForResource', 'logs:TagResource', 'logs:UntagResource'],
      Resource: group,
    },
  ]
}

/** Names end with the tenant's id, and an id has no hyphen, so one tenant's pattern never matches another's alarm. */
export function alarms({ account, region }: OnboardingScope): readonly PolicyStatement[] {
  return [
    {
      Sid: 'OwnAlarms',
      Effect: 'Allow',
      Action: [
        'cloudwatch:DeleteAlarms',
        'cloudwatch:ListTagsForResource',
        'cloudwatch:PutMetricAlarm',
        'cloudwatch:TagResource',
        'cloudwatch:UntagResource',
      ],
      Resource: `arn:aws:cloudwatch:${region}:${account}:alarm:${alarmName('*', TENANT)}`,
    },
  ]
}

/** In the hub's private subnets only. A request for an update that does not change the network lacks these keys. */
export function lambdaFunction({
  account,
  region,
  vpcId,
  privateSubnetIds,
}: OnboardingScope): readonly PolicyStatement[] {
  const resource = `arn:aws:lambda:${region}:${account}:function:${functionName(TENANT)}`
  const inPrivateSubnets = { 'ForAllValues:StringEquals': { 'lambda:SubnetIds': privateSubnetIds } }
  return [
    {
      Sid: 'MakeFunction',
      Effect: 'Allow',
      Action: 'lambda:CreateFunction',
      Resource: resource,
      Condition: { StringEquals: { 'lambda:VpcIds': vpcId }, ...inPrivateSubnets },
    },
    {
      Sid: 'ConfigureFunction',
      Effect: 'Allow',
      Action: 'lambda:UpdateFunctionConfiguration',
      Resource: resource,
      Condition: { StringEqualsIfExists: { 'lambda:VpcIds': vpcId }, ...inPrivateSubnets },
    },
    {
      Sid: 'LetLoadBalancerInvoke',
      Effect: 'Allow',
      Action: 'lambda:AddPermission',
      Resource: resource,
      Condition: { StringEquals: { 'lambda:Principal': 'elasticloadbalancing.amazonaws.com' } },
    },
    {
      Sid: 'OwnFunction',
      Effect: 'Allow',
      Action: [
        'lambda:DeleteFunction',
        'lambda:DeleteFunctionConcurrency',
        'lambda:GetFunction',
        'lambda:GetFunctionCodeSigningConfig',
        'lambda:GetFunctionConcurrency',
        'lambda:GetFunctionConfiguration',
        'lambda:GetPolicy',
        'lambda:ListVersionsByFunction',
        'lambda:PutFunctionConcurrency',
        'lambda:RemovePermission',
        'lambda:TagResource',
        'lambda:UntagResource',
        'lambda:UpdateFunctionCode',
      ],
      Resource: resource,
    },
  ]
}
