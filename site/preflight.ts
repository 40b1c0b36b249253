/** All checks before anything of a client is made: what this stack has deployed, the hub, and whether the page can be built. */
import * as aws from '@pulumi/aws'
import { signedIn } from '../shared/aws-sign-in.ts'
import { SIGN_IN_SCOPE } from '../shared/browser-sign-in.ts'
import type { HubOutputs } from '../shared/contract.ts'
import { federatedGroup } from '../shared/federation.ts'
import { credentialArguments } from '../shared/provider.ts'
import { checkHostedZone } from '../shared/resources/hosted-zone.ts'
import type { SettingsOrigin } from '../shared/settings/read.ts'
import { CLOUDFRONT_REGION } from '../shared/settings/regions.ts'
import type { SiteSettings } from '../shared/settings.ts'
import { buildPage } from './build.ts'
import { type Before, checkSite } from './checks.ts'
import { type PageFile, pageFiles } from './files.ts'

/** The input of the checks, which `index.ts` has read. */
export interface Asked {
  readonly settings: SiteSettings
  readonly hub: HubOutputs
  /** What this stack has deployed. */
  readonly before: Before
  readonly origin: SettingsOrigin
}

/** The plan of a client that passed all checks. The program makes its resources without further questions. */
export interface SitePlan extends Pick<Asked, 'settings' | 'hub' | 'origin'> {
  /** The host of the sign-in pages. */
  readonly signInHost: string
  readonly files: readonly PageFile[]
}

/** The token of a federated person names no tenant. The group of its provider does, and its people call on a path of their own. */
function federatedPaths({ federatedProviders, userPoolId }: HubOutputs) {
  if (!federatedProviders) return {}
  const paths = Object.entries(federatedProviders).map(([name, tenant]) => [
    federatedGroup(userPoolId, name),
    `${tenant}.${name}`,
  ])
  return { federated: Object.fromEntries(paths) as Readonly<Record<string, string>> }
}

/** Asks with a provider that makes nothing. */
async function askAws({ account, domain, credentials }: SiteSettings, stack: string): Promise<void> {
  if (domain?.kind !== 'hostedZone') return
  const roleArn = credentials.kind === 'role' ? credentials.roleArn : undefined
  const provider = new aws.Provider('site-checks', {
    region: CLOUDFRONT_REGION,
    allowedAccountIds: [account],
    ...credentialArguments(credentials, 'genai-site'),
  })
  await signedIn({ where: "The client's account", account, roleArn, settings: 'account, roleArn and profile' }, () =>
    checkHostedZone(domain, { account, stack }, provider),
  )
}

/** @throws Error that says what is wrong, and what to do instead; nothing was made */
export async function preflight({ settings, hub, before, origin }: Asked): Promise<SitePlan> {
  const signInHost = checkSite(settings, hub, before)
  await askAws(settings, origin.stack)
  const files = pageFiles(await buildPage(), {
    title: settings.title,
    gatewayUrl: hub.gatewayUrl,
    signIn: { url: `https://${signInHost}`, clientId: hub.userPoolClientId, scope: SIGN_IN_SCOPE },
    ...federatedPaths(hub),
  })
  return { settings, hub, origin, signInHost, files }
}
