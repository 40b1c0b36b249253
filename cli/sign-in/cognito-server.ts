/** The endpoints of the hub's own user pool, at the domain of its pages. */
import type { Agent } from 'node:https'
import { SIGN_IN_SCOPE } from '../../shared/browser-sign-in.ts'
import { UserError } from '../verb.ts'
import type { SignInServer } from './server.ts'

export interface CognitoServerOptions {
  /** The hub's output `userPoolDomain`. */
  readonly domain: string
  readonly clientId: string
  /** Name in Cognito of a provider to which the user pool federates. */
  readonly provider?: string | undefined
  /** For the local cloud. */
  readonly agent?: Agent
  /** The address under `localhost` at which a browser on this computer finds the local cloud's names. */
  readonly browserPort?: number | undefined
}

/** @throws UserError if the domain is not a host name */
export function cognitoServer({ domain, clientId, provider, agent, browserPort }: CognitoServerOptions): SignInServer {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain))
    throw new UserError(
      `--user-pool-domain is no host name: ${domain}`,
      'Take userPoolDomain of: pulumi stack output -s hub. Without https:// and without a path.',
    )
  const pages = browserPort === undefined ? domain : `${domain}.localhost:${browserPort}`
  return {
    name: 'Cognito',
    clientId,
    scope: SIGN_IN_SCOPE,
    authorizationEndpoint: `https://${pages}/oauth2/authorize`,
    tokenEndpoint: `https://${domain}/oauth2/token`,
    ...(provider !== undefined && { provider }),
    ...(agent && { agent }),
  }
}
