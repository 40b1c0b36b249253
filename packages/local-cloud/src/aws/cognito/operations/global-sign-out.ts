import { structure } from '../../../wire/protocol/shape.ts'
import { ACCESS_TOKEN, forUser } from '../operation.ts'

const TOKEN = structure({ AccessToken: ACCESS_TOKEN })

export const globalSignOut = forUser(TOKEN, async ({ user, data }) => {
  data.revoke(({ username }) => username === user.username)
  return {}
})
