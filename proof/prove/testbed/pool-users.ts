/** The people of the user pool that attempts are made as, and the operator who made them. */
import {
  AdminConfirmSignUpCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminRemoveUserFromGroupCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import { cognitoClient, createUser } from '../../../cli/hub/cognito.ts'
import { disableUsers } from '../../../cli/tenant/users.ts'
import type { Platform } from '../../harness/platform.ts'
import type { Session, UserPoolCalls } from './user-pool.ts'

export interface PoolUser {
  readonly username: string
  readonly password: string
  /** From a sign-in before anything was done to the user. */
  readonly session: Session
}

export interface PoolUsers {
  /** A user of the first tenant. */
  readonly own: PoolUser
  /** Was a user of a tenant that had the first tenant's id, and was removed as `tenant remove` does it. */
  readonly former: PoolUser
  /** A user of the first tenant who was disabled while signed in. */
  readonly disabled: PoolUser
  /** A user of the first tenant who signed out everywhere. */
  readonly signedOut: PoolUser
  /** What only the operator can do, for setting up and putting back. */
  readonly operator: Operator
  close(): void
}

export interface Operator {
  enable(username: string): Promise<void>
  disable(username: string): Promise<void>
  /** Stands for the code that Cognito mails to whoever signed up: the stand-in mails none. */
  confirm(username: string): Promise<void>
  remove(username: string): Promise<void>
  leaveGroup(username: string, group: string): Promise<void>
}

const PASSWORD = 'attempts at isolation 1 A!'

export async function createPoolUsers(platform: Platform, pool: UserPoolCalls): Promise<PoolUsers> {
  const { cloud, hub, wirePort: port, caFile } = platform
  const cognito = cognitoClient(hub.region, { local: { port, caFile }, credentials: cloud.signIn() })
  const where = { cognito, userPoolId: hub.userPoolId }
  const join = async (name: string): Promise<PoolUser> => {
    const username = `${name}@example.com`
    await createUser(cognito, { ...where, tenantId: 'tenant1', username, email: username }, PASSWORD)
    const step = await pool.signIn(username, PASSWORD)
    if (!step.ok) throw new Error(`${username} cannot sign in.`)
    return { username, password: PASSWORD, session: step.value }
  }
  const former = await join('former')
  await disableUsers(where, [former.username])
  await removeAndReuse(platform, 'tenant1')
  const [own, disabled, signedOut] = [await join('own'), await join('disabled'), await join('signed-out')]
  await disableUsers(where, [disabled.username])
  await pool.unsigned('GlobalSignOut', { AccessToken: signedOut.session.accessToken })
  return { own, former, disabled, signedOut, operator: operatorOf(where), close: () => cognito.destroy() }
}

/** What destroying a tenant's stack and deploying another of the same id does to the user pool. */
async function removeAndReuse({ cloud: { ledger } }: Platform, tenantId: string): Promise<void> {
  const group = ledger.findBy('aws:cognito/userGroup:UserGroup', 'name', tenantId)
  if (!group) throw new Error(`${tenantId} has no group of users.`)
  await ledger.delete(group.urn)
  // Another resource of the same name: the very one, put back, would have its members again.
  await ledger.put({ ...group })
}

function operatorOf(where: { readonly cognito: CognitoIdentityProviderClient; readonly userPoolId: string }): Operator {
  const { cognito } = where
  const user = (Username: string) => ({ UserPoolId: where.userPoolId, Username })
  const done = async (sent: Promise<unknown>) => {
    await sent
  }
  return {
    enable: (name) => done(cognito.send(new AdminEnableUserCommand(user(name)))),
    disable: (name) => done(cognito.send(new AdminDisableUserCommand(user(name)))),
    confirm: (name) => done(cognito.send(new AdminConfirmSignUpCommand(user(name)))),
    remove: (name) => done(cognito.send(new AdminDeleteUserCommand(user(name)))),
    leaveGroup: (name, GroupName) =>
      done(cognito.send(new AdminRemoveUserFromGroupCommand({ ...user(name), GroupName }))),
  }
}
