/** The endpoints of an external provider, from its discovery document. */
import type { Agent } from 'node:https'
import { discoveryUrl } from '../../shared/identity-provider.ts'
import { UserError } from '../verb.ts'
import { getJson } from './request.ts'
import type { SignInServer } from './server.ts'

export interface DiscoverOptions {
  /** The issuer, spelled exactly as the provider does. */
  readonly issuer: string
  /** Id of a public client of the provider. */
  readonly clientId: string
  readonly scope: string
  /** Which token is sent to the gateway. */
  readonly token: 'id' | 'access'
  /** For the local cloud. */
  readonly agent?: Agent
}

/** @throws UserError if the provider cannot be reached, or says that it is another one */
export async function discoverServer({ issuer, agent, ...asked }: DiscoverOptions): Promise<SignInServer> {
  const name = 'The identity provider'
  if (!/^https:\/\/[^/?#]+/.test(issuer) || !URL.canParse(issuer))
    throw new UserError(
      `--issuer is not https:// and a host name: ${issuer}`,
      'Take identity.issuer of: pulumi stack output -s hub',
    )
  const document = await getJson(discoveryUrl(issuer), { name, ...(agent && { agent }) })
  if (document.issuer !== issuer)
    throw new UserError(
      `${discoveryUrl(issuer)} is of the issuer ${JSON.stringify(document.issuer) ?? 'nobody'}, not of ${issuer}.`,
      'Take identity.issuer of: pulumi stack output -s hub. A slash at the end counts.',
    )
  const endpoint = (of: string): string => {
    const url = document[of]
    if (typeof url === 'string' && URL.canParse(url) && new URL(url).protocol === 'https:') return url
    throw new UserError(`${issuer} names no ${of} of https://.`, 'Is it a provider that people sign in with?')
  }
  return {
    name,
    issuer,
    ...asked,
    authorizationEndpoint: endpoint('authorization_endpoint'),
    tokenEndpoint: endpoint('token_endpoint'),
    ...(document.device_authorization_endpoint !== undefined && {
      deviceEndpoint: endpoint('device_authorization_endpoint'),
    }),
    ...(agent && { agent }),
  }
}
