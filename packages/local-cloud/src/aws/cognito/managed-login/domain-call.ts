/** What every endpoint of a pool's domain gets. */
import { AwsError } from '../../../errors.ts'
import type { Surroundings, WireRequest } from '../../../wire/service.ts'
import { findClient, type OauthClient, type UserPool, type UserPoolClient } from '../pool.ts'
import type { PoolData } from '../pool-data.ts'
import type { CognitoState } from '../state.ts'

/** A request to a pool's domain. */
export interface DomainCall {
  readonly request: WireRequest
  readonly surroundings: Surroundings
  readonly state: CognitoState
  readonly pool: UserPool
  readonly data: PoolData
  readonly region: string
  /** The parameters in the URL. */
  readonly query: URLSearchParams
  /** Whole seconds since 1970. */
  readonly now: number
}

export type DomainClient = UserPoolClient & { readonly oauth: OauthClient }

/** The app client that a request names, if it may use the domain. */
export function clientOf({ surroundings, region, pool }: DomainCall, id: string | null): DomainClient | undefined {
  try {
    const client = findClient(surroundings.ledger, id ?? '', region)
    const { oauth } = client
    return client.userPoolId === pool.id && oauth ? { ...client, oauth } : undefined
  } catch (error) {
    if (error instanceof AwsError) return undefined
    throw error
  }
}

/** @returns undefined for a body that is no form, or that has a field twice */
export function formOf({ headers, body }: WireRequest): URLSearchParams | undefined {
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) return undefined
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'))
  return repeatedIn(form) === undefined ? form : undefined
}

/** The name of a parameter that occurs more than once, which OAuth forbids. */
export const repeatedIn = (parameters: URLSearchParams): string | undefined =>
  [...parameters.keys()].find((name) => parameters.getAll(name).length > 1)

/** The requested scopes. */
export const scopesIn = (parameters: URLSearchParams): readonly string[] =>
  (parameters.get('scope') ?? '').split(' ').filter((one) => one !== '')
