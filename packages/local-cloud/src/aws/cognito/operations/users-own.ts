/** What users do for themselves, with their access token. */
import { AwsError } from '../../../errors.ts'
import { required, secret, structure } from '../../../wire/protocol/shape.ts'
import { ATTRIBUTE_LIST, changeAttributes, readAttributes } from '../attributes.ts'
import { ACCESS_TOKEN, forUser } from '../operation.ts'
import { checkPassword, hashPassword, verifyPassword } from '../passwords.ts'
import { refuseTakenEmail } from '../taken-email.ts'
import { attributesOf } from '../users.ts'

const TOKEN = structure({ AccessToken: ACCESS_TOKEN })

export const getUser = forUser(TOKEN, async ({ user, client }) => ({
  Username: user.username,
  UserAttributes: attributesOf(user, client.canRead),
}))

export const globalSignOut = forUser(TOKEN, async ({ user, data }) => {
  data.revoke(({ username }) => username === user.username)
  return {}
})

const CHANGE = structure({ AccessToken: ACCESS_TOKEN, UserAttributes: required(ATTRIBUTE_LIST) })

/** Only what the app client may write: `custom:tenant_id` is not among it. */
export const updateUserAttributes = forUser(CHANGE, async ({ input, pool, client, data, user, now }) => {
  if (input.UserAttributes.some(({ Name }) => !client.canWrite(Name)))
    throw new AwsError('NotAuthorizedException', 'A client attempted to write unauthorized attribute')
  const change = readAttributes(pool.attributes, input.UserAttributes)
  refuseTakenEmail(pool, data, user, change)
  data.put({ ...user, attributes: changeAttributes(pool.attributes, user.attributes, change), modifiedAt: now })
  return {}
})

const PASSWORDS = structure({
  AccessToken: ACCESS_TOKEN,
  PreviousPassword: required(secret({ max: 256 })),
  ProposedPassword: required(secret({ max: 256 })),
})

export const changePassword = forUser(PASSWORDS, async ({ input, pool, data, state, surroundings, user, now }) => {
  const attempts = `${pool.id} ${user.username}`
  state.checkAttempts(attempts, surroundings.now())
  const correct = await verifyPassword(input.PreviousPassword, user.password)
  state.attempted(attempts, correct, surroundings.now())
  if (!correct) throw new AwsError('NotAuthorizedException', 'Incorrect username or password.')
  checkPassword(pool.passwordPolicy, input.ProposedPassword)
  data.update(user.username, { password: await hashPassword(input.ProposedPassword), modifiedAt: now })
  return {}
})
