/**
 * Credentials of the tenant's role in the tenant's own account. They are kept until shortly before they expire. From a quarter of an hour
 * before, they are renewed in the background, so an outage of STS is noticed only when they have really expired.
 */
import { AssumeRoleCommand, type AssumeRoleCommandOutput, STSClient, STSServiceException } from '@aws-sdk/client-sts'
import { type Cached, createCached } from '../cached.ts'
import { CREDENTIALS_LEFT, REFRESH_PAUSE_MILLISECONDS, SESSION_SECONDS } from '../constants.ts'
import { GatewayError } from '../errors.ts'
import { type ClientOptions, withinTime } from './clients.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

export interface Role {
  readonly roleArn: string
  readonly externalId: string
}

export interface CredentialsOptions {
  readonly tenantId: string
  /** Signs with the gateway's own credentials. */
  readonly client: ClientOptions
  readonly now: () => number
}

export interface Credentials {
  get(role: Role): Promise<AwsCredentials>
  /** Forgets the credentials, because AWS said that they have expired before their time. */
  drop(): void
}

interface Session {
  readonly credentials: AwsCredentials
  /** Milliseconds since 1970. */
  readonly expiration: number
}

export function createCredentials(options: CredentialsOptions): Credentials {
  const client = new STSClient({
    ...options.client,
    endpoint: `https://sts.${options.client.region}.amazonaws.com`,
    sigv4aSigningRegionSet: [],
  })
  let held: { readonly role: Role; readonly sessions: Cached<Session> } | undefined
  return {
    get: async (role) => {
      // One gateway serves one tenant, so there is one role. A changed item starts again.
      if (held?.role.roleArn !== role.roleArn || held.role.externalId !== role.externalId) {
        held = { role, sessions: sessionsOf(role, options, client) }
      }
      return (await held.sessions.get()).credentials
    },
    drop: () => held?.sessions.drop(),
  }
}

function sessionsOf(role: Role, { tenantId, now }: CredentialsOptions, client: STSClient): Cached<Session> {
  return createCached({
    load: () => assumeRole(role, tenantId, client),
    freshUntil: ({ expiration }) => expiration - CREDENTIALS_LEFT.refresh,
    usableUntil: ({ expiration }) => expiration - CREDENTIALS_LEFT.unusable,
    pauseMilliseconds: REFRESH_PAUSE_MILLISECONDS,
    now,
  })
}

async function assumeRole({ roleArn, externalId }: Role, tenantId: string, client: STSClient): Promise<Session> {
  try {
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: `gateway-${tenantId}`,
      ExternalId: externalId,
      DurationSeconds: SESSION_SECONDS,
      Tags: [{ Key: 'tenant_id', Value: tenantId }],
    })
    return sessionOf(await withinTime((options) => client.send(command, options)))
  } catch (cause) {
    throw isRefusal(cause)
      ? new GatewayError(
          'credentials_refused',
          "The tenant's account does not let the gateway use its role; nothing in your request is wrong. Tell the platform's operators.",
          { cause },
        )
      : new GatewayError(
          'credentials_unavailable',
          "Credentials for the tenant's account cannot be had at the moment. Try again.",
          { cause, headers: { 'retry-after': '5' } },
        )
  }
}

/** A refusal is final (trust policy, external id or permission): another attempt would have the same result. */
const isRefusal = (error: unknown): boolean =>
  error instanceof STSServiceException &&
  (error.$metadata.httpStatusCode ?? 500) < 500 &&
  !/Throttl|RequestLimit/.test(error.name)

function sessionOf({ Credentials: given }: AssumeRoleCommandOutput): Session {
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = given ?? {}
  const expiration = given?.Expiration?.getTime() ?? Number.NaN
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration)) {
    throw new Error('STS answered without credentials')
  }
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiration }
}
