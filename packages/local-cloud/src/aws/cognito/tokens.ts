/** ID and access tokens as Cognito writes them, and the refresh tokens that continue a sign-in. */
import { createPublicKey, randomBytes, randomUUID } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { AwsError } from '../../errors.ts'
import type { SigningKey } from './keys.ts'
import type { UserPool, UserPoolClient } from './pool.ts'
import type { PoolData, SignIn, User } from './pool-data.ts'
import { claimsOf } from './users.ts'

export interface TokenSubject {
  readonly pool: UserPool
  readonly client: UserPoolClient
  readonly data: PoolData
  readonly user: User
  /** The user's groups that are declared, in the order of their precedence. */
  readonly groups: readonly { readonly name: string; readonly roleArn?: string }[]
  /** Seconds since 1970. */
  readonly now: number
}

const SCOPE = 'aws.cognito.signin.user.admin'

/** `AuthenticationResult` of a new sign-in. */
export async function signInTokens(subject: TokenSubject) {
  const { data, user, client, now } = subject
  const refreshToken = randomBytes(384).toString('base64url')
  const signIn: SignIn = {
    originJti: randomUUID(),
    username: user.username,
    clientId: client.id,
    authTime: now,
    expires: now + client.refreshTokenSeconds,
    revoked: false,
  }
  // An access token lives a day at most, and is looked up by its sign-in until then.
  data.forgetSignIns(now - 86_400)
  data.addSignIn(refreshToken, signIn)
  return { ...(await tokens(subject, signIn)), RefreshToken: refreshToken }
}

/** The same for a sign-in that goes on: without a new refresh token. */
export async function tokens(subject: TokenSubject, { originJti, authTime }: SignIn) {
  const { pool, client, data, user, groups, now } = subject
  const common = {
    sub: user.sub,
    ...(groups.length > 0 && { 'cognito:groups': groups.map(({ name }) => name) }),
    iss: pool.issuer,
    ...(client.revocable && { origin_jti: originJti }),
    event_id: randomUUID(),
    auth_time: authTime,
    iat: now,
  }
  const roles = groups.flatMap(({ roleArn }) => roleArn ?? [])
  const [IdToken, AccessToken] = await Promise.all([
    sign(data.keys.id, {
      ...claimsOf(user, client.canRead),
      ...common,
      ...(roles.length > 0 && { 'cognito:roles': roles, 'cognito:preferred_role': roles[0] }),
      'cognito:username': user.username,
      aud: client.id,
      token_use: 'id',
      exp: now + client.idTokenSeconds,
      jti: randomUUID(),
    }),
    sign(data.keys.access, {
      ...common,
      client_id: client.id,
      token_use: 'access',
      scope: SCOPE,
      exp: now + client.accessTokenSeconds,
      jti: randomUUID(),
      username: user.username,
    }),
  ])
  return { IdToken, AccessToken, ExpiresIn: client.accessTokenSeconds, TokenType: 'Bearer' }
}

export const sign = ({ kid, privateKey }: SigningKey, claims: Readonly<Record<string, unknown>>) =>
  new SignJWT(claims).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey)

export interface AccessToken {
  readonly username: string
  readonly clientId: string
  readonly originJti?: string
}

/** Whose access token it is; refuses any other token, and one whose sign-in was ended. */
export async function verifyAccessToken(
  pool: UserPool,
  data: PoolData,
  token: string,
  now: number,
): Promise<AccessToken> {
  const { payload } = await jwtVerify(
    token,
    ({ kid }) => {
      const { access, previous } = data.keys
      const key = [access, ...previous].find((candidate) => candidate.kid === kid)
      if (!key) throw invalidToken()
      return createPublicKey(key.privateKey)
    },
    { issuer: pool.issuer, algorithms: ['RS256'], currentDate: new Date(now * 1000) },
  ).catch((error: unknown) => {
    if (error instanceof errors.JWTExpired) throw new AwsError('NotAuthorizedException', 'Access Token has expired')
    throw invalidToken()
  })
  const { username, client_id: clientId, origin_jti: originJti } = payload
  if (payload.token_use !== 'access' || typeof username !== 'string' || typeof clientId !== 'string')
    throw invalidToken()
  if (typeof originJti === 'string' && data.signInOf(originJti)?.revoked !== false)
    throw new AwsError('NotAuthorizedException', 'Access Token has been revoked')
  return { username, clientId, ...(typeof originJti === 'string' && { originJti }) }
}

const invalidToken = () => new AwsError('NotAuthorizedException', 'Invalid Access Token')
