import { AwsError } from '../../../errors.ts'
import { required, secret, structure } from '../../../wire/protocol/shape.ts'
import { CLIENT_ID, forClient } from '../operation.ts'

const INPUT = structure({ ClientId: CLIENT_ID, ClientSecret: secret({ max: 64 }), Token: required(secret()) })

/** Ends the sign-in that a refresh token continues, and revokes all of its access tokens. */
export const revokeToken = forClient(INPUT, async ({ input, client, data }) => {
  if (!client.revocable)
    throw new AwsError('UnsupportedOperationException', 'Token revocation is not enabled for this client.')
  if (input.ClientSecret !== client.secret) throw new AwsError('NotAuthorizedException', 'Invalid client secret.')
  const signIn = data.signIn(input.Token)
  // OAuth treats an unknown token like one that is revoked already. A token of another client stays valid.
  if (!signIn) return {}
  if (signIn.clientId !== client.id)
    throw new AwsError('UnauthorizedException', 'The token was issued to another client.')
  data.revoke(({ originJti }) => originJti === signIn.originJti)
  return {}
})
