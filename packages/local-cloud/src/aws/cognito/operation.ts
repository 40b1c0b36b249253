/** The three kinds of operations: by administrators (signed, IAM), by an app client, and by a user with an access token. */

import { decodeJwt } from 'jose'
import { AwsError } from '../../errors.ts'
import type { Session } from '../../iam/authorize.ts'
import type { CredentialStore } from '../../iam/credential-store.ts'
import type { PolicyDocument } from '../../organization.ts'
import { jsonProtocol } from '../../wire/protocol/json.ts'
import { authenticate, permit } from '../../wire/protocol/protocol.ts'
import { type Refusals, read, required, type Shape, secret, structure, text } from '../../wire/protocol/shape.ts'
import type { Surroundings, WireRequest } from '../../wire/service.ts'
import { findClient, findPool, groupsOf, type UserPool, type UserPoolClient } from './pool.ts'
import type { PoolData, User } from './pool-data.ts'
import { USER_POOL_DOMAIN } from './resources/user-pool-domain.ts'
import type { CognitoState } from './state.ts'
import { type AccessToken, type TokenSubject, verifyAccessToken } from './tokens.ts'
import { requireUser } from './users.ts'

export const COGNITO = jsonProtocol({ version: '1.1', target: 'AWSCognitoIdentityProviderService' })

export const REFUSALS: Refusals = {
  serialization: (message) => new AwsError('SerializationException', message),
  validation: (message) => new AwsError('InvalidParameterException', message),
}

export const POOL_ID = required(text({ min: 1, max: 55, pattern: /^[\w-]+_[0-9a-zA-Z]+$/ }))
export const USERNAME = text({ min: 1, max: 128, pattern: /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u })
export const CLIENT_ID = required(text({ min: 1, max: 128, pattern: /^[\w+]+$/ }))
export const ACCESS_TOKEN = required(secret())

/** What every operation gets. */
export interface CognitoCall {
  readonly operation: string
  readonly surroundings: Surroundings
  readonly credentials: CredentialStore
  readonly state: CognitoState
  readonly request: WireRequest
  readonly parameters: unknown
  /** Filled with the session of the signer. */
  readonly caller: { session?: Session }
}

export type CognitoOperation = (call: CognitoCall) => Promise<unknown>

interface InPool<I> {
  readonly input: I
  readonly pool: UserPool
  readonly data: PoolData
  readonly state: CognitoState
  readonly surroundings: Surroundings
  /** Whole seconds since 1970. */
  readonly now: number
}

export interface ForClient<I> extends InPool<I> {
  readonly client: UserPoolClient
}

export interface ForUser<I> extends ForClient<I> {
  readonly user: User
  readonly token: AccessToken
}

/**
 * An operation that must be signed, and for which the signer needs `cognito-idp:OPERATION` on the pool. For the caller, a pool of another
 * account does not exist.
 */
export function administrative<I extends { readonly UserPoolId: string }>(
  shape: Shape<I>,
  run: (call: InPool<I>) => Promise<unknown>,
): CognitoOperation {
  return async (call) => {
    const { surroundings, request, operation, caller } = call
    const { session } = authenticate(request, 'cognito-idp', { ...call, now: surroundings.now, format: COGNITO })
    caller.session = session
    const input = read(shape, call.parameters, REFUSALS)
    const { account } = session
    await permit(surroundings, request, COGNITO, {
      action: `cognito-idp:${operation}`,
      resource: `arn:aws:cognito-idp:${request.region}:${account}:userpool/${input.UserPoolId}`,
      resourceAccount: account,
      session,
    })
    const pool = findPool(surroundings.ledger, input.UserPoolId, { region: request.region, account })
    return run(await inPool(call, input, pool))
  }
}

/** An operation without a signature: it takes only the app client's id. */
export function forClient<I extends { readonly ClientId: string }>(
  shape: Shape<I>,
  run: (call: ForClient<I>) => Promise<unknown>,
): CognitoOperation {
  return async (call) => {
    const { surroundings, request } = call
    const input = read(shape, call.parameters, REFUSALS)
    const client = findClient(surroundings.ledger, input.ClientId, request.region)
    const pool = findPool(surroundings.ledger, client.userPoolId, request)
    await permitUnsigned(call, pool, `cognito-idp:${call.operation}`)
    return run({ ...(await inPool(call, input, pool)), client })
  }
}

