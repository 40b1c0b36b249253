/** What users see of themselves, with their access token. */
import { structure } from '../../../wire/protocol/shape.ts'
import { ACCESS_TOKEN, forUser } from '../operation.ts'
import { attributesOf } from '../users.ts'

const TOKEN = structure({ AccessToken: ACCESS_TOKEN })

export const getUser = forUser(TOKEN, async ({ user, client }) => ({
  Username: user.username,
  UserAttributes: attributesOf(user, client.canRead),
}))
