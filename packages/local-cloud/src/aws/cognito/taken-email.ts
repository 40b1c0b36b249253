import { AwsError } from '../../errors.ts'
import type { Attributes } from './attributes.ts'
import type { UserPool } from './pool.ts'
import type { PoolData, User } from './pool-data.ts'
import { findUser } from './users.ts'

/** Refuses a second user with the same e-mail address in a pool where users sign in with it. */
export function refuseTakenEmail(
  pool: UserPool,
  data: PoolData,
  user: Pick<User, 'username'>,
  { email }: Attributes,
): void {
  if (!pool.signInByEmail || !email) return
  const holder = findUser(pool, data, email)
  if (holder && holder.username !== user.username)
    throw new AwsError('AliasExistsException', 'An account with the given email already exists.')
}
