import { randomUUID } from 'node:crypto'
import { AwsError } from '../../../errors.ts'
import { required, secret, structure } from '../../../wire/protocol/shape.ts'
import { ATTRIBUTE_LIST, checkRequired, readAttributes } from '../attributes.ts'
import { CLIENT_ID, forClient, USERNAME } from '../operation.ts'
import { checkPassword, hashPassword } from '../passwords.ts'
import { checkSecretHash } from '../sign-in.ts'
import { findUser } from '../users.ts'

const INPUT = structure({
  ClientId: CLIENT_ID,
  SecretHash: secret({ max: 128 }),
  Username: required(USERNAME),
  Password: required(secret({ max: 256 })),
  UserAttributes: ATTRIBUTE_LIST,
})

/** The new user waits for `AdminConfirmSignUp`; confirmation codes are not sent here. */
export const signUp = forClient(INPUT, async ({ input, pool, client, data, now }) => {
  if (pool.onlyAdministratorsCreateUsers)
    throw new AwsError('NotAuthorizedException', 'SignUp is not permitted for this user pool')
  checkSecretHash(client, input.Username, input.SecretHash)
  if (input.UserAttributes?.some(({ Name }) => !client.canWrite(Name)))
    throw new AwsError('NotAuthorizedException', 'A client attempted to write unauthorized attribute')
  checkPassword(pool.passwordPolicy, input.Password)
  const byName = pool.signInByEmail ? [{ Name: 'email', Value: input.Username }] : []
  const attributes = readAttributes(pool.attributes, [...(input.UserAttributes ?? []), ...byName])
  checkRequired(pool.attributes, attributes)
  const password = await hashPassword(input.Password)
  if (findUser(pool, data, input.Username)) throw new AwsError('UsernameExistsException', 'User already exists')
  const sub = randomUUID()
  const username = pool.signInByEmail ? sub : input.Username
  data.put({
    username,
    sub,
    attributes,
    password,
    enabled: true,
    status: 'UNCONFIRMED',
    groups: [],
    createdAt: now,
    modifiedAt: now,
  })
  return { UserConfirmed: false, UserSub: sub }
})
