/** What administrators do to one user that exists. */
import { AwsError } from '../../../errors.ts'
import { required, structure } from '../../../wire/protocol/shape.ts'
import { ATTRIBUTE_LIST, changeAttributes, readAttributes } from '../attributes.ts'
import { administrative, POOL_ID, USERNAME } from '../operation.ts'
import { refuseTakenEmail } from '../taken-email.ts'
import { attributesOf, requireUser } from '../users.ts'

const ONE_USER = structure({ UserPoolId: POOL_ID, Username: required(USERNAME) })

export const adminGetUser = administrative(ONE_USER, async ({ input, pool, data }) => {
  const user = requireUser(pool, data, input.Username)
  return {
    Username: user.username,
    UserAttributes: attributesOf(user),
    UserCreateDate: user.createdAt,
    UserLastModifiedDate: user.modifiedAt,
    Enabled: user.enabled,
    UserStatus: user.status,
  }
})

export const adminDeleteUser = administrative(ONE_USER, async ({ input, pool, data }) => {
  data.delete(requireUser(pool, data, input.Username).username)
  return {}
})

/** Ends the user's sign-ins too: neither a refresh nor an access token is good for anything. */
export const adminDisableUser = administrative(ONE_USER, async ({ input, pool, data, now }) => {
  const user = requireUser(pool, data, input.Username)
  data.put({ ...user, enabled: false, modifiedAt: now })
  data.revoke(({ username }) => username === user.username)
  return {}
})

export const adminEnableUser = administrative(ONE_USER, async ({ input, pool, data, now }) => {
  data.put({ ...requireUser(pool, data, input.Username), enabled: true, modifiedAt: now })
  return {}
})

export const adminUserGlobalSignOut = administrative(ONE_USER, async ({ input, pool, data }) => {
  const user = requireUser(pool, data, input.Username)
  data.revoke(({ username }) => username === user.username)
  return {}
})

/** Of a user who signed up. */
export const adminConfirmSignUp = administrative(ONE_USER, async ({ input, pool, data, now }) => {
  const user = requireUser(pool, data, input.Username)
  if (user.status !== 'UNCONFIRMED')
    throw new AwsError('NotAuthorizedException', `User cannot be confirmed. Current status is ${user.status}`)
  data.put({ ...user, status: 'CONFIRMED', modifiedAt: now })
  return {}
})

const CHANGE = structure({
  UserPoolId: POOL_ID,
  Username: required(USERNAME),
  UserAttributes: required(ATTRIBUTE_LIST),
})

export const adminUpdateUserAttributes = administrative(CHANGE, async ({ input, pool, data, now }) => {
  const user = requireUser(pool, data, input.Username)
  const change = readAttributes(pool.attributes, input.UserAttributes)
  refuseTakenEmail(pool, data, user, change)
  data.put({ ...user, attributes: changeAttributes(pool.attributes, user.attributes, change), modifiedAt: now })
  return {}
})
