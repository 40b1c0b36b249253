import { AwsError } from '../../../errors.ts'
import { required, secret, structure } from '../../../wire/protocol/shape.ts'
import { ACCESS_TOKEN, forUser } from '../operation.ts'
import { checkPassword, hashPassword, verifyPassword } from '../passwords.ts'

const PASSWORDS = structure({
  AccessToken: ACCESS_TOKEN,
  PreviousPassword: required(secret({ max: 256 })),
  ProposedPassword: required(secret({ max: 256 })),
})

export const changePassword = forUser(PASSWORDS, async ({ input, pool, data, state, surroundings, user, now }) => {
  const attempts = `${pool.id} ${user.username}`
  state.checkAttempts(attempts, surroundings.now())
  const correct = await verifyPassword(input.PreviousPassword, user.password)
  state.attempted(attempts, correct, surroundings.now())
  if (!correct) throw new AwsError('NotAuthorizedException', 'Incorrect username or password.')
  checkPassword(pool.passwordPolicy, input.ProposedPassword)
  data.update(user.username, { password: await hashPassword(input.ProposedPassword), modifiedAt: now })
  return {}
})
