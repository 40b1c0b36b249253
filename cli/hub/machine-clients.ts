/** App clients of the hub's user pool for machines: one for each machine, with the name `TENANT.NAME`. */
import {
  AddUserPoolClientSecretCommand,
  type CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
  DeleteUserPoolClientSecretCommand,
  ListUserPoolClientSecretsCommand,
  ListUserPoolClientsCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { MACHINE_SCOPE } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'
import type { HubAccess } from './hub-access.ts'

type Hub = Pick<HubAccess, 'cognito' | 'userPoolId'>

export interface MachineClient {
  readonly tenantId: string
  readonly name: string
  readonly clientId: string
}

/** An app client with its own secret. */
export interface NewSecret {
  readonly clientId: string
  readonly secret: string
}

export const SCOPE = `${MACHINE_SCOPE.server}/${MACHINE_SCOPE.name}`
/** Lifetime of a token. It is long because each fetch costs money; the deny list can refuse a stolen token earlier. */
const TOKEN_MINUTES = 60
/** A user pool has at most 10,000 app clients. */
const PAGE = 60

const MACHINE = /^([a-z][a-z0-9]{1,19})\.([a-z][a-z0-9-]{0,30})$/

/** @returns the app clients of all tenants */
export async function machineClients({ cognito, userPoolId }: Hub): Promise<readonly MachineClient[]> {
  const found: MachineClient[] = []
  let NextToken: string | undefined
  do {
    const page = await cognito.send(
      new ListUserPoolClientsCommand({ UserPoolId: userPoolId, MaxResults: PAGE, ...(NextToken && { NextToken }) }),
    )
    for (const { ClientName = '', ClientId: clientId } of page.UserPoolClients ?? []) {
      const [, tenantId, name] = MACHINE.exec(ClientName) ?? []
      if (tenantId !== undefined && name !== undefined && clientId !== undefined)
        found.push({ tenantId, name, clientId })
    }
    NextToken = page.NextToken
  } while (NextToken)
  return found
}

/** @throws UserError if the hub does not have the machines' scope */
export async function createMachineClient(hub: Hub, tenantId: string, name: string): Promise<NewSecret> {
  const created = await hub.cognito
    .send(
      new CreateUserPoolClientCommand({
        UserPoolId: hub.userPoolId,
        ClientName: `${tenantId}.${name}`,
        GenerateSecret: true,
        AllowedOAuthFlows: ['client_credentials'],
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthScopes: [SCOPE],
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
        AccessTokenValidity: TOKEN_MINUTES,
        TokenValidityUnits: { AccessToken: 'minutes' },
      }),
    )
    .catch((cause: unknown) => {
      if (!(cause instanceof Error && /^(ScopeDoesNotExist|InvalidOAuthFlow)/.test(cause.name))) throw cause
      throw new UserError(
        `This hub has no app clients for machines: ${cause.message}`,
        'Set userPoolDomain of the hub first, and deploy it (docs/machines.md).',
        { cause },
      )
    })
  const { ClientId: clientId, ClientSecret: secret } = created.UserPoolClient ?? {}
  if (!clientId || !secret) throw new Error('Cognito answered a client without an id or a secret.')
  return { clientId, secret }
}

export async function deleteMachineClient({ cognito, userPoolId }: Hub, clientId: string): Promise<void> {
  await cognito.send(new DeleteUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId }))
}

/** The secrets of one client, oldest first. */
async function secretsOf(cognito: CognitoIdentityProviderClient, of: { UserPoolId: string; ClientId: string }) {
  const { ClientSecrets = [] } = await cognito.send(new ListUserPoolClientSecretsCommand(of))
  return ClientSecrets.toSorted(
    (a, b) => (a.ClientSecretCreateDate?.getTime() ?? 0) - (b.ClientSecretCreateDate?.getTime() ?? 0),
  )
}

/** One of the two secrets that a client may have. */
export interface FurtherSecret extends NewSecret {
  readonly secretId: string
}

/**
 * Adds a second secret.
 * @throws UserError if there are two already
 */
export async function addMachineSecret({ cognito, userPoolId }: Hub, clientId: string): Promise<FurtherSecret> {
  const of = { UserPoolId: userPoolId, ClientId: clientId }
  if ((await secretsOf(cognito, of)).length > 1)
    throw new UserError(
      'There are two secrets already: a rotation was begun.',
      'Once every process has the new one: the same with --finish. Nothing was changed.',
    )
  const { ClientSecretDescriptor } = await cognito.send(new AddUserPoolClientSecretCommand(of))
  const secret = ClientSecretDescriptor?.ClientSecretValue
  const secretId = ClientSecretDescriptor?.ClientSecretId
  if (!secret || secretId === undefined) throw new Error('Cognito answered no secret.')
  return { clientId, secret, secretId }
}

/** Deletes a secret that was given to nobody. */
export async function withdrawSecret(
  { cognito, userPoolId }: Hub,
  { clientId, secretId }: FurtherSecret,
): Promise<void> {
  const of = { UserPoolId: userPoolId, ClientId: clientId }
  await cognito.send(new DeleteUserPoolClientSecretCommand({ ...of, ClientSecretId: secretId }))
}

/** Deletes the older of two secrets. @throws UserError if there is only one */
export async function endOlderSecret({ cognito, userPoolId }: Hub, clientId: string): Promise<void> {
  const of = { UserPoolId: userPoolId, ClientId: clientId }
  const [older, ...others] = await secretsOf(cognito, of)
  if (others.length === 0 || older?.ClientSecretId === undefined)
    throw new UserError('There is one secret only: no rotation was begun.', 'Begin one without --finish.')
  await cognito.send(new DeleteUserPoolClientSecretCommand({ ...of, ClientSecretId: older.ClientSecretId }))
}
