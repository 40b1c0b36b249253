/**
 * Credentials of the tenant's role in the tenant's own account. Held until shortly before they expire and renewed in the
 * background from a quarter of an hour before, so that an outage of STS is noticed only once they have really expired.
 */
import { type AwsCredentials, exceptionName, type SignedCall, xmlElement } from './aws.ts'
import { type Cached, createCached } from './cached.ts'
import { GatewayError } from './errors.ts'
import {
  CONTROL_ANSWER_BYTES,
  CONTROL_TIMEOUT_MILLISECONDS,
  CREDENTIALS_LEFT,
  REFRESH_PAUSE_MILLISECONDS,
  RETRY_BASE_MILLISECONDS,
  SESSION_SECONDS,
} from './limits.ts'
import { jitter, pause, retrying } from './retry.ts'

export interface Role {
  readonly roleArn: string
  readonly externalId: string
}

export interface CredentialsOptions {
  readonly tenantId: string
  readonly region: string
  /** Signed for `sts` with the function's own credentials. */
  readonly call: SignedCall
  readonly now: () => number
  readonly random: () => number
}

export interface Credentials {
  get(role: Role): Promise<AwsCredentials>
  /** Forgets what is held: AWS called it expired before its time. */
  drop(): void
}

interface Session {
  readonly credentials: AwsCredentials
  /** Epoch milliseconds. */
  readonly expiration: number
}

export function createCredentials(options: CredentialsOptions): Credentials {
  let held: { readonly role: Role; readonly sessions: Cached<Session> } | undefined
  return {
    get: async (role) => {
      // One function serves one tenant, so there is one role; a changed item starts over.
      if (held?.role.roleArn !== role.roleArn || held.role.externalId !== role.externalId) {
        held = { role, sessions: sessionsOf(role, options) }
      }
      return (await held.sessions.get()).credentials
    },
    drop: () => held?.sessions.drop(),
  }
}

function sessionsOf(role: Role, options: CredentialsOptions): Cached<Session> {
  return createCached({
    load: () => assumeRole(role, options),
    freshUntil: ({ expiration }) => expiration - CREDENTIALS_LEFT.refresh,
    usableUntil: ({ expiration }) => expiration - CREDENTIALS_LEFT.unusable,
    pauseMilliseconds: REFRESH_PAUSE_MILLISECONDS,
    now: options.now,
  })
}

async function assumeRole(role: Role, options: CredentialsOptions): Promise<Session> {
  const started = options.now()
  try {
    return await retrying(() => requestSession(role, options), {
      attempts: 2,
      waitAfter: (error, attempt) =>
        error instanceof GatewayError ? undefined : jitter(options.random, RETRY_BASE_MILLISECONDS, attempt),
      remaining: () => CONTROL_TIMEOUT_MILLISECONDS - (options.now() - started),
      pause,
    })
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    throw new GatewayError(
      'credentials_unavailable',
      "Credentials for the tenant's account cannot be had at the moment. Try again.",
      { cause, headers: { 'retry-after': '5' } },
    )
  }
}

async function requestSession(role: Role, { call, region, tenantId }: CredentialsOptions): Promise<Session> {
  const answer = await call({
    host: `sts.${region}.amazonaws.com`,
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: role.roleArn,
      RoleSessionName: `gateway-${tenantId}`,
      ExternalId: role.externalId,
      DurationSeconds: `${SESSION_SECONDS}`,
      'Tags.member.1.Key': 'tenant_id',
      'Tags.member.1.Value': tenantId,
    }).toString(),
    timeoutMilliseconds: CONTROL_TIMEOUT_MILLISECONDS,
    maximumBytes: CONTROL_ANSWER_BYTES,
  })
  if (answer.status === 200) return parseSession(answer.body)
  const failure = new Error(`STS answered ${answer.status} ${exceptionName(answer) ?? ''}`)
  // A refusal is final: trust policy, external id or permission; asking again changes nothing.
  if (answer.status < 500 && !/Throttl|RequestLimit/.test(failure.message)) {
    throw new GatewayError(
      'credentials_refused',
      "The tenant's account does not let the gateway use its role; nothing in your request is wrong. Tell the platform's operators.",
      { cause: failure },
    )
  }
  throw failure
}

function parseSession(xml: string): Session {
  const accessKeyId = xmlElement(xml, 'AccessKeyId')
  const secretAccessKey = xmlElement(xml, 'SecretAccessKey')
  const sessionToken = xmlElement(xml, 'SessionToken')
  const expiration = Date.parse(xmlElement(xml, 'Expiration') ?? '')
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration)) {
    throw new Error('STS answered without credentials')
  }
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiration }
}
