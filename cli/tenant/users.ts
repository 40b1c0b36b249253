/** Makes, finds and disables a tenant's users in the pool, for operators. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminSetUserMFAPreferenceCommand,
  AdminSetUserPasswordCommand,
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
  ListUsersInGroupCommand,
  type ListUsersInGroupCommandOutput,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider'
import { TENANT_CLAIM } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'

export interface Pool {
  readonly cognito: CognitoIdentityProviderClient
  readonly userPoolId: string
  /**
   * Described in `HubAccess`.
   * @default pulumi's
   */
  readonly deployCommand?: string
}

/** The first password of a new user: one that the operator types, or a temporary one that Cognito mails. */
export type FirstPassword = { readonly kind: 'typed'; readonly password: string } | { readonly kind: 'mailed' }

/** @throws UserError if the tenant is not deployed, if the address is taken, or if the pool refuses the password */
export async function addUser(pool: Pool, tenantId: string, email: string, first: FirstPassword): Promise<void> {
  const { cognito, userPoolId } = pool
  await requireGroup(pool, tenantId)
  const user = { UserPoolId: userPoolId, Username: email }
  const typed = first.kind === 'typed' ? first.password : undefined
  const attributes = { email, email_verified: 'true', [TENANT_CLAIM]: tenantId }
  const create = new AdminCreateUserCommand({
    ...user,
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    // Sent with the creation, so that no user is created if the pool refuses the password.
    ...(typed === undefined
      ? { DesiredDeliveryMediums: ['EMAIL'] }
      : { MessageAction: 'SUPPRESS', TemporaryPassword: typed }),
  })
  await cognito.send(create).catch((cause: unknown) => {
    throw refusal(cause, email)
  })
  try {
    await cognito.send(new AdminAddUserToGroupCommand({ ...user, GroupName: tenantId }))
    if (typed !== undefined)
      await cognito.send(new AdminSetUserPasswordCommand({ ...user, Password: typed, Permanent: true }))
  } catch (cause) {
    // An incomplete user could not sign in, and would make a second attempt fail.
    await cognito.send(new AdminDeleteUserCommand(user)).catch(() => undefined)
    throw cause
  }
}

function refusal(cause: unknown, email: string, outcome = 'No user was made.'): unknown {
  if (!(cause instanceof Error)) return cause
  if (cause.name === 'UsernameExistsException')
    return new UserError(
      `There is a user ${email} already.`,
      'A user belongs to one tenant for good: use another address, or delete that user first.',
      { cause },
    )
  if (cause.name === 'InvalidPasswordException')
    return new UserError(
      `The user pool refuses that password: ${cause.message}`,
      `It takes 12 characters or more, with upper and lower case, a number and a symbol. ${outcome}`,
      { cause },
    )
  return cause
}

/** The group is made and deleted with the tenant's stack. */
async function requireGroup(
  { cognito, userPoolId, deployCommand = 'pulumi up -s' }: Pool,
  tenantId: string,
): Promise<void> {
  try {
    await cognito.send(new ListUsersInGroupCommand({ UserPoolId: userPoolId, GroupName: tenantId, Limit: 1 }))
  } catch (cause) {
    if (!isMissing(cause)) throw cause
    throw new UserError(
      `${tenantId} is not deployed in this hub: it has no group of users.`,
      `Deploy it first: ${deployCommand} spoke-${tenantId}`,
      { cause },
    )
  }
}

/** User names of a tenant's users; none for a tenant without a group. */
export async function usersOf(pool: Pool, tenantId: string): Promise<readonly string[]> {
  try {
    return (await groupOf(pool, tenantId)).flatMap(({ Username }) => Username ?? [])
  } catch (cause) {
    if (isMissing(cause)) return []
    throw cause
  }
}

async function groupOf({ cognito, userPoolId }: Pool, tenantId: string): Promise<readonly UserType[]> {
  const users: UserType[] = []
  let next: string | undefined
  do {
    const page: ListUsersInGroupCommandOutput = await cognito.send(
      new ListUsersInGroupCommand({
        UserPoolId: userPoolId,
        GroupName: tenantId,
        Limit: 60,
        ...(next !== undefined && { NextToken: next }),
      }),
    )
    users.push(...(page.Users ?? []))
    next = page.NextToken
  } while (next !== undefined)
  return users
}

