import { boolean, required, secret, structure } from '../../../wire/protocol/shape.ts'
import { administrative, POOL_ID, USERNAME } from '../operation.ts'
import { checkPassword, hashPassword } from '../passwords.ts'
import { requireUser } from '../users.ts'

const INPUT = structure({
  UserPoolId: POOL_ID,
  Username: required(USERNAME),
  Password: required(secret({ max: 256 })),
  Permanent: boolean,
})

export const adminSetUserPassword = administrative(INPUT, async ({ input, pool, data, now }) => {
  const { username } = requireUser(pool, data, input.Username)
  checkPassword(pool.passwordPolicy, input.Password)
  const password = await hashPassword(input.Password)
  const status = input.Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD'
  data.update(username, { password, status, temporarySince: now, modifiedAt: now })
  return {}
})
