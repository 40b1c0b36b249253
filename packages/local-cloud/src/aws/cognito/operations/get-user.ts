/** What a user's own access token shows about the user. */
import { structure } from '../../../wire/protocol/shape.ts'
import { ACCESS_TOKEN, forUser } from '../operation.ts'
import { mfaView } from '../second-factor.ts'
import { attributesOf } from '../users.ts'

const TOKEN = structure({ AccessToken: ACCESS_TOKEN })

export const getUser = forUser(TOKEN, async ({ user, client, pool }) => ({
  Username: user.username,
  UserAttributes: attributesOf(user, client.canRead),
  ...mfaView(user, pool.mfa),
}))
