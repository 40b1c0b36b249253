import { AwsError, UnsupportedError } from '../../../errors.ts'
import { map, required, secret, structure, text } from '../../../wire/protocol/shape.ts'
import { readAttributes } from '../attributes.ts'
import { CLIENT_ID, forClient } from '../operation.ts'
import type { User } from '../pool-data.ts'
import { checkSecretHash, signedIn, withNewPassword } from '../sign-in.ts'
import { findUser } from '../users.ts'

const INPUT = structure({
  ClientId: CLIENT_ID,
  ChallengeName: required(text()),
  Session: required(secret({ max: 2048 })),
  ChallengeResponses: required(map(secret({ max: 2048 }))),
})

const ATTRIBUTE = 'userAttributes.'

/** A user with a temporary password chooses one of their own. */
export const respondToAuthChallenge = forClient(INPUT, async (call) => {
  const { input, pool, client, data } = call
  if (input.ChallengeName !== 'NEW_PASSWORD_REQUIRED')
    throw new UnsupportedError(`the challenge ${input.ChallengeName} of cognito-idp:RespondToAuthChallenge`)
  const { USERNAME, NEW_PASSWORD, SECRET_HASH, ...rest } = input.ChallengeResponses
  if (!USERNAME || !NEW_PASSWORD)
    throw new AwsError(
      'InvalidParameterException',
      `Missing required parameter ${USERNAME ? 'NEW_PASSWORD' : 'USERNAME'}`,
    )
  checkSecretHash(client, USERNAME, SECRET_HASH)
  const given = Object.entries(rest).map(([name, Value]) => {
    if (!name.startsWith(ATTRIBUTE)) throw new AwsError('InvalidParameterException', `Unknown parameter: ${name}`)
    return { Name: name.slice(ATTRIBUTE.length), Value }
  })
  if (given.some(({ Name }) => !client.canWrite(Name)))
    throw new AwsError('NotAuthorizedException', 'A client attempted to write unauthorized attribute')
  const attributes = readAttributes(pool.attributes, given)
  const isUser = ({ username }: User) => findUser(pool, data, USERNAME)?.username === username
  return signedIn(
    call,
    await withNewPassword(call, { session: input.Session, password: NEW_PASSWORD, attributes }, isUser),
  )
})
