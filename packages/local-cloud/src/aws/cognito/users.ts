/** Looks up users, and converts them into the form of Cognito's answers. */
import { AwsError } from '../../errors.ts'
import { isCustom } from './attributes.ts'
import type { UserPool } from './pool.ts'
import type { PoolData, User } from './pool-data.ts'

/** Looks up a user by name or `sub`, or by e-mail address if the pool's users sign in with it. */
export function findUser(pool: UserPool, data: PoolData, name: string): User | undefined {
  const wanted = fold(pool, name)
  const direct = data.user(name)
  if (direct) return direct
  return data
    .users()
    .find(
      ({ username, sub, attributes: { email } }) =>
        sub === name ||
        fold(pool, username) === wanted ||
        (pool.signInByEmail && email !== undefined && fold(pool, email) === wanted),
    )
}

export function requireUser(pool: UserPool, data: PoolData, name: string): User {
  const user = findUser(pool, data, name)
  if (!user) throw new AwsError('UserNotFoundException', 'User does not exist.')
  return user
}

const fold = ({ caseSensitive }: UserPool, name: string) => (caseSensitive ? name : name.toLowerCase())

/** `[{ Name, Value }]`, `sub` first. */
export function attributesOf(user: User, readable: (attribute: string) => boolean = () => true) {
  const attributes = Object.entries(user.attributes).filter(([name]) => readable(name))
  return [['sub', user.sub], ...attributes].map(([Name, Value]) => ({ Name, Value }))
}

/** The form of `AdminCreateUser`'s and `ListUsers`' answers. */
export const userView = (user: User, only?: readonly string[]) => ({
  Username: user.username,
  Attributes: attributesOf(user).filter(({ Name = '' }) => !only || only.includes(Name)),
  UserCreateDate: user.createdAt,
  UserLastModifiedDate: user.modifiedAt,
  Enabled: user.enabled,
  UserStatus: user.status,
})

/** Attributes as claims of an ID token: verifications are booleans, everything else is text. */
export function claimsOf(
  user: User,
  readable: (attribute: string) => boolean,
): Readonly<Record<string, string | boolean>> {
  return Object.fromEntries(
    Object.entries(user.attributes)
      .filter(([name]) => readable(name))
      .map(([name, value]) => [name, name.endsWith('_verified') && !isCustom(name) ? value === 'true' : value]),
  )
}
