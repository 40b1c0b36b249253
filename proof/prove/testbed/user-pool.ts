/** Calls of the user pool as its users make them, from the internet: unsigned, over the network's path. */

import type { Origin } from '@genai/local-cloud/network/path'
import { decodeJwt } from 'jose'
import { LAPTOP } from '../../../cli/demo/validate.ts'
import type { HubOutputs } from '../../../shared/contract.ts'
import type { Platform } from '../../harness/platform.ts'
import type { Layer } from '../layers.ts'
import { type Step, stopped } from '../outcome.ts'

export interface Session {
  readonly idToken: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** The answer of an operation: its output, or AWS's error. */
export type Answer = Readonly<Record<string, unknown>>
export type Answered =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly code: string; readonly message: string }

export interface UserPoolCalls {
  /** Calls an operation of Cognito without a signature. */
  call(operation: string, input: Answer): Promise<Answered>
  /** The same, if an error must be a refusal of one of the layers. */
  unsigned(operation: string, input: Answer): Promise<Step<Answer>>
  signIn(username: string, password: string): Promise<Step<Session>>
  refresh(session: Pick<Session, 'refreshToken'>): Promise<Step<Session>>
}

export const cognitoHost = (region: string) => `cognito-idp.${region}.amazonaws.com`

export const cognitoHeaders = (operation: string) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
})

/** Sends a POST to a host's root. */
export type Post = (call: {
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}) => Promise<{ readonly status: number; readonly body: string }>

/** Sends it from the internet, over the network's path. */
export const throughWire =
  ({ cloud }: Platform, from: Origin = LAPTOP): Post =>
  async (call) => {
    const answer = await cloud.wire.call(from, { ...call, method: 'POST', target: '/' })
    if ('reachable' in answer) throw new Error(`${call.host} cannot be reached: ${answer.reason}`)
    return { status: answer.status, body: Buffer.from(answer.body).toString('utf8') }
  }

export function createUserPoolCalls(
  { region, userPoolClientId }: Pick<HubOutputs, 'region' | 'userPoolClientId'>,
  post: Post,
): UserPoolCalls {
  async function call(operation: string, input: Answer): Promise<Answered> {
    const body = Buffer.from(JSON.stringify(input))
    const answer = await post({ host: cognitoHost(region), headers: cognitoHeaders(operation), body })
    const read = JSON.parse(answer.body || '{}')
    if (answer.status === 200) return { ok: true, value: read }
    const type = String(read.__type ?? '')
    return { ok: false, code: type.split('#').at(-1) ?? type, message: String(read.message ?? '') }
  }

  async function unsigned(operation: string, input: Answer): Promise<Step<Answer>> {
    const answered = await call(operation, input)
    return answered.ok ? answered : { ok: false, outcome: refusedBy(answered.code, answered.message) }
  }

  async function initiate(AuthFlow: string, AuthParameters: Answer): Promise<Step<Session>> {
    const step = await unsigned('InitiateAuth', { ClientId: userPoolClientId, AuthFlow, AuthParameters })
    if (!step.ok) return step
    const { AuthenticationResult: result } = step.value as { AuthenticationResult: Readonly<Record<string, string>> }
    const { IdToken: idToken = '', AccessToken: accessToken = '', RefreshToken: refreshToken } = result
    return {
      ok: true,
      value: { idToken, accessToken, refreshToken: refreshToken ?? String(AuthParameters.REFRESH_TOKEN ?? '') },
    }
  }

  return {
    call,
    unsigned,
    signIn: (USERNAME, PASSWORD) => initiate('USER_PASSWORD_AUTH', { USERNAME, PASSWORD }),
    refresh: ({ refreshToken }) => initiate('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refreshToken }),
  }
}

/** Cognito's message shows which of its checks refused. */
const BY_MESSAGE: readonly (readonly [RegExp, Layer])[] = [
  [/^SignUp is not permitted|immutable attribute/, 'userPool'],
  [/unauthorized attribute|flow not enabled/, 'userPoolClient'],
  [/^User is (disabled|not confirmed)/, 'userStatus'],
  [/^(Invalid|Access Token|Refresh Token|Incorrect username)/, 'userPoolSessions'],
]

export function refusedBy(code: string, message: string) {
  const layer = /^MissingAuthenticationToken/.test(code)
    ? 'credentials'
    : BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1]
  if (!layer) throw new Error(`Cognito answered an attempt with ${code}, which is no refusal: ${message}`)
  return stopped([layer], `${code}: ${message}`)
}

/** Seconds for which a token is valid, from its issue. */
export function lifeOf(token: string): number {
  const { iat = 0, exp = 0 } = decodeJwt(token)
  return exp - iat
}
