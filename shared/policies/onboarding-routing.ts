/** What leads requests to the tenant's gateway: target group, listener rule, table items, group of users. */
import { targetGroupName } from '../naming.ts'
import type { PolicyStatement } from './document.ts'
import { MADE_FOR_TENANT, OF_TENANT, type OnboardingScope, TENANT } from './onboarding-scope.ts'

export function targetGroup({ account, region }: OnboardingScope): readonly PolicyStatement[] {
  const resource = `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${targetGroupName(TENANT)}/*`
  return [
    {
      Sid: 'OwnTargetGroup',
      Effect: 'Allow',
      Action: [
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:CreateTargetGroup',
        'elasticloadbalancing:DeleteTargetGroup',
        'elasticloadbalancing:DeregisterTargets',
        'elasticloadbalancing:ModifyTargetGroupAttributes',
        'elasticloadbalancing:RegisterTargets',
        'elasticloadbalancing:RemoveTags',
      ],
      Resource: resource,
    },
  ]
}

/** On the tenants' listener only. `SetRulePriorities` is not allowed, because one tenant could put its rule before another's. */
export function listenerRule({ listenerArn }: OnboardingScope): readonly PolicyStatement[] {
  // arn:…:listener/app/NAME/LB_ID/LISTENER_ID → arn:…:listener-rule/app/NAME/LB_ID/LISTENER_ID/RULE_ID
  const rules = `${listenerArn.replace(':listener/', ':listener-rule/')}/*`
  return [
    {
      Sid: 'MakeRule',
      Effect: 'Allow',
      Action: 'elasticloadbalancing:CreateRule',
      Resource: listenerArn,
      Condition: MADE_FOR_TENANT,
    },
    {
      Sid: 'TagMadeRule',
      Effect: 'Allow',
      Action: 'elasticloadbalancing:AddTags',
      Resource: rules,
      Condition: {
        StringEquals: { 'elasticloadbalancing:CreateAction': 'CreateRule', ...MADE_FOR_TENANT.StringEquals },
      },
    },
    {
      Sid: 'OwnRule',
      Effect: 'Allow',
      Action: ['elasticloadbalancing:DeleteRule', 'elasticloadbalancing:ModifyRule'],
      Resource: rules,
      Condition: OF_TENANT,
    },
    {
      Sid: 'TagOwnRule',
      Effect: 'Allow',
      Action: 'elasticloadbalancing:AddTags',
      Resource: rules,
      Condition: { ...OF_TENANT, StringEqualsIfExists: MADE_FOR_TENANT.StringEquals },
    },
    {
      Sid: 'UntagOwnRule',
      Effect: 'Allow',
      Action: 'elasticloadbalancing:RemoveTags',
      Resource: rules,
      Condition: { ...OF_TENANT, 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['tenant'] } },
    },
  ]
}

/** The tenant's items, and its group of users. (A group has no ARN of its own, so the permission is for the user pool.) */
export function tenantRecords({ tableArn, userPoolArn }: OnboardingScope): readonly PolicyStatement[] {
  return [
    {
      Sid: 'OwnItems',
      Effect: 'Allow',
      Action: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Resource: tableArn,
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [TENANT] } },
    },
    { Sid: 'DescribeTable', Effect: 'Allow', Action: 'dynamodb:DescribeTable', Resource: tableArn },
    {
      Sid: 'UserGroups',
      Effect: 'Allow',
      Action: ['cognito-idp:CreateGroup', 'cognito-idp:DeleteGroup', 'cognito-idp:GetGroup', 'cognito-idp:UpdateGroup'],
      Resource: userPoolArn,
    },
  ]
}

/** The key sets of a tenant's issuers are fetched during its deployment. An invocation of the function can only say whose key sets to fetch. */
export const keySets = ({ keySetsFunctionArn }: OnboardingScope): readonly PolicyStatement[] =>
  keySetsFunctionArn === undefined
    ? []
    : [{ Sid: 'FetchKeySets', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: keySetsFunctionArn }]
