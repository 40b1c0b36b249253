import { randomUUID } from 'node:crypto'
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { list, type Of, oneOf, required, secret, structure } from '../../../wire/protocol/shape.ts'
import { ATTRIBUTE_LIST, type Attributes, checkRequired, readAttributes } from '../attributes.ts'
import { administrative, POOL_ID, USERNAME } from '../operation.ts'
import { checkPassword, hashPassword, temporaryPassword } from '../passwords.ts'
import type { UserPool } from '../pool.ts'
import type { PoolData, User } from '../pool-data.ts'
import type { CognitoState } from '../state.ts'
import { findUser, requireUser, userView } from '../users.ts'

const INPUT = structure({
  UserPoolId: POOL_ID,
  Username: required(USERNAME),
  UserAttributes: ATTRIBUTE_LIST,
  TemporaryPassword: secret({ max: 256 }),
  MessageAction: oneOf('SUPPRESS', 'RESEND'),
  DesiredDeliveryMediums: list(oneOf('EMAIL')),
})

export const adminCreateUser = administrative(INPUT, async ({ input, pool, data, state, now }) => {
  const password = input.TemporaryPassword ?? temporaryPassword(pool.passwordPolicy)
  checkPassword(pool.passwordPolicy, password)
  const user = input.MessageAction === 'RESEND' ? invited(pool, data, input) : created(pool, data, input, now)
  const invite = input.MessageAction === 'SUPPRESS' ? undefined : invitation(state, user, password)
  const hash = await hashPassword(password)
  // While the password was hashed, another call may have made, changed or deleted the same user.
  if (input.MessageAction !== 'RESEND') refuseExisting(pool, data, user)
  const current = input.MessageAction === 'RESEND' ? invited(pool, data, input) : user
  const saved: User = { ...current, password: hash, temporarySince: now, modifiedAt: now }
  data.put(saved)
  invite?.()
  return { User: userView(saved) }
})

type Input = Of<typeof INPUT>

function created(pool: UserPool, data: PoolData, { Username, UserAttributes }: Input, now: number): User {
  const sub = randomUUID()
  const given = readAttributes(pool.attributes, UserAttributes)
  const attributes: Attributes = pool.signInByEmail ? { ...byEmail(pool, Username), ...given } : given
  if (pool.signInByEmail && attributes.email !== Username)
    throw new AwsError('InvalidParameterException', 'User name and the attribute email must be the same.')
  checkRequired(pool.attributes, attributes)
  const username = pool.signInByEmail ? sub : Username
  const user: User = {
    username,
    sub,
    attributes,
    enabled: true,
    status: 'FORCE_CHANGE_PASSWORD',
    groups: [],
    createdAt: now,
    modifiedAt: now,
  }
  refuseExisting(pool, data, user)
  return user
}

/** If users sign in by e-mail address, the user name must be one. */
function byEmail(pool: UserPool, username: string): Attributes {
  if (!username.includes('@')) throw new AwsError('InvalidParameterException', 'Username should be an email.')
  return readAttributes(pool.attributes, [{ Name: 'email', Value: username }])
}

function refuseExisting(pool: UserPool, data: PoolData, { username, attributes: { email } }: User): void {
  if (findUser(pool, data, username)) throw new AwsError('UsernameExistsException', 'User account already exists')
  if (pool.signInByEmail && email !== undefined && findUser(pool, data, email))
    throw new AwsError('UsernameExistsException', 'An account with the given email already exists.')
}

function invited(pool: UserPool, data: PoolData, { Username }: Input): User {
  const user = requireUser(pool, data, Username)
  if (user.status !== 'FORCE_CHANGE_PASSWORD')
    throw new AwsError(
      'UnsupportedUserStateException',
      `Resend not possible. ${user.username} status is not FORCE_CHANGE_PASSWORD`,
    )
  return user
}

/** Checks before the user is made whether the message can be sent. It is sent after the user was made. */
function invitation({ options: { deliver } }: CognitoState, user: User, password: string): () => void {
  const { email: to } = user.attributes
  if (to === undefined)
    throw new AwsError('InvalidParameterException', 'The user has no email address to send the invitation to.')
  if (!deliver) throw new UnsupportedError("e-mail from cognito-idp:AdminCreateUser without MessageAction 'SUPPRESS'")
  return () => deliver({ kind: 'invitation', to, username: user.username, temporaryPassword: password })
}
