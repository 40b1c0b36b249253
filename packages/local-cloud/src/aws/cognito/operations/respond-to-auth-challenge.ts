import { AwsError, UnsupportedError } from '../../../errors.ts'
import { map, type Of, required, secret, structure, text } from '../../../wire/protocol/shape.ts'
import { readAttributes } from '../attributes.ts'
import { CLIENT_ID, type ForClient, forClient } from '../operation.ts'
import type { User } from '../pool-data.ts'
import { answered, type SignInStep, withAppCode, withAppSetUp } from '../second-factor.ts'
import { checkSecretHash, parametersOf, withNewPassword } from '../sign-in.ts'
import type { ChallengeName } from '../state.ts'
import { findUser } from '../users.ts'

const INPUT = structure({
  ClientId: CLIENT_ID,
  ChallengeName: required(text()),
  Session: required(secret({ max: 2048 })),
  ChallengeResponses: required(map(secret({ max: 2048 }))),
})

type Call = ForClient<Of<typeof INPUT>>

const ANSWERS: Readonly<Record<ChallengeName, (call: Call) => SignInStep | Promise<SignInStep>>> = {
  NEW_PASSWORD_REQUIRED: byNewPassword,
  SOFTWARE_TOKEN_MFA: byCode,
  MFA_SETUP: byAppSetUp,
}

export const respondToAuthChallenge = forClient(INPUT, async (call) => {
  const { ChallengeName: name } = call.input
  const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name as ChallengeName] : undefined
  if (!answer) throw new UnsupportedError(`the challenge ${name} of cognito-idp:RespondToAuthChallenge`)
  return answered(call, await answer(call))
})

const ATTRIBUTE = 'userAttributes.'

/** A user with a temporary password chooses one of their own. */
function byNewPassword(call: Call): Promise<SignInStep> {
  const { input, pool, client } = call
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
  const answer = { session: input.Session, password: NEW_PASSWORD, attributes }
  return withNewPassword(call, answer, isUser(call, USERNAME))
}

function byCode(call: Call): SignInStep {
  const { input, client } = call
  const needed = ['USERNAME', 'SOFTWARE_TOKEN_MFA_CODE'] as const
  const {
    USERNAME,
    SOFTWARE_TOKEN_MFA_CODE: code,
    SECRET_HASH,
  } = parametersOf(input.ChallengeResponses, needed, ['SECRET_HASH'])
  checkSecretHash(client, USERNAME, SECRET_HASH)
  return { user: withAppCode(call, { session: input.Session, code, isUser: isUser(call, USERNAME) }) }
}

function byAppSetUp(call: Call): SignInStep {
  const { input, client } = call
  const { USERNAME, SECRET_HASH } = parametersOf(input.ChallengeResponses, ['USERNAME'], ['SECRET_HASH'])
  checkSecretHash(client, USERNAME, SECRET_HASH)
  return { user: withAppSetUp(call, { session: input.Session, isUser: isUser(call, USERNAME) }) }
}

const isUser =
  ({ pool, data }: Call, name: string) =>
  ({ username }: User) =>
    findUser(pool, data, name)?.username === username
