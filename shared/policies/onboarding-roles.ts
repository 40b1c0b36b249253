/** Roles that a tenant's ingress makes: each with a boundary, with the tenant's tag, and for one service. */
import type { PolicyStatement } from './document.ts'
import { MADE_FOR_TENANT } from './onboarding-scope.ts'

export interface BoundedRoles {
  /** ARNs, each of which ends with the session's tenant. */
  readonly names: readonly string[]
  readonly boundaryArn: string
  /** The service to which the roles can be passed. */
  readonly service: 'lambda.amazonaws.com' | 'ecs-tasks.amazonaws.com'
}

/** A boundary can be set but never removed: there is no permission for `DeleteRolePermissionsBoundary`. */
export function boundedRoles({ names, boundaryArn, service }: BoundedRoles): readonly PolicyStatement[] {
  const role = names.length === 1 && names[0] !== undefined ? names[0] : names
  const bounded = { 'iam:PermissionsBoundary': boundaryArn }
  return [
    {
      // The boundary reads the role's tag, so the tag is required when a role is made.
      Sid: 'MakeBoundedRole',
      Effect: 'Allow',
      Action: 'iam:CreateRole',
      Resource: role,
      Condition: { StringEquals: { ...bounded, ...MADE_FOR_TENANT.StringEquals } },
    },
    {
      Sid: 'BoundedRole',
      Effect: 'Allow',
      Action: ['iam:DeleteRolePolicy', 'iam:PutRolePermissionsBoundary', 'iam:PutRolePolicy'],
      Resource: role,
      Condition: { StringEquals: bounded },
    },
    {
      Sid: 'OwnRole',
      Effect: 'Allow',
      Action: [
        'iam:DeleteRole',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListInstanceProfilesForRole',
        'iam:ListRolePolicies',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRoleDescription',
      ],
      Resource: role,
    },
    {
      Sid: 'TagOwnRole',
      Effect: 'Allow',
      Action: 'iam:TagRole',
      Resource: role,
      Condition: { StringEqualsIfExists: MADE_FOR_TENANT.StringEquals },
    },
    {
      Sid: 'UntagOwnRole',
      Effect: 'Allow',
      Action: 'iam:UntagRole',
      Resource: role,
      Condition: { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['tenant'] } },
    },
    {
      Sid: service === 'lambda.amazonaws.com' ? 'PassToLambda' : 'PassToTasks',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: role,
      Condition: { StringEquals: { 'iam:PassedToService': service } },
    },
  ]
}
