/** ID and access tokens as Cognito writes them, and the refresh tokens that continue a sign-in. */
import { createHash, createPublicKey, randomBytes, randomUUID } from 'node:crypto'
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
  /** The user's groups, as far as they are declared, in the order of their precedence. */
  readonly groups: readonly { readonly name: string; readonly roleArn?: string }[]
  /** Seconds since 1970. */
  readonly now: number
}

/** The scope of access tokens from a sign-in through the API. Operations of users require it. */
export const USER_SCOPE = 'aws.cognito.signin.user.admin'

/** The request that a sign-in at the pool's domain was made for. */
export interface Granted {
  readonly scopes: readonly string[]
  readonly nonce?: string | undefined
}

/** Makes the `AuthenticationResult` of a new sign-in. */
export async function signInTokens(subject: TokenSubject, granted?: Granted, authTime = subject.now) {
  const { data, user, client, now } = subject
  const refreshToken = randomBytes(384).toString('base64url')
  const signIn: SignIn = {
    originJti: randomUUID(),
    username: user.username,
    clientId: client.id,
    authTime,
    expires: now + client.refreshTokenSeconds,
    revoked: false,
    ...(granted && { scopes: granted.scopes }),
  }
  // An access token lives for a day at most, and its sign-in is looked up until then.
  data.forgetSignIns(now - 86_400)
  data.addSignIn(refreshToken, signIn)
  return { ...(await tokens(subject, signIn, granted?.nonce)), RefreshToken: refreshToken }
}

/** As `signInTokens`, for a sign-in that continues: without a new refresh token. */
export async function tokens(subject: TokenSubject, { originJti, authTime, scopes }: SignIn, nonce?: string) {
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
  const AccessToken = await sign(data.keys.access, {
    ...common,
    client_id: client.id,
    token_use: 'access',
    scope: scopes?.join(' ') ?? USER_SCOPE,
    ...(scopes && { version: 2 }),
    exp: now + client.accessTokenSeconds,
    jti: randomUUID(),
    username: user.username,
  })
  const answer = { AccessToken, ExpiresIn: client.accessTokenSeconds, TokenType: 'Bearer' }
  if (scopes && !scopes.includes('openid')) return answer
  const IdToken = await sign(data.keys.id, {
    ...claimsOf(user, (attribute) => client.canRead(attribute) && isCovered(attribute, scopes)),
    ...common,
    ...(roles.length > 0 && { 'cognito:roles': roles, 'cognito:preferred_role': roles[0] }),
    'cognito:username': user.username,
    ...(user.identity && { identities: [identityClaim(user)] }),
    aud: client.id,
    token_use: 'id',
    exp: now + client.idTokenSeconds,
    jti: randomUUID(),
    ...(nonce !== undefined && { nonce }),
    ...(scopes && { at_hash: halfHash(AccessToken) }),
  })
  return { IdToken, ...answer }
}

const identityClaim = ({ identity, createdAt }: User) => ({
  dateCreated: String(createdAt * 1000),
  ...identity,
  issuer: null,
  primary: 'true',
})

const OF_SCOPES: Readonly<Record<string, readonly string[]>> = {
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
}

/**
 * Alone, `openid` gives every attribute that the client may read, and so does `profile`. Together with `email` or `phone` it gives only the
 * attributes of those scopes, and no custom ones.
 */
function isCovered(attribute: string, scopes: readonly string[] | undefined): boolean {
  const narrow = scopes?.filter((scope) => Object.hasOwn(OF_SCOPES, scope)) ?? []
  if (!scopes || narrow.length === 0 || scopes.includes('profile')) return true
  return narrow.some((scope) => OF_SCOPES[scope]?.includes(attribute))
}

/** The claim `at_hash` of OpenID Connect. */
const halfHash = (token: string) => createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url')

export const sign = ({ kid, privateKey }: SigningKey, claims: Readonly<Record<string, unknown>>) =>
  new SignJWT(claims).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey)

export interface AccessToken {
  readonly username: string
  readonly clientId: string
  readonly originJti?: string
}

/** Returns the user of an access token. Any other token, and a token whose sign-in was ended, is refused. */
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
  const { scope } = payload
  if (payload.token_use !== 'access' || typeof username !== 'string' || typeof clientId !== 'string')
    throw invalidToken()
  if (typeof originJti === 'string' && data.signInOf(originJti)?.revoked !== false)
    throw new AwsError('NotAuthorizedException', 'Access Token has been revoked')
  if (typeof scope !== 'string' || !scope.split(' ').includes(USER_SCOPE))
    throw new AwsError('NotAuthorizedException', 'Access Token does not have required scopes')
  return { username, clientId, ...(typeof originJti === 'string' && { originJti }) }
}

const invalidToken = () => new AwsError('NotAuthorizedException', 'Invalid Access Token')
