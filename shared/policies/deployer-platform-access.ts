/** Permissions for roles, policies, and the share with the tenants' accounts. */
import { PREFIX } from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import { type DeployerScope, manageRoles, passRoles } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

/** Permissions for roles, the onboarding role's policies and the tenants' boundary among them: whoever has these is trusted with the hub. */
export function access(scope: DeployerScope): readonly PolicyStatement[] {
  const iam = (...names: readonly string[]) => of('iam', ...names)
  const arn = (kind: string) => `arn:aws:iam::${scope.account}:${kind}/${PREFIX}-*`
  return [
    manageRoles(scope),
    allow(
      'HubsRoles',
      iam('AttachRolePolicy', 'DeleteRolePermissionsBoundary', 'DetachRolePolicy', 'PutRolePermissionsBoundary'),
      arn('role'),
    ),
    passRoles(scope, ['ec2.amazonaws.com', 'lambda.amazonaws.com', 'vpc-flow-logs.amazonaws.com']),
    allow(
      'Policies',
      [
        ...iam('CreatePolicy', 'CreatePolicyVersion', 'DeletePolicy', 'DeletePolicyVersion', 'GetPolicy'),
        ...iam('GetPolicyVersion', 'ListPolicyVersions', 'TagPolicy', 'UntagPolicy'),
      ],
      arn('policy'),
    ),
    allow(
      'ClientProfile',
      [
        ...iam('AddRoleToInstanceProfile', 'CreateInstanceProfile', 'DeleteInstanceProfile', 'GetInstanceProfile'),
        ...iam('RemoveRoleFromInstanceProfile', 'TagInstanceProfile', 'UntagInstanceProfile'),
      ],
      arn('instance-profile'),
    ),
  ]
}

export const sharing = ({ account, region }: DeployerScope): readonly PolicyStatement[] => [
  allow('LookAtShares', ['ram:GetResourceShareAssociations', 'ram:GetResourceShares']),
  allow('MakeShare', ['ram:CreateResourceShare']),
  allow(
    'Share',
    of(
      'ram',
      'AssociateResourceShare',
      'DeleteResourceShare',
      'DisassociateResourceShare',
      'ListResourceSharePermissions',
      'TagResource',
      'UntagResource',
      'UpdateResourceShare',
    ),
    `arn:aws:ram:${region}:${account}:resource-share/*`,
  ),
]
