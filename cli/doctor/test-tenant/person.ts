/** A user of the test tenant, who sends requests like any user and is deleted with the tenant. */
import { randomBytes } from 'node:crypto'
import { AdminAddUserToGroupCommand, AdminRemoveUserFromGroupCommand } from '@aws-sdk/client-cognito-identity-provider'
import { signIn } from '../../hub/cognito.ts'
import type { HubAccess } from '../../hub/hub-access.ts'
import { addUser, deleteUser } from '../../tenant/users.ts'
import { type Gateway, gatewayAt } from '../deployed/gateway.ts'

export interface Person {
  /** Signs in again, so that the token has the user's present groups. */
  gateway(): Promise<Gateway>
  /** Puts the user into another group as well, while `work` runs. */
  alsoIn<T>(group: string, work: (gateway: Gateway) => Promise<T>): Promise<T>
  remove(): Promise<void>
}

export interface PersonOptions {
  readonly hub: Pick<HubAccess, 'cognito' | 'userPoolId'>
  readonly clientId: string
  readonly tenantId: string
  /** How a request is sent with the user's token. @default by `fetch` to the hub's own address */
  readonly gatewayOf: (token: string) => Gateway
}

/** A name of a reserved domain (RFC 2606), which nobody owns: Cognito sends no mail. */
const emailOf = (tenantId: string) => `doctor@${tenantId}.example.com`

/** @throws UserError if the tenant is not deployed in the hub */
export async function createPerson({ hub, clientId, tenantId, gatewayOf }: PersonOptions): Promise<Person> {
  const { cognito, userPoolId } = hub
  const username = emailOf(tenantId)
  // The password is never shown, and is deleted with the user.
  const password = `${randomBytes(24).toString('base64url')}aA1!`
  await addUser(hub, tenantId, username, { kind: 'typed', password })
  const gateway = async () => gatewayOf(await signIn(cognito, { clientId, username, password }))
  const member = (GroupName: string) => ({ UserPoolId: userPoolId, Username: username, GroupName })
  return {
    gateway,
    async alsoIn(group, work) {
      await cognito.send(new AdminAddUserToGroupCommand(member(group)))
      try {
        return await work(await gateway())
      } finally {
        await cognito.send(new AdminRemoveUserFromGroupCommand(member(group)))
      }
    },
    remove: () => deleteUser(hub, username),
  }
}

/** Uses the address that `login` gives to clients. */
export const overTheNetwork = (gatewayUrl: string, tenantId: string) => (token: string) =>
  gatewayAt({ url: gatewayUrl, tenantId, token })
