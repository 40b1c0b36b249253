/** What a sign-in asks for after the password: nothing, a code of the user's authenticator app, or an app that the user sets up first. */
import { AwsError } from '../../errors.ts'
import { type ForClient, subjectOf } from './operation.ts'
import type { UserPool } from './pool.ts'
import type { PoolData, SoftwareToken, User } from './pool-data.ts'
import { type Challenge, type ChallengeName, invalidSession } from './state.ts'
import { signInTokens } from './tokens.ts'
import { newTotpSecret, stepOfCode } from './totp.ts'
import { attributesOf, requireUser } from './users.ts'

export type SignInCall = Pick<ForClient<unknown>, 'pool' | 'client' | 'data' | 'state' | 'surroundings' | 'now'>

/** The user, if the sign-in is complete; otherwise the next question. */
export type SignInStep =
  | { readonly user: User; readonly challenge?: never }
  | { readonly user: User; readonly challenge: ChallengeName; readonly session: string }

export function afterPassword(call: SignInCall, user: User): SignInStep {
  const { mfa } = call.pool
  if (mfa === 'OFF') return { user }
  const { softwareToken: token } = user
  if (token && (mfa === 'ON' || token.enabled)) return waiting(call, user, 'SOFTWARE_TOKEN_MFA')
  return mfa === 'ON' ? waiting(call, user, 'MFA_SETUP') : { user }
}

export function waiting(
  { pool, client, state, now }: SignInCall,
  user: User,
  name: ChallengeName,
): Extract<SignInStep, { readonly session: string }> {
  const challenge = { name, poolId: pool.id, clientId: client.id, username: user.username }
  const session = state.addChallenge({ ...challenge, expires: now + client.challengeSeconds })
  return { user, challenge: name, session }
}

/** The form of the answer of `InitiateAuth` and `RespondToAuthChallenge`. */
export async function answered(call: SignInCall, { user, ...next }: SignInStep) {
  if (next.challenge === undefined)
    return { AuthenticationResult: await signInTokens(subjectOf(call, user)), ChallengeParameters: {} }
  return {
    ChallengeName: next.challenge,
    ChallengeParameters: { USER_ID_FOR_SRP: user.username, ...challengeParameters(call, user, next.challenge) },
    Session: next.session,
  }
}

