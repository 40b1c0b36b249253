/** Calls to the user pool as its users make them, from the internet: unsigned, over the path that the network has. */
import { decodeJwt } from 'jose'
import { type Origin, reach } from '../../local/reach.ts'
import { LAPTOP } from '../demo/validate.ts'
import type { Platform } from '../platform.ts'
import type { Layer } from './layers.ts'
import { type Step, stopped } from './outcome.ts'

export interface Session {
  readonly idToken: string
  readonly accessToken: string
  readonly refreshToken: string
}

export interface UserPoolCalls {
  /** An operation of Cognito's, without a signature. */
  unsigned(operation: string, input: Readonly<Record<string, unknown>>): Promise<Step<Answer>>
  signIn(username: string, password: string): Promise<Step<Session>>
  refresh(session: Pick<Session, 'refreshToken'>): Promise<Step<Session>>
}

export type Answer = Readonly<Record<string, unknown>>

export const cognitoHost = (region: string) => `cognito-idp.${region}.amazonaws.com`

export const cognitoHeaders = (operation: string) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
})

export function createUserPoolCalls({ cloud, hub }: Platform, from: Origin = LAPTOP): UserPoolCalls {
  async function unsigned(operation: string, input: Answer): Promise<Step<Answer>> {
    const host = cognitoHost(hub.region)
    const { reachable } = reach(cloud.ledger, from, host, 443)
    if (!reachable) throw new Error(`${host} cannot be reached from the internet.`)
    const body = Buffer.from(JSON.stringify(input))
    const call = { host, method: 'POST', target: '/', headers: cognitoHeaders(operation), body }
    const answer = await cloud.wire.call(from, call)
    if ('reachable' in answer) throw new Error(answer.reason)
    const read = JSON.parse(Buffer.from(answer.body).toString('utf8') || '{}')
    if (answer.status === 200) return { ok: true, value: read }
    return { ok: false, outcome: refusedBy(String(read.__type ?? ''), String(read.message ?? '')) }
  }

  async function initiate(AuthFlow: string, AuthParameters: Answer): Promise<Step<Session>> {
    const step = await unsigned('InitiateAuth', { ClientId: hub.userPoolClientId, AuthFlow, AuthParameters })
    if (!step.ok) return step
    const { AuthenticationResult: result } = step.value as { AuthenticationResult: Readonly<Record<string, string>> }
    const { IdToken: idToken = '', AccessToken: accessToken = '', RefreshToken: refreshToken } = result
    return {
      ok: true,
      value: { idToken, accessToken, refreshToken: refreshToken ?? String(AuthParameters.REFRESH_TOKEN ?? '') },
    }
  }

  return {
    unsigned,
    signIn: (USERNAME, PASSWORD) => initiate('USER_PASSWORD_AUTH', { USERNAME, PASSWORD }),
    refresh: ({ refreshToken }) => initiate('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refreshToken }),
  }
}

/** Cognito tells by its message which of its checks refused. */
const BY_MESSAGE: readonly (readonly [RegExp, Layer])[] = [
  [/^SignUp is not permitted|immutable attribute/, 'userPool'],
  [/unauthorized attribute|flow not enabled/, 'userPoolClient'],
  [/^User is (disabled|not confirmed)/, 'userStatus'],
  [/^(Invalid|Access Token|Refresh Token|Incorrect username)/, 'userPoolSessions'],
]

export function refusedBy(type: string, message: string) {
  const code = type.split('#').at(-1) ?? type
  const layer = /^MissingAuthenticationToken/.test(code)
    ? 'credentials'
    : BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1]
  if (!layer) throw new Error(`Cognito answered an attempt with ${code}, which is no refusal: ${message}`)
  return stopped([layer], `${code}: ${message}`)
}

/** Seconds that a token is good for, from its issue. */
export function lifeOf(token: string): number {
  const { iat = 0, exp = 0 } = decodeJwt(token)
  return exp - iat
}