/** An operation without a signature: the access token identifies the user. */
export function forUser<I extends { readonly AccessToken: string }>(
  shape: Shape<I>,
  run: (call: ForUser<I>) => Promise<unknown>,
): CognitoOperation {
  return async (call) => {
    const { surroundings, request } = call
    const input = read(shape, call.parameters, REFUSALS)
    const pool = poolOfToken(input.AccessToken, surroundings, request)
    await permitUnsigned(call, pool, `cognito-idp:${call.operation}`)
    const there = await inPool(call, input, pool)
    const token = await verifyAccessToken(pool, there.data, input.AccessToken, there.now)
    const user = requireUser(pool, there.data, token.username)
    if (!user.enabled) throw new AwsError('NotAuthorizedException', 'User is disabled.')
    return run({ ...there, client: findClient(surroundings.ledger, token.clientId, request.region), user, token })
  }
}

/** An operation without a signature: the session of a sign-in that waits for an authenticator app identifies the user. */
export function forSession<I extends { readonly Session: string }>(
  shape: Shape<I>,
  run: (call: InPool<I>) => Promise<unknown>,
): CognitoOperation {
  return async (call) => {
    const { surroundings, request, state } = call
    const input = read(shape, call.parameters, REFUSALS)
    const { poolId } = state.challenge(input.Session, 'MFA_SETUP', Math.floor(surroundings.now()))
    const pool = findPool(surroundings.ledger, poolId, request)
    await permitUnsigned(call, pool, `cognito-idp:${call.operation}`)
    return run(await inPool(call, input, pool))
  }
}

/** An operation that takes an access token or a session. */
export const byTokenOrSession =
  (byToken: CognitoOperation, bySession: CognitoOperation): CognitoOperation =>
  (call) => {
    const { Session } = (call.parameters ?? {}) as { readonly Session?: unknown }
    return Session === undefined ? byToken(call) : bySession(call)
  }

/** Checks the endpoint's policy. The request is not signed, so no other policy can refuse it. */
export async function permitUnsigned(
  { surroundings, request }: Pick<CognitoCall, 'surroundings' | 'request'>,
  pool: UserPool,
  action: string,
): Promise<void> {
  if (!request.endpointPolicy) return
  await permit(surroundings, request, COGNITO, {
    action,
    resource: pool.arn,
    resourceAccount: pool.account,
    resourcePolicy: EVERYBODY,
    session: 'anonymous',
  })
}

const EVERYBODY: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
}

/** What tokens are made from. */
export const subjectOf = (
  { pool, client, data, surroundings, now }: Omit<ForClient<unknown>, 'input' | 'state'>,
  user: User,
): TokenSubject => ({
  pool,
  client,
  data,
  user,
  now,
  groups: groupsOf(surroundings.ledger, pool.id).filter(({ name }) => user.groups.includes(name)),
})

/**
 * On AWS a pool that has a domain cannot be reached through PrivateLink. The words of this refusal are those that others have reported; its
 * status is not known.
 */
export function refusePrivately(
  { surroundings: { ledger }, request }: Pick<CognitoCall, 'surroundings' | 'request'>,
  pool: UserPool,
) {
  if (request.path.target.kind !== 'endpoint') return
  if (ledger.all(USER_POOL_DOMAIN).some(({ outputs }) => outputs.userPoolId === pool.id))
    throw new AwsError(
      'InvalidParameterException',
      'PrivateLink access is disabled for the user pool that has ManagedLogin configured.',
    )
}

async function inPool<I>(call: CognitoCall, input: I, pool: UserPool): Promise<InPool<I>> {
  const { surroundings, state } = call
  refusePrivately(call, pool)
  return { input, pool, data: await state.pool(pool.id), state, surroundings, now: Math.floor(surroundings.now()) }
}

function poolOfToken(token: string, { ledger }: Surroundings, request: WireRequest): UserPool {
  try {
    const { iss = '' } = decodeJwt(token)
    return findPool(ledger, iss.slice(iss.lastIndexOf('/') + 1), request)
  } catch {
    throw new AwsError('NotAuthorizedException', 'Invalid Access Token')
  }
}

/** The input of administrators' operations about one user. */
export const ONE_USER = structure({ UserPoolId: POOL_ID, Username: required(USERNAME) })
