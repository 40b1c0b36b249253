/** Checks before anything of a client is made. They refuse settings whose page nobody could use. */
import type { HubOutputs } from '../shared/contract.ts'
import type { SiteSettings } from '../shared/settings.ts'

/** Outputs of the stack's last deployment with which the settings are compared. */
export const BEFORE = ['site', 'account', 'url', 'tenantId', 'transitGatewayArn'] as const

/** What this stack has deployed; empty before its first `up`. */
export interface Before {
  readonly site?: true
  readonly account?: string
  readonly url?: string
  /** Set if the stack was a tenant's, and its `role` was changed. */
  readonly tenantId?: string
  /** Set if the stack was a hub's, and its `role` was changed. */
  readonly transitGatewayArn?: string
}

type Hub = Pick<HubOutputs, 'listenerProtocol' | 'identity' | 'userPoolDomain' | 'browserOrigin' | 'gatewayUrl'>
type Asked = Pick<SiteSettings, 'account' | 'domain' | 'hubStack'>

/**
 * @returns the host of the sign-in pages
 * @throws Error with all mistakes: what is deployed, what was asked, and what to do
 */
export function checkSite(settings: Asked, hub: Hub, before: Before): string {
  const mistakes = [...placeMistakes(settings, before), ...hubMistakes(settings, hub, before)]
  const { userPoolDomain, identity } = hub
  if (identity !== undefined)
    mistakes.push(
      `People of this hub sign in with ${identity.issuer} (identity), and the page knows the pages of the hub's own user pool only. Give them a client of ` +
        'that provider, or take identity out of the hub.',
    )
  else if (userPoolDomain === undefined)
    mistakes.push(
      'Nobody can sign in to the page: the hub has no userPoolDomain. Set it (a prefix that nobody else in the region has), and deploy the ' +
        `hub first: ${inHub(settings, 'userPoolDomain', '{PREFIX}')}`,
    )
  if (mistakes.length > 0 || userPoolDomain === undefined) throw new Error(mistakes.join('\n'))
  return userPoolDomain
}

function placeMistakes({ account }: Asked, before: Before): readonly string[] {
  const other = before.tenantId !== undefined ? `the tenant ${before.tenantId}` : before.transitGatewayArn && 'a hub'
  if (other !== undefined)
    return [
      `This stack holds ${other}, not a client. Put role back; a client is a stack of its own: pulumi stack init site`,
    ]
  if (before.account !== undefined && before.account !== account)
    return [
      `The client of this stack is deployed in account ${before.account}, and does not move to ${account}. Put account back, or destroy ` +
        'it first: pulumi destroy -s site',
    ]
  return []
}

/** Mistakes in the hub's settings. A listener allows one origin; a page of another origin could not read the gateway's answers. */
function hubMistakes(settings: Asked, hub: Hub, before: Before): readonly string[] {
  if (hub.listenerProtocol !== 'HTTPS')
    return [
      `A page that came over TLS may not call ${hub.gatewayUrl}, which has none (allowInsecureHttp). Give the hub a domainName first: ` +
        'docs/settings.md.',
    ]
  const { domain } = settings
  const { browserOrigin } = hub
  const own = domain === undefined ? before.url : `https://${domain.domainName}`
  if (own === undefined || browserOrigin === own) return []
  // CloudFront chooses the name, so the client is deployed first, and the hub's setting after it.
  if (domain === undefined && browserOrigin === undefined) return []
  return [
    `The hub lets pages of ${browserOrigin ?? 'every origin, none in particular,'} call it, and this client is ${own}. Tell the hub, and deploy ` +
      `it first: ${inHub(settings, 'browserOrigin', own)}`,
  ]
}

/**
 * The command that the operator still has to run when the page's origin is known.
 * @returns undefined if the hub has the origin already
 */
export function originToSet(settings: Asked, { browserOrigin }: Hub, origin: string): string | undefined {
  if (browserOrigin === origin) return undefined
  return `The hub does not know this client yet. Pin its answers to it: ${inHub(settings, 'browserOrigin', origin)}`
}

function inHub({ hubStack }: Asked, setting: string, value: string): string {
  const stack = hubStack.split('/').at(-1) ?? hubStack
  return `pulumi config set genai-hub-spoke:${setting} ${value} -s ${stack} && pulumi up -s ${stack}`
}
