/** Calls of the user pool by administrators and users. They are the same for AWS and for the local cloud. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  AssociateSoftwareTokenCommand,
  type AuthenticationResultType,
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
  RespondToAuthChallengeCommand,
  SetUserMFAPreferenceCommand,
  VerifySoftwareTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { TENANT_CLAIM } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'

export interface LocalConnection {
  /** Port of the local cloud's server for AWS's APIs. */
  readonly port: number
  readonly caFile: string
}

export type Credentials = NonNullable<CognitoIdentityProviderClientConfig['credentials']>

/** @param local if given, connects to the local cloud under the real host name; otherwise to AWS */
export function cognitoClient(
  region: string,
  { local, credentials }: { readonly local?: LocalConnection; readonly credentials?: Credentials },
): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region,
    ...(credentials && { credentials }),
    ...(local && { requestHandler: { httpsAgent: localAgent(local) } }),
  })
}

export interface NewUser {
  readonly userPoolId: string
  readonly tenantId: string
  readonly username: string
  readonly email: string
}

/** Creates a user of a tenant, with the claim and the group that the gateway checks. Cognito sends no invitation. */
export async function createUser(
  client: CognitoIdentityProviderClient,
  { userPoolId, tenantId, username, email }: NewUser,
  password: string,
): Promise<void> {
  const user = { UserPoolId: userPoolId, Username: username }
  await client.send(
    new AdminCreateUserCommand({
      ...user,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
        { Name: TENANT_CLAIM, Value: tenantId },
      ],
    }),
  )
  await client.send(new AdminAddUserToGroupCommand({ ...user, GroupName: tenantId }))
  await client.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }))
}

export interface SignIn {
  readonly clientId: string
  readonly username: string
  readonly password: string
  /** Called when Cognito requires a new password in place of the first one. */
  readonly newPassword?: () => Promise<string>
  /** Called when Cognito requires a code of the user's authenticator app. */
  readonly code?: () => Promise<string>
  /** Shows the user the key for a new app, and returns the app's first code. */
  readonly setUpApp?: (key: string) => Promise<string>
}

export interface Tokens {
  readonly idToken: string
  readonly accessToken: string
  /** Gets new tokens until the session ends; absent if the provider gave none. */
  readonly refreshToken?: string
  /** Lifetime of the ID token from now. */
  readonly expiresInSeconds: number
}

/**
 * @returns the ID token
 * @throws UserError if Cognito refuses, or requires more than a password
 */
export async function signIn(client: CognitoIdentityProviderClient, call: SignIn): Promise<string> {
  return (await signInForTokens(client, call)).idToken
}

