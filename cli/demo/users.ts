/** Makes a user of a tenant, with a random password. */
import { randomBytes } from 'node:crypto'
import { AdminDeleteUserCommand, type CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { HubOutputs } from '../../shared/contract.ts'
import { cognitoClient, createUser, type LocalConnection } from '../hub/cognito.ts'
import type { RunningUser } from '../local/running.ts'

export async function createUserOf(
  cloud: LocalCloud,
  { region, userPoolId }: HubOutputs,
  tenantId: string,
  local: LocalConnection,
): Promise<RunningUser> {
  const client = cognitoClient(region, { local, credentials: cloud.signIn() })
  try {
    const email = `user@${tenantId}.example.com`
    const user = { tenantId, username: email, password: password() }
    // A removed tenant of the same id has left its user behind, disabled and in no group.
    await deleteUser(client, userPoolId, email)
    await createUser(client, { userPoolId, tenantId, username: email, email }, user.password)
    return user
  } finally {
    client.destroy()
  }
}

async function deleteUser(client: CognitoIdentityProviderClient, UserPoolId: string, Username: string): Promise<void> {
  try {
    await client.send(new AdminDeleteUserCommand({ UserPoolId, Username }))
  } catch (error) {
    if (!(error instanceof Error && error.name === 'UserNotFoundException')) throw error
  }
}

/** 128 random bits, and one character of each kind that a password policy may require. */
const password = () => `${randomBytes(16).toString('base64url')}aA1!`
