/** Permissions for tables, the bucket of access logs, the user pool, the audit trail's function, and alarms. */
import {
  auditFunctionName,
  auditLogGroupName,
  keySetsFunctionName,
  keySetsTableName,
  PREFIX,
  tableName,
  usageTableName,
} from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import { type DeployerScope, manageLogGroups } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

export function storage({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const bucket = `arn:aws:s3:::${PREFIX}-access-logs-${account}-${region}`
  return [
    allow(
      'AccessLogs',
      [
        's3:CreateBucket',
        's3:DeleteBucket',
        's3:DeleteBucketPolicy',
        's3:Get*Configuration',
        's3:GetBucket*',
        's3:ListBucket',
        's3:ListBucketVersions',
        's3:ListTagsForResource',
        's3:PutBucketOwnershipControls',
        's3:PutBucketPolicy',
        's3:PutBucketPublicAccessBlock',
        's3:PutEncryptionConfiguration',
        's3:PutLifecycleConfiguration',
        's3:TagResource',
        's3:UntagResource',
      ],
      bucket,
    ),
    // Needed when a bucket without deletionProtection is destroyed.
    allow('EmptyAccessLogs', ['s3:DeleteObject', 's3:DeleteObjectVersion'], `${bucket}/*`),
    allow(
      'Tables',
      of(
        'dynamodb',
        'CreateTable',
        'DeleteTable',
        'DescribeContinuousBackups',
        'DescribeTable',
        'DescribeTimeToLive',
        'ListTagsOfResource',
        'TagResource',
        'UntagResource',
        'UpdateContinuousBackups',
        'UpdateTable',
      ),
      [tableName, keySetsTableName, usageTableName].map(
        (name) => `arn:aws:dynamodb:${region}:${account}:table/${name}`,
      ),
    ),
    allow(
      'CountersExpire',
      ['dynamodb:UpdateTimeToLive'],
      `arn:aws:dynamodb:${region}:${account}:table/${usageTableName}`,
    ),
    // For the policies with which the hub protects these tables.
    allow(
      'TablesPolicies',
      of('dynamodb', 'DeleteResourcePolicy', 'GetResourcePolicy', 'PutResourcePolicy'),
      [keySetsTableName, usageTableName].map((name) => `arn:aws:dynamodb:${region}:${account}:table/${name}`),
    ),
    // The provider looks up AWS's own key by its alias.
    {
      ...allow('TablesKey', ['kms:DescribeKey'], `arn:aws:kms:${region}:${account}:key/*`),
      Condition: { StringEquals: { 'kms:RequestAlias': 'alias/aws/dynamodb' } },
    },
  ]
}

export function userPool({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const idp = (...names: readonly string[]) => of('cognito-idp', ...names)
  return [
    // A domain is described by its name, whichever account owns it.
    allow('MakeUserPool', idp('CreateUserPool', 'DescribeUserPoolDomain')),
    allow(
      'UserPool',
      [
        ...idp('AddCustomAttributes', 'CreateUserPoolClient', 'DeleteUserPool', 'DeleteUserPoolClient'),
        ...idp(
          'DescribeUserPool',
          'DescribeUserPoolClient',
          'GetUserPoolMfaConfig',
          'SetUserPoolMfaConfig',
          'TagResource',
        ),
        ...idp('UntagResource', 'UpdateUserPool', 'UpdateUserPoolClient'),
        ...idp('CreateUserPoolDomain', 'UpdateUserPoolDomain', 'DeleteUserPoolDomain'),
        ...idp(
          'CreateIdentityProvider',
          'DeleteIdentityProvider',
          'DescribeIdentityProvider',
          'UpdateIdentityProvider',
        ),
        ...idp('CreateResourceServer', 'DeleteResourceServer', 'DescribeResourceServer', 'UpdateResourceServer'),
      ],
      `arn:aws:cognito-idp:${region}:${account}:userpool/*`,
    ),
  ]
}

export function auditTrail(scope: DeployerScope): readonly PolicyStatement[] {
  const { account, region } = scope
  return [
    allow(
      'HubsFunctions',
      of(
        'lambda',
        'AddPermission',
        'CreateFunction',
        'DeleteFunction',
        'GetFunction',
        'GetFunctionCodeSigningConfig',
        'GetFunctionConcurrency',
        'GetFunctionConfiguration',
        'GetPolicy',
        'ListVersionsByFunction',
        'RemovePermission',
        'TagResource',
        'UntagResource',
        'UpdateFunctionCode',
        'UpdateFunctionConfiguration',
      ),
      [auditFunctionName, keySetsFunctionName].map((name) => `arn:aws:lambda:${region}:${account}:function:${name}`),
    ),
    ...manageLogGroups(scope, [
      `/${PREFIX}/*`,
      `/aws/lambda/${auditFunctionName}*`,
      `/aws/lambda/${keySetsFunctionName}*`,
    ]),
    allow(
      'TrailStays',
      ['logs:PutLogGroupDeletionProtection'],
      `arn:aws:logs:${region}:${account}:log-group:${auditLogGroupName}:*`,
    ),
    // Reading was seen denied to a role that may read `alarm:*`.
    allow('FindAlarms', ['cloudwatch:DescribeAlarms']),
    allow(
      'Alarms',
      of('cloudwatch', 'DeleteAlarms', 'ListTagsForResource', 'PutMetricAlarm', 'TagResource', 'UntagResource'),
      `arn:aws:cloudwatch:${region}:${account}:alarm:${PREFIX}*`,
    ),
    // Needed with `dashboard` only. A dashboard belongs to no region.
    allow(
      'Dashboard',
      of('cloudwatch', 'DeleteDashboards', 'GetDashboard', 'PutDashboard'),
      `arn:aws:cloudwatch::${account}:dashboard/${PREFIX}`,
    ),
    // Needed with `accountMetrics: make` only. A resource that is being made has no ARN yet.
    allow('MakeSink', ['oam:CreateSink']),
    allow(
      'Sink',
      of(
        'oam',
        'DeleteSink',
        'GetSink',
        'GetSinkPolicy',
        'ListTagsForResource',
        'PutSinkPolicy',
        'TagResource',
        'UntagResource',
      ),
      `arn:aws:oam:${region}:${account}:sink/*`,
    ),
  ]
}
