/** Roles that a tenant's ingress makes: under a boundary, with the tenant's tag, for one service. */
import type { PolicyStatement } from './document.ts'
import { MADE_FOR_TENANT } from './onboarding-scope.ts'

export interface BoundedRoles {
  /** ARNs, each with the session's tenant at its end. */
  readonly names: readonly string[]
  readonly boundaryArn: string
  /** To which they can be passed. */
  readonly service: 'lambda.amazonaws.com' | 'ecs-tasks.amazonaws.com'
}

/** The boundary can be put on, never taken off: there is no `DeleteRolePermissionsBoundary`. */
export function boundedRoles({ names, boundaryArn, service }: BoundedRoles): readonly PolicyStatement[] {
  const role = names.length === 1 && names[0] !== undefined ? names[0] : names
  const bounded = { 'iam:PermissionsBoundary': boundaryArn }
  return [
    {
      // The boundary reads the role's tag, so a role without the tenant's tag cannot be made.
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