/** @throws UserError if Cognito refuses, or requires more than a password */
export async function signInForTokens(client: CognitoIdentityProviderClient, call: SignIn): Promise<Tokens> {
  const { clientId, username, password } = call
  try {
    let answer: Step = await client.send(
      new InitiateAuthCommand({
        ClientId: clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    )
    for (let next = await answerTo(client, call, answer); next; next = await answerTo(client, call, answer))
      answer = await client.send(
        new RespondToAuthChallengeCommand({
          ClientId: clientId,
          ChallengeName: answer.ChallengeName,
          Session: next.session,
          ChallengeResponses: { USERNAME: username, ...next.responses },
        }),
      )
    const tokens = tokensIn(answer.AuthenticationResult)
    if (tokens) return tokens
    throw new UserError(
      `Cognito wants more than a password of ${username}: ${answer.ChallengeName ?? 'no token in its answer'}.`,
      'Sign in once with a client that can answer that, or have the administrator reset the user.',
    )
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'NotAuthorizedException')
      throw new UserError(`${username} cannot sign in: ${cause.message}`, remedyOf(cause), {
        cause,
      })
    if (cause instanceof Error && WRONG_CODE.includes(cause.name))
      throw new UserError(
        `Cognito does not take that code: ${cause.message}`,
        'Sign in again with the next code that the app shows. A code is good for half a minute, and once; the clock of the device must be right.',
        { cause },
      )
    throw cause
  }
}

const WRONG_CODE = ['CodeMismatchException', 'ExpiredCodeException', 'EnableSoftwareTokenMFAException']

type Step = Pick<InitiateAuthCommandOutput, 'ChallengeName' | 'Session' | 'AuthenticationResult'>

/** @returns nothing if the answer has tokens, or requires something that nobody here can answer */
async function answerTo(
  client: CognitoIdentityProviderClient,
  { newPassword, code, setUpApp }: SignIn,
  { ChallengeName: name, Session: session }: Step,
): Promise<{ readonly session: string | undefined; readonly responses: Record<string, string> } | undefined> {
  if (name === 'NEW_PASSWORD_REQUIRED' && newPassword)
    return { session, responses: { NEW_PASSWORD: await newPassword() } }
  if (name === 'SOFTWARE_TOKEN_MFA' && code) return { session, responses: { SOFTWARE_TOKEN_MFA_CODE: await code() } }
  if (name !== 'MFA_SETUP' || !setUpApp) return undefined
  const { SecretCode: key = '', Session: given } = await client.send(
    new AssociateSoftwareTokenCommand({ Session: session }),
  )
  const verify = new VerifySoftwareTokenCommand({ Session: given, UserCode: await setUpApp(key) })
  return { session: (await client.send(verify)).Session, responses: {} }
}

/**
 * Sets up an authenticator app for a user who has signed in. From then on Cognito asks for its code, and an earlier app no longer counts.
 * @param setUpApp shows the user the key, and returns the app's first code
 * @throws UserError if the user pool has no second factor, or if the code is wrong
 */
export async function setUpSecondFactor(
  client: CognitoIdentityProviderClient,
  accessToken: string,
  setUpApp: (key: string) => Promise<string>,
): Promise<void> {
  const AccessToken = accessToken
  try {
    const { SecretCode: key = '' } = await client.send(new AssociateSoftwareTokenCommand({ AccessToken }))
    await client.send(new VerifySoftwareTokenCommand({ AccessToken, UserCode: await setUpApp(key) }))
    const SoftwareTokenMfaSettings = { Enabled: true, PreferredMfa: true }
    await client.send(new SetUserMFAPreferenceCommand({ AccessToken, SoftwareTokenMfaSettings }))
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    if (cause.name === 'SoftwareTokenMFANotFoundException')
      throw new UserError(
        'The user pool of this hub asks for no second factor.',
        'Its operator sets userPoolMfa to optional or required, and deploys the hub (docs/identity.md).',
        { cause },
      )
    if (WRONG_CODE.includes(cause.name))
      throw new UserError(
        `That is not the app's code: ${cause.message}`,
        'Nothing was changed: run the command again.',
        {
          cause,
        },
      )
    throw cause
  }
}

/**
 * Gets the next tokens of a session.
 * @throws UserError if the session has ended: because its time is over, or because the user was signed out, disabled or removed
 */
export async function refreshTokens(
  client: CognitoIdentityProviderClient,
  { clientId, refreshToken }: { readonly clientId: string; readonly refreshToken: string },
): Promise<Tokens> {
  try {
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        ClientId: clientId,
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: refreshToken },
      }),
    )
    // The answer has a refresh token only if it was rotated.
    const tokens = tokensIn({ RefreshToken: refreshToken, ...AuthenticationResult })
    if (tokens) return tokens
    throw new Error('Cognito answered no tokens.')
  } catch (cause) {
    if (cause instanceof Error && ['NotAuthorizedException', 'UserNotFoundException'].includes(cause.name))
      throw new UserError(`The session has ended: ${cause.message}`, 'Sign in again.', { cause })
    throw cause
  }
}

function tokensIn(result: AuthenticationResultType | undefined): Tokens | undefined {
  const { IdToken: idToken, AccessToken: accessToken, RefreshToken: refreshToken, ExpiresIn = 0 } = result ?? {}
  if (!idToken || !accessToken || !refreshToken) return undefined
  return { idToken, accessToken, refreshToken, expiresInSeconds: ExpiresIn }
}

/** Cognito's error distinguishes a disabled user from a wrong password. */
const remedyOf = ({ message }: Error) =>
  /disabled/.test(message)
    ? 'Users are disabled by their operator, and when their tenant is removed. To let one back in: npm run tenant -- user enable TENANT EMAIL'
    : 'Check the user name and the password.'

/** The claims of a token, without verification: a client reads its own token to find its route. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split('.')[1]
  if (payload === undefined) throw new UserError('What Cognito answered is not a token.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
}
