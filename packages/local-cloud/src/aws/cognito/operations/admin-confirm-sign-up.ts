import { AwsError } from '../../../errors.ts'
import { administrative, ONE_USER } from '../operation.ts'
import { requireUser } from '../users.ts'

/** Confirms a user who signed up. */
export const adminConfirmSignUp = administrative(ONE_USER, async ({ input, pool, data, now }) => {
  const user = requireUser(pool, data, input.Username)
  if (user.status !== 'UNCONFIRMED')
    throw new AwsError('NotAuthorizedException', `User cannot be confirmed. Current status is ${user.status}`)
  data.put({ ...user, status: 'CONFIRMED', modifiedAt: now })
  return {}
})