/** A user of a tenant, as its operator sees them. */
export interface Member {
  /** Cognito's own name for the user, which is not the e-mail address. */
  readonly username: string
  /** The subject of the user's tokens. */
  readonly sub: string
  /** The user's name for signing in. */
  readonly email: string
  readonly status: 'active' | 'disabled' | 'new password'
  readonly createdAt: Date
}

/**
 * Sorted by their addresses.
 * @throws UserError if the tenant is not deployed
 */
export async function membersOf(pool: Pool, tenantId: string): Promise<readonly Member[]> {
  await requireGroup(pool, tenantId)
  const members = (await groupOf(pool, tenantId)).map((user): Member => {
    const { Username: username = '', UserStatus, Enabled, UserCreateDate: createdAt = new Date(0) } = user
    const attribute = (name: string) => user.Attributes?.find(({ Name }) => Name === name)?.Value ?? username
    const email = attribute('email')
    const status = Enabled === false ? 'disabled' : UserStatus === 'CONFIRMED' ? 'active' : 'new password'
    return { username, sub: attribute('sub'), email, status, createdAt }
  })
  return members.sort((a, b) => a.email.localeCompare(b.email, 'en'))
}

/** @throws UserError if no user of this tenant has the address */
export async function memberOf(pool: Pool, tenantId: string, email: string): Promise<Member> {
  const members = await membersOf(pool, tenantId)
  const found = members.find((member) => member.email.toLowerCase() === email.toLowerCase())
  if (found) return found
  throw new UserError(
    `${tenantId} has no user ${email}.`,
    `See: npm run tenant -- user list ${tenantId}. Nothing was changed.`,
  )
}

export async function enableUser({ cognito, userPoolId }: Pool, Username: string): Promise<void> {
  await cognito.send(new AdminEnableUserCommand({ UserPoolId: userPoolId, Username }))
}

export async function deleteUser(pool: Pool, username: string): Promise<void> {
  await disableUsers(pool, [username], { erase: true })
}

/** Sets a password that the user must replace at the next sign-in. @throws UserError if the pool refuses the password */
export async function resetPassword(pool: Pool, username: string, password: string): Promise<void> {
  const user = { UserPoolId: pool.userPoolId, Username: username }
  await pool.cognito
    .send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: false }))
    .catch((cause: unknown) => {
      throw refusal(cause, username, 'Nothing was changed.')
    })
  // Ends sessions that began with the old password.
  await pool.cognito.send(new AdminUserGlobalSignOutCommand(user))
}

/**
 * Removes a user's authenticator app, so that the password is enough until the user sets up another one.
 * @throws UserError if the pool keeps the app: if every user must have a second factor, Cognito answers success but does not remove it
 */
export async function resetSecondFactor(pool: Pool, { username, email }: Member, tenantId: string): Promise<void> {
  const user = { UserPoolId: pool.userPoolId, Username: username }
  const SoftwareTokenMfaSettings = { Enabled: false, PreferredMfa: false }
  await pool.cognito.send(new AdminSetUserMFAPreferenceCommand({ ...user, SoftwareTokenMfaSettings }))
  const { UserMFASettingList: left = [] } = await pool.cognito.send(new AdminGetUserCommand(user))
  if (left.includes('SOFTWARE_TOKEN_MFA'))
    throw new UserError(
      `${email} has the authenticator app still: where userPoolMfa is required, Cognito takes no user's factor away.`,
      `Set userPoolMfa to optional, deploy the hub, and run this again; or remove the user and add them anew (npm run tenant -- user remove ${tenantId} ${email}), who is another subject then.`,
    )
  // Ends sessions, so that whoever has the lost device is signed out.
  await pool.cognito.send(new AdminUserGlobalSignOutCommand(user))
}

/** Ends the users' sessions and refuses further sign-ins. An ID token that was issued before stays valid for half an hour at most. */
export async function disableUsers(pool: Pool, users: readonly string[], { erase = false } = {}): Promise<void> {
  for (const Username of users) {
    const user = { UserPoolId: pool.userPoolId, Username }
    await pool.cognito.send(new AdminUserGlobalSignOutCommand(user))
    await pool.cognito.send(erase ? new AdminDeleteUserCommand(user) : new AdminDisableUserCommand(user))
  }
}

const isMissing = (cause: unknown) => cause instanceof Error && cause.name === 'ResourceNotFoundException'
