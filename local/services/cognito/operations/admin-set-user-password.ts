import { boolean, required, secret, structure } from '../../protocol/shape.ts'
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
  requireUser(pool, data, input.Username)
  checkPassword(pool.passwordPolicy, input.Password)
  const password = await hashPassword(input.Password)
  const { temporarySince: _, ...user } = requireUser(pool, data, input.Username)
  data.put({
    ...user,
    password,
    modifiedAt: now,
    ...(input.Permanent
      ? { status: 'CONFIRMED' as const }
      : { status: 'FORCE_CHANGE_PASSWORD' as const, temporarySince: now }),
  })
  return {}
})
