import { AwsError, UnsupportedError } from '../../../errors.ts'
import { map, oneOf, required, secret, structure } from '../../../wire/protocol/shape.ts'
import { CLIENT_ID, type ForClient, forClient, subjectOf } from '../operation.ts'
import { checkSecretHash, parametersOf, requireFlow, signInWithPassword } from '../sign-in.ts'
import { tokens } from '../tokens.ts'

const FLOWS = [
  'USER_PASSWORD_AUTH',
  'REFRESH_TOKEN_AUTH',
  'REFRESH_TOKEN',
  'USER_SRP_AUTH',
  'CUSTOM_AUTH',
  'USER_AUTH',
] as const

const INPUT = structure({
  ClientId: CLIENT_ID,
  AuthFlow: required(oneOf(...FLOWS)),
  AuthParameters: map(secret({ max: 16_384 })),
})

export const initiateAuth = forClient(INPUT, (call) => {
  const { AuthFlow, AuthParameters = {} } = call.input
  const flow = AuthFlow === 'REFRESH_TOKEN' ? 'REFRESH_TOKEN_AUTH' : AuthFlow
  requireFlow(call.client, flow)
  if (flow === 'USER_PASSWORD_AUTH') return byPassword(call, AuthParameters)
  if (flow === 'REFRESH_TOKEN_AUTH') return byRefreshToken(call, AuthParameters)
  throw new UnsupportedError(`the flow ${flow} of cognito-idp:InitiateAuth`)
})

function byPassword(call: ForClient<unknown>, given: Readonly<Record<string, string>>) {
  const { USERNAME, PASSWORD, SECRET_HASH } = parametersOf(given, ['USERNAME', 'PASSWORD'], ['SECRET_HASH'])
  checkSecretHash(call.client, USERNAME, SECRET_HASH)
  return signInWithPassword(call, USERNAME, PASSWORD)
}

async function byRefreshToken(call: ForClient<unknown>, given: Readonly<Record<string, string>>) {
  const { client, data, now } = call
  const { REFRESH_TOKEN, SECRET_HASH } = parametersOf(given, ['REFRESH_TOKEN'], ['SECRET_HASH'])
  const signIn = data.signIn(REFRESH_TOKEN)
  if (signIn?.clientId !== client.id) throw refused('Invalid Refresh Token')
  checkSecretHash(client, signIn.username, SECRET_HASH)
  if (signIn.revoked) throw refused('Refresh Token has been revoked')
  if (signIn.expires <= now) throw refused('Refresh Token has expired')
  const user = data.user(signIn.username)
  if (!user) throw refused('Invalid Refresh Token')
  if (!user.enabled) throw refused('User is disabled.')
  return { AuthenticationResult: await tokens(subjectOf(call, user), signIn), ChallengeParameters: {} }
}

const refused = (message: string) => new AwsError('NotAuthorizedException', message)
