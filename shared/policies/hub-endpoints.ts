/** The policies of the hub's VPC endpoints: which calls are allowed through each, for everybody in the VPC. */

import type { Sharing } from '../choices.ts'
import {
  executionRoleName,
  functionLogGroupName,
  roleArn,
  taskExecutionRoleName,
  taskRoleName,
  tenantRoleName,
} from '../naming.ts'
import { type PolicyDocument, policy } from './document.ts'
import { PULL_ACTIONS } from './task-roles.ts'
import { COUNTING } from './usage.ts'

interface Gateways {
  readonly account: string
  /** Whether tenants may run on Fargate. */
  readonly fargate: boolean
}

/** The tenants' functions and tasks, and nobody else in the VPC. The policy does not change when tenants are added or removed. */
const gatewaysOf = ({ account, fargate }: Gateways) => {
  const ofFunctions = roleArn(account, executionRoleName('*'))
  return {
    ArnLike: { 'aws:PrincipalArn': fargate ? [ofFunctions, roleArn(account, taskRoleName('*'))] : ofFunctions },
  }
}

/** Functions and tasks may read tenants' items and, if the hub has that table, key sets; and they may count use. */
export function dynamodbEndpointPolicy(
  args: Gateways & {
    readonly tableArn: string
    readonly keySetsTableArn?: string | undefined
    readonly usageTableArn: string
  },
): PolicyDocument {
  return policy(
    {
      Sid: 'FunctionsReadItems',
      Effect: 'Allow',
      Principal: '*',
      Action: 'dynamodb:Query',
      Resource: args.keySetsTableArn === undefined ? args.tableArn : [args.tableArn, args.keySetsTableArn],
      Condition: gatewaysOf(args),
    },
    {
      Sid: 'FunctionsCount',
      Effect: 'Allow',
      Principal: '*',
      Action: COUNTING,
      Resource: args.usageTableArn,
      Condition: gatewaysOf(args),
    },
  )
}

/** Functions and tasks may assume tenants' roles. The roles themselves say which of them each may assume. */
export function stsEndpointPolicy(args: Gateways & { readonly sharing: Sharing }): PolicyDocument {
  const accounts = args.sharing.kind === 'accounts' ? args.sharing.accounts : ['*']
  return policy({
    Sid: 'FunctionsBecomeTenantRoles',
    Effect: 'Allow',
    Principal: '*',
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Resource: accounts.map((account) => roleArn(account, tenantRoleName('*'))),
    Condition: gatewaysOf(args),
  })
}

/** Fargate, with the role that starts a tenant's tasks. */
const starting = (account: string) => ({
  ArnLike: { 'aws:PrincipalArn': roleArn(account, taskExecutionRoleName('*')) },
})

/** For `ecr.api` and `ecr.dkr`: only the roles that start tasks may pull the gateway's image. */
export function registryEndpointPolicy(args: {
  readonly account: string
  readonly repositoryArn: string
}): PolicyDocument {
  return policy(
    {
      Sid: 'TasksPullTheirImage',
      Effect: 'Allow',
      Principal: '*',
      Action: PULL_ACTIONS,
      Resource: args.repositoryArn,
      Condition: starting(args.account),
    },
    {
      Sid: 'TasksAskForToken',
      Effect: 'Allow',
      Principal: '*',
      Action: 'ecr:GetAuthorizationToken',
      Resource: '*',
      Condition: starting(args.account),
    },
  )
}

/** The roles that start tasks write the tasks' lines. The roles themselves say to which group each may write. */
export function logsEndpointPolicy({
  account,
  region,
}: {
  readonly account: string
  readonly region: string
}): PolicyDocument {
  return policy({
    Sid: 'TasksWriteTheirLogs',
    Effect: 'Allow',
    Principal: '*',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `arn:aws:logs:${region}:${account}:log-group:${functionLogGroupName('*')}:*`,
    Condition: starting(account),
  })
}

/**
 * For the S3 gateway endpoint: only layers of images, which ECR keeps in a bucket of AWS's own and serves by signed URLs. ECR signs these, not a
 * role of ours, so the policy cannot demand a principal (Amazon ECR user guide, "Minimum Amazon S3 bucket permissions").
 */
export const layersEndpointPolicy = (region: string): PolicyDocument =>
  policy({
    Sid: 'Layers',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${layerBucket(region)}/*`,
  })

/** ECR's bucket in a region. */
export const layerBucket = (region: string) => `prod-${region}-starport-layer-bucket`

/**
 * Operations besides the key set that Cognito answers without credentials. Each lets somebody become a user or change one. The operations for
 * passkeys and `GetUserAuthFactors` are no actions of IAM, so no policy can name them; they need a user's access token.
 */
const PUBLIC_OPERATIONS = [
  'AssociateSoftwareToken',
  'ChangePassword',
  'ConfirmDevice',
  'ConfirmForgotPassword',
  'ConfirmSignUp',
  'DeleteUser',
  'DeleteUserAttributes',
  'ForgetDevice',
  'ForgotPassword',
  'GetDevice',
  'GetTokensFromRefreshToken',
  'GetUser',
  'GetUserAttributeVerificationCode',
  'GlobalSignOut',
  'InitiateAuth',
  'ListDevices',
  'ResendConfirmationCode',
  'RespondToAuthChallenge',
  'RevokeToken',
  'SetUserMFAPreference',
  'SetUserSettings',
  'SignUp',
  'UpdateAuthEventFeedback',
  'UpdateDeviceStatus',
  'UpdateUserAttributes',
  'VerifySoftwareToken',
  'VerifyUserAttribute',
]

/**
 * Allows the key set only. The request for it is unsigned and no action of IAM, so a policy that names principals, actions or the pool would
 * refuse it. So everything is allowed first, and then everything else is denied: every signed request, and the unsigned operations.
 */
export function cognitoEndpointPolicy(): PolicyDocument {
  return policy(
    { Sid: 'KeySet', Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
    {
      Sid: 'NothingSigned',
      Effect: 'Deny',
      Principal: '*',
      Action: '*',
      Resource: '*',
      Condition: { Null: { 'aws:PrincipalArn': 'false' } },
    },
    {
      Sid: 'NobodySignsIn',
      Effect: 'Deny',
      Principal: '*',
      Action: PUBLIC_OPERATIONS.map((operation) => `cognito-idp:${operation}`),
      Resource: '*',
    },
  )
}
