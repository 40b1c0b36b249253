/** From a user name and a password to tokens or a challenge; shared by the operations that sign in. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { AwsError } from '../../errors.ts'
import { type Attributes, changeAttributes } from './attributes.ts'
import { checkPassword, hashPassword, verifyPassword } from './passwords.ts'
import type { UserPoolClient } from './pool.ts'
import type { User } from './pool-data.ts'
import { afterPassword, answered, type SignInCall, type SignInStep, waiting } from './second-factor.ts'
import { invalidSession } from './state.ts'
import { findUser } from './users.ts'

const DAY_SECONDS = 86_400
const REFUSED = 'Incorrect username or password.'

/** @throws AwsError that does not reveal to strangers which users exist */
export async function checkedPassword(call: SignInCall, username: string, password: string): Promise<SignInStep> {
  const { pool, client, data, state, surroundings } = call
  const user = findUser(pool, data, username)
  const attempts = `${pool.id} ${user?.username ?? username.toLowerCase()}`
  state.checkAttempts(attempts, surroundings.now())
  // The password is also verified for unknown users, so that the time taken reveals nothing.
  const correct = await verifyPassword(password, user?.password)
  state.attempted(attempts, correct, surroundings.now())
  if (!user && !client.hidesUsers) throw new AwsError('UserNotFoundException', 'User does not exist.')
  // Reads the user again, who may have been disabled or deleted while the password was verified.
  const current = user && data.user(user.username)
  if (!current || !correct) throw new AwsError('NotAuthorizedException', REFUSED)
  return proceed(call, current)
}

/** After the password was right: only now the answer says that a user is disabled, unconfirmed, or has a temporary password. */
function proceed(call: SignInCall, user: User): SignInStep {
  const { pool, now } = call
  if (!user.enabled) throw new AwsError('NotAuthorizedException', 'User is disabled.')
  if (user.status === 'UNCONFIRMED') throw new AwsError('UserNotConfirmedException', 'User is not confirmed.')
  if (user.status === 'CONFIRMED') return afterPassword(call, user)
  const { temporaryPasswordDays } = pool.passwordPolicy
  if ((user.temporarySince ?? 0) + temporaryPasswordDays * DAY_SECONDS <= now)
    throw new AwsError(
      'NotAuthorizedException',
      'Temporary password has expired and must be reset by an administrator.',
    )
  return waiting(call, user, 'NEW_PASSWORD_REQUIRED')
}

export const signInWithPassword = async (call: SignInCall, username: string, password: string) =>
  answered(call, await checkedPassword(call, username, password))

/**
 * Answers a challenge: a user with a temporary password chooses a new one.
 * @param isUser whether the answer names the user of the challenge
 */
export async function withNewPassword(
  call: SignInCall,
  { session, password, attributes = {} }: { session: string; password: string; attributes?: Attributes },
  isUser: (user: User) => boolean = () => true,
): Promise<SignInStep> {
  const { pool, client, data, state, now } = call
  checkPassword(pool.passwordPolicy, password)
  const challenge = state.takeChallenge(session, 'NEW_PASSWORD_REQUIRED', client.id, now)
  const hash = await hashPassword(password)
  const user = data.user(challenge.username)
  if (!user?.enabled || !isUser(user)) throw invalidSession()
  const changed = changeAttributes(pool.attributes, user.attributes, attributes)
  const confirmed: User = { ...user, attributes: changed, password: hash, status: 'CONFIRMED', modifiedAt: now }
  data.put(confirmed)
  return afterPassword(call, confirmed)
}

export function requireFlow(client: UserPoolClient, flow: string): void {
  if (!client.flows.has(`ALLOW_${flow}`))
    throw new AwsError('InvalidParameterException', `${flow} flow not enabled for this client`)
}

/** A client that has a secret proves with each call that it knows the secret: HMAC-SHA256 over user name and client id. */
export function checkSecretHash(client: UserPoolClient, username: string, given: string | undefined): void {
  if (client.secret === undefined) {
    if (given === undefined) return
    throw new AwsError('NotAuthorizedException', `Unable to verify secret hash for client ${client.id}`)
  }
  if (given === undefined)
    throw new AwsError(
      'NotAuthorizedException',
      `Client ${client.id} is configured with secret but SECRET_HASH was not received`,
    )
  const expected = createHmac('sha256', client.secret).update(`${username}${client.id}`).digest()
  const received = Buffer.from(given, 'base64')
  if (received.length !== expected.length || !timingSafeEqual(received, expected))
    throw new AwsError('NotAuthorizedException', `Unable to verify secret hash for client ${client.id}`)
}

/** `AuthParameters` and `ChallengeResponses` may contain anything: the needed names must be there, and no others. */
export function parametersOf<const N extends string, const O extends string>(
  given: Readonly<Record<string, string>>,
  needed: readonly N[],
  optional: readonly O[],
): Readonly<Record<N, string> & Partial<Record<O, string>>> {
  for (const name of needed)
    if (!given[name]) throw new AwsError('InvalidParameterException', `Missing required parameter ${name}`)
  const known: readonly string[] = [...needed, ...optional]
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new AwsError('InvalidParameterException', `Unknown parameters: ${unknown.join(', ')}`)
  return given as Record<N, string> & Partial<Record<O, string>>
}
