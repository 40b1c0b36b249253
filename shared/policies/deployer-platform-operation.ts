/** Permissions for the project's commands. */
import { auditLogGroupName, onboardingRoleName, PREFIX, roleArn, tableName, usageTableName } from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import type { DeployerScope } from './deployer-tenant.ts'
import { DOCTOR_ROLE } from './doctor.ts'
import type { PolicyStatement } from './document.ts'
import { GUARDRAIL_ROLE } from './guardrail-enforcement.ts'
import { SECRETS_ROLE } from './machine-secrets.ts'
import { USAGE_ROLE } from './reconcile.ts'

/** Permissions for the project's commands, and for assuming the roles that deploy tenants. */
export function operation({ account, region }: DeployerScope): readonly PolicyStatement[] {
  return [
    allow(
      'DeployTenants',
      ['sts:AssumeRole', 'sts:TagSession'],
      [
        roleArn(account, onboardingRoleName),
        roleArn('*', `${PREFIX}-deployer`),
        // In an account that tenants share, each tenant has a role of its own.
        roleArn('*', `${PREFIX}-deployer-*`),
      ],
    ),
    // For `genai doctor` and `genai usage reconcile`: roles in every account that only read.
    allow('AskBefore', ['sts:AssumeRole'], [roleArn('*', DOCTOR_ROLE), roleArn('*', USAGE_ROLE)]),
    // For `genai tenant guardrail`, which affects every call of a tenant's account.
    allow('EnforceGuardrails', ['sts:AssumeRole'], roleArn('*', GUARDRAIL_ROLE)),
    // `genai tenant machine add --secrets-manager`: the secrets of a tenant's machines.
    allow('KeepMachineSecrets', ['sts:AssumeRole'], roleArn('*', SECRETS_ROLE)),
    allow(
      'TenantsUsers',
      of(
        'cognito-idp',
        'AddUserPoolClientSecret',
        'AdminAddUserToGroup',
        'AdminConfirmSignUp',
        'AdminCreateUser',
        'AdminDeleteUser',
        'AdminDisableUser',
        'AdminEnableUser',
        'AdminGetUser',
        'AdminRemoveUserFromGroup',
        'AdminSetUserMFAPreference',
        'AdminSetUserPassword',
        'AdminUserGlobalSignOut',
        'DeleteUserPoolClientSecret',
        'ListUserPoolClientSecrets',
        'ListUserPoolClients',
        'CreateUserPoolClient',
        'DeleteUserPoolClient',
        'ListUsersInGroup',
      ),
      `arn:aws:cognito-idp:${region}:${account}:userpool/*`,
    ),
    allow(
      'TenantsItems',
      ['dynamodb:Query', 'dynamodb:Scan', 'dynamodb:UpdateItem'],
      `arn:aws:dynamodb:${region}:${account}:table/${tableName}`,
    ),
    // For accepting and rejecting the endpoints of partners.
    allow(
      'PartnersConnections',
      of('ec2', 'AcceptVpcEndpointConnections', 'RejectVpcEndpointConnections'),
      `arn:aws:ec2:${region}:${account}:vpc-endpoint-service/*`,
    ),
    // For reading what is left of a tenant's limits.
    allow('ReadCounters', ['dynamodb:GetItem'], `arn:aws:dynamodb:${region}:${account}:table/${usageTableName}`),
    allow('ReadTrail', ['logs:FilterLogEvents'], `arn:aws:logs:${region}:${account}:log-group:${auditLogGroupName}:*`),
  ]
}
