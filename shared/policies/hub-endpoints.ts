/** Policies of the hub's VPC endpoints: what may be asked through each, whoever got into the VPC. */

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

/** The tenants' functions and tasks, and nobody else in the VPC. Roles come and go with tenants; the policy stays. */
const gatewaysOf = ({ account, fargate }: Gateways) => {
  const ofFunctions = roleArn(account, executionRoleName('*'))
  return {
    ArnLike: { 'aws:PrincipalArn': fargate ? [ofFunctions, roleArn(account, taskRoleName('*'))] : ofFunctions },
  }
}

/** Functions, and tasks, read tenants' items, and the key sets where the hub has a table of them; and they count what is used. */
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

/** Functions, and tasks, become tenants' roles. Which becomes which is said by the roles themselves. */
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

/** Fargate, as whoever starts a tenant's tasks. */
const starting = (account: string) => ({
  ArnLike: { 'aws:PrincipalArn': roleArn(account, taskExecutionRoleName('*')) },
})

/** Of `ecr.api` and `ecr.dkr`: the gateway's image is pulled, by nobody but those who start tasks. */
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

/** Tasks' lines are written by those who start them. Which group is whose is said by the roles themselves. */
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
 * Of the S3 gateway: layers only, which ECR keeps in a bucket of AWS's own and hands out by signed URLs. They are signed by ECR,
 * not by a role of ours, so no principal can be asked for (Amazon ECR user guide, "Minimum Amazon S3 bucket permissions").
 */
export const layersEndpointPolicy = (region: string): PolicyDocument =>
  policy({
    Sid: 'Layers',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${layerBucket(region)}/*`,
  })

/** ECR's bucket of a region. */
export const layerBucket = (region: string) => `prod-${region}-starport-layer-bucket`

/**
 * What Cognito answers without credentials, beside the key set: each lets somebody become or change a user. The operations on
 * passkeys and `GetUserAuthFactors` are none of IAM's actions, so no policy can name them; they need a user's access token.
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
 * The key set only. Its request is unsigned and no IAM action, so a policy that names principals, actions or the pool would
 * refuse it: everything is allowed, and then everything else is denied: whatever is signed, and the unsigned operations.
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
