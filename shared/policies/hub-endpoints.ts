/** Policies of the hub's VPC endpoints: what may be asked through each, whoever got into the VPC. */
import { executionRoleName, roleArn, tenantRoleName } from '../naming.ts'
import type { Sharing } from '../settings.ts'
import { type PolicyDocument, policy } from './document.ts'

/** The tenants' functions, and nobody else in the VPC. Roles come and go with tenants; the policy stays. */
const functionsOf = (account: string) => ({
  ArnLike: { 'aws:PrincipalArn': roleArn(account, executionRoleName('*')) },
})

/** Functions read tenants' items, and the key sets where the hub has a table of them. */
export function dynamodbEndpointPolicy(args: {
  readonly account: string
  readonly tableArn: string
  readonly keySetsTableArn?: string | undefined
}): PolicyDocument {
  return policy({
    Sid: 'FunctionsReadItems',
    Effect: 'Allow',
    Principal: '*',
    Action: 'dynamodb:Query',
    Resource: args.keySetsTableArn === undefined ? args.tableArn : [args.tableArn, args.keySetsTableArn],
    Condition: functionsOf(args.account),
  })
}

/** Functions become tenants' roles. Which function becomes which role is said by the roles themselves. */
export function stsEndpointPolicy(args: { readonly account: string; readonly sharing: Sharing }): PolicyDocument {
  const accounts = args.sharing.kind === 'accounts' ? args.sharing.accounts : ['*']
  return policy({
    Sid: 'FunctionsBecomeTenantRoles',
    Effect: 'Allow',
    Principal: '*',
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Resource: accounts.map((account) => roleArn(account, tenantRoleName('*'))),
    Condition: functionsOf(args.account),
  })
}

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
