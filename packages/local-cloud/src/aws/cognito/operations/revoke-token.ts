import { AwsError } from '../../../errors.ts'
import { required, secret, structure } from '../../../wire/protocol/shape.ts'
import { CLIENT_ID, forClient } from '../operation.ts'

const INPUT = structure({ ClientId: CLIENT_ID, ClientSecret: secret({ max: 64 }), Token: required(secret()) })

/** Ends the sign-in of a refresh token, and with it every access token that came of it. */
export const revokeToken = forClient(INPUT, async ({ input, client, data }) => {
  if (!client.revocable)
    throw new AwsError('UnsupportedOperationException', 'Token revocation is not enabled for this client.')
  if (input.ClientSecret !== client.secret) throw new AwsError('NotAuthorizedException', 'Invalid client secret.')
  const signIn = data.signIn(input.Token)
  // As in OAuth, a token that nobody knows is as good as revoked; another client's stays.
  if (!signIn) return {}
  if (signIn.clientId !== client.id)
    throw new AwsError('UnauthorizedException', 'The token was issued to another client.')
  data.revoke(({ originJti }) => originJti === signIn.originJti)
  return {}
})