function challengeParameters(
  { client }: SignInCall,
  user: User,
  name: ChallengeName,
): Readonly<Record<string, string>> {
  if (name === 'SOFTWARE_TOKEN_MFA') return {}
  if (name === 'MFA_SETUP') return { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' }
  const readable = attributesOf(user, client.canRead).map(({ Name, Value }) => [Name, Value])
  return { requiredAttributes: '[]', userAttributes: JSON.stringify(Object.fromEntries(readable)) }
}

interface Answer {
  readonly session: string
  /** Whether the answer names the user of the challenge. */
  readonly isUser?: (user: User) => boolean
}

/**
 * Answers a challenge with a code of the user's app. After a wrong code the session can be used again.
 * @throws AwsError for a wrong code, and for a code that was accepted before
 */
export function withAppCode(call: SignInCall, { session, code, isUser }: Answer & { readonly code: string }): User {
  const { client, state, data, pool, surroundings, now } = call
  const user = userOf(call, state.challenge(session, 'SOFTWARE_TOKEN_MFA', now), isUser)
  const token = user.softwareToken
  if (!token) throw new AwsError('SoftwareTokenMFANotFoundException', 'Software Token MFA does not exist for the user.')
  const attempts = `${pool.id} ${user.username} code`
  state.checkAttempts(attempts, surroundings.now())
  const step = stepOfCode(token.secret, code, now)
  state.attempted(attempts, step !== undefined, surroundings.now())
  if (step === undefined) throw new AwsError('CodeMismatchException', 'Invalid code received for user')
  if (step <= token.lastStep)
    throw new AwsError('ExpiredCodeException', 'Your software token has already been used once.')
  state.takeChallenge(session, 'SOFTWARE_TOKEN_MFA', client.id, now)
  return data.update(user.username, { softwareToken: { ...token, lastStep: step } }) ?? user
}

/** Continues a sign-in in whose session the user has set up an app. */
export function withAppSetUp(call: SignInCall, { session, isUser }: Answer): User {
  const { state, client, now } = call
  const challenge = state.challenge(session, 'MFA_SETUP', now)
  const user = userOf(call, challenge, isUser)
  if (!challenge.setUp?.verified)
    throw new AwsError('InvalidParameterException', 'Software token MFA has not been verified in this session.')
  state.takeChallenge(session, 'MFA_SETUP', client.id, now)
  return user
}

function userOf(
  { client, data, pool }: SignInCall,
  { username, clientId, poolId }: Challenge,
  isUser: (user: User) => boolean = () => true,
): User {
  const user = data.user(username)
  if (!user?.enabled || clientId !== client.id || poolId !== pool.id || !isUser(user)) throw invalidSession()
  return user
}

type SetUpCall = Pick<SignInCall, 'pool' | 'data' | 'state' | 'now'>

/**
 * Starts to set up an app during a sign-in.
 * @returns the app's secret, and the session to continue with
 */
export function startSetUp(call: SetUpCall, session: string): { readonly secret: string; readonly session: string } {
  const { pool, state, now } = call
  settingUp(call, session)
  const secret = newSecretOf(pool.mfa)
  return { secret, session: state.continueSetUp(session, { secret, verified: false }, now) }
}

/**
 * Verifies the first code of an app during a sign-in.
 * @returns the session to continue with
 * @throws AwsError for a wrong code
 */
export function verifySetUp(call: SetUpCall, session: string, code: string): string {
  const { data, state, now } = call
  const { user, setUp } = settingUp(call, session)
  const secret = verifiedApp(data, user, { secret: setUp?.secret, code, now, enabled: true })
  return state.continueSetUp(session, { secret, verified: true }, now)
}

/** @throws AwsError for a session of another pool, in which another user may have the same name */
function settingUp({ pool, data, state, now }: SetUpCall, session: string) {
  const { poolId, username, setUp } = state.challenge(session, 'MFA_SETUP', now)
  if (poolId !== pool.id) throw invalidSession()
  return { user: requireUser(pool, data, username), setUp }
}

/** Makes a secret for an app. It is kept until the first code shows that the app has it. */
export function newSecretOf(mfa: UserPool['mfa']): string {
  if (mfa === 'OFF')
    throw new AwsError('SoftwareTokenMFANotFoundException', 'Software Token MFA has not been enabled by the userPool.')
  return newTotpSecret()
}

/**
 * Verifies the first code of an app, which then replaces an earlier app of the user.
 * @returns its secret
 * @throws AwsError for a wrong code, and if no secret was given out
 */
export function verifiedApp(
  data: PoolData,
  user: User,
  { secret, code, now, enabled }: { secret: string | undefined; code: string; now: number; enabled: boolean },
): string {
  if (secret === undefined)
    throw new AwsError('SoftwareTokenMFANotFoundException', 'Software Token MFA does not exist for the user.')
  const step = stepOfCode(secret, code, now)
  if (step === undefined) throw new AwsError('EnableSoftwareTokenMFAException', 'Code mismatch')
  const { enabled: was = enabled, preferred = enabled } = user.softwareToken ?? {}
  const softwareToken: SoftwareToken = { secret, enabled: was, preferred, lastStep: step }
  const { newSecret: _, ...rest } = data.user(user.username) ?? user
  data.put({ ...rest, softwareToken, modifiedAt: now })
  return secret
}

/** `UserMFASettingList` and `PreferredMfaSetting` of a user. */
export function mfaView({ softwareToken }: User, mfa: UserPool['mfa']) {
  const isOn = softwareToken !== undefined && (softwareToken.enabled || mfa === 'ON')
  return {
    ...(isOn && { UserMFASettingList: ['SOFTWARE_TOKEN_MFA'] }),
    ...(isOn && softwareToken.preferred && { PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA' }),
  }
}
