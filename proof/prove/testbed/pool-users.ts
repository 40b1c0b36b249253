/** The users of the user pool who make attempts, and the operator who created them. */
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
  /** A session that began before anything was changed. */
  readonly session: Session
}

export interface PoolUsers {
  /** A user of the first tenant. */
  readonly own: PoolUser
  /** Was a user of an earlier tenant with the first tenant's id, and was removed as `tenant remove` does it. */
  readonly former: PoolUser
  /** A user of the first tenant who was disabled while signed in. */
  readonly disabled: PoolUser
  /** A user of the first tenant who signed out everywhere. */
  readonly signedOut: PoolUser
  /** Actions that only the operator can do, to prepare attempts and to restore. */
  readonly operator: Operator
  close(): void
}

export interface Operator {
  enable(username: string): Promise<void>
  disable(username: string): Promise<void>
  /** Replaces the code that Cognito mails to a new user, because the local cloud sends no mail. */
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

/** Does to the user pool what happens if a tenant's stack is destroyed and another tenant is deployed with its id. */
async function removeAndReuse({ cloud: { ledger } }: Platform, tenantId: string): Promise<void> {
  const group = ledger.findBy('aws:cognito/userGroup:UserGroup', 'name', tenantId)
  if (!group) throw new Error(`${tenantId} has no group of users.`)
  await ledger.delete(group.urn)
  // A new resource with the same name: if the former one were restored, it would have its members again.
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
