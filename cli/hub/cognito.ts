/** The user pool as its administrator and its users call it: the same calls against AWS and against the local cloud. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  type AuthenticationResultType,
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { TENANT_CLAIM } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'

export interface LocalConnection {
  /** Port of the local cloud's wire. */
  readonly port: number
  readonly caFile: string
}

export type Credentials = NonNullable<CognitoIdentityProviderClientConfig['credentials']>

/** @param local connects to the local cloud under the real host name; absent: to AWS */
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

/** Creates a user of a tenant, with the claim and in the group that the gateway asks for. Cognito mails no invitation. */
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
  /** Asked for when Cognito wants the first password replaced. */
  readonly newPassword?: () => Promise<string>
}

export interface Tokens {
  readonly idToken: string
  readonly accessToken: string
  /** Gets new ones until the session ends; absent where the provider gave none. */
  readonly refreshToken?: string
  /** Of the ID token, from now. */
  readonly expiresInSeconds: number
}

/** @returns the ID token @throws UserError when Cognito refuses or wants more than a password */
export async function signIn(client: CognitoIdentityProviderClient, call: SignIn): Promise<string> {
  return (await signInForTokens(client, call)).idToken
}

/** @throws UserError when Cognito refuses or wants more than a password */
export async function signInForTokens(client: CognitoIdentityProviderClient, call: SignIn): Promise<Tokens> {
  const { clientId, username, password, newPassword } = call
  try {
    let answer = await client.send(
      new InitiateAuthCommand({
        ClientId: clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    )
    if (answer.ChallengeName === 'NEW_PASSWORD_REQUIRED' && newPassword)
      answer = await client.send(
        new RespondToAuthChallengeCommand({
          ClientId: clientId,
          ChallengeName: 'NEW_PASSWORD_REQUIRED',
          Session: answer.Session,
          ChallengeResponses: { USERNAME: username, NEW_PASSWORD: await newPassword() },
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
    throw cause
  }
}

/**
 * Gets the next tokens of a session.
 * @throws UserError when the session has ended: its time is over, or the user was signed out, disabled or removed
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
    // The answer repeats the refresh token only where it was rotated.
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

/** Cognito tells a disabled user apart from a wrong password. */
const remedyOf = ({ message }: Error) =>
  /disabled/.test(message)
    ? 'Users are disabled by their operator, and when their tenant is removed. To let one back in: npm run tenant -- user enable TENANT EMAIL'
    : 'Check the user name and the password.'

/** The claims of a token, unverified: a client reads its own token to find its route. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split('.')[1]
  if (payload === undefined) throw new UserError('What Cognito answered is not a token.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
}
