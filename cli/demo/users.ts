/** One user a tenant, with a password that is made up on the spot. */
import { randomBytes } from 'node:crypto'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import { cognitoClient, createUser, type LocalConnection } from '../cognito.ts'
import type { RunningUser } from '../running.ts'
import type { Demo } from './deploy.ts'

export async function createUsers(
  cloud: LocalCloud,
  { hub, tenants }: Demo,
  local: LocalConnection,
): Promise<readonly RunningUser[]> {
  const client = cognitoClient(hub.region, { local, credentials: cloud.signIn() })
  const users: RunningUser[] = []
  for (const { tenantId } of tenants) {
    const email = `user@${tenantId}.example.com`
    const user = { tenantId, username: email, password: password() }
    await createUser(client, { userPoolId: hub.userPoolId, tenantId, username: email, email }, user.password)
    users.push(user)
  }
  client.destroy()
  return users
}

/** 128 random bits, and one of each kind of character that a password policy may ask for. */
const password = () => `${randomBytes(16).toString('base64url')}aA1!`
