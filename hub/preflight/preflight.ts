/**
 * All checks before anything of a hub is changed, in this order: what this stack has deployed, what the other stack files say, then AWS, by a
 * provider that makes nothing, and the people's identity provider. The first step that refuses is reported.
 */
import * as aws from '@pulumi/aws'
import { type HubZonePlan, planHubSubnets } from '../../shared/addressing.ts'
import { signedIn } from '../../shared/aws-sign-in.ts'
import { type Bundle, bundleFunction } from '../../shared/bundle.ts'
import type { HubIdentity } from '../../shared/contract.ts'
import { checkProvider, type IdentitySettings } from '../../shared/identity-provider.ts'
import { credentialArguments } from '../../shared/provider.ts'
import { checkHostedZone } from '../../shared/resources/hosted-zone.ts'
import type { SettingsOrigin } from '../../shared/settings/read.ts'
import type { HubSettings } from '../../shared/settings.ts'
import type { StackFile } from '../../shared/stack-files.ts'
import { AUDIT_ENTRY } from '../audit.ts'
import { KEY_SETS_ENTRY } from '../key-sets.ts'
import { checkNetwork, lookUpsOf } from './network.ts'
import { checkHubFiles } from './stack-files.ts'
import { type Before, checkPlace } from './this-stack.ts'
import { type HubZones, hubZones } from './zones.ts'

/** The input of the checks, which `index.ts` has read. */
export interface Asked {
  readonly settings: HubSettings
  /** What this stack has deployed. */
  readonly before: Before
  readonly origin: SettingsOrigin
  /** The stack files beside the program. They are read only when the earlier steps have passed. */
  readonly files: () => Promise<readonly StackFile[]>
}

/** The result of all checks, with what they have looked up. The program makes the resources from it and looks up nothing more. */
export interface HubPlan extends Pick<Asked, 'settings' | 'origin'> {
  readonly subnets: readonly HubZonePlan[]
  readonly zones: HubZones
  readonly bundles: {
    readonly audit: Bundle
    /** Set with `keySetVia: table`. */
    readonly keySets?: Bundle
  }
  /** The external provider at which people sign in, with the address of its keys. */
  readonly people?: HubIdentity
  /** How to get credentials for the hub's account. */
  readonly signIn: aws.ProviderArgs
}

/** @throws Error that says what is wrong, and what to do instead; nothing was changed */
export async function preflight({ settings, before, origin, files }: Asked): Promise<HubPlan> {
  checkPlace(settings, before)
  checkHubFiles(await files(), origin, settings)
  const subnets = planHubSubnets(settings.cidrBlock, settings.availabilityZones)
  const signIn = signInOf(settings)
  const [zones, people, audit, keySets] = await Promise.all([
    askAws(settings, before, origin.stack, new aws.Provider('hub-checks', signIn)),
    settings.identity && askProvider(settings.identity),
    bundleFunction(AUDIT_ENTRY),
    settings.keySetVia === 'table' ? bundleFunction(KEY_SETS_ENTRY) : undefined,
  ])
  const bundles = { audit, ...(keySets && { keySets }) }
  return { settings, origin, subnets, zones, ...(people && { people }), bundles, signIn }
}

const signInOf = ({ account, region, credentials }: HubSettings): aws.ProviderArgs => ({
  region: region as aws.Region,
  // The settings decide the account. If the credentials are for another account, nothing is deployed.
  allowedAccountIds: [account],
  ...credentialArguments(credentials, 'genai-hub'),
})

/** Checks the provider now, because its mistakes would later make the load balancer refuse every person's token. */
async function askProvider(identity: IdentitySettings): Promise<HubIdentity> {
  return { ...identity, jwksUri: await checkProvider(identity) }
}

async function askAws(settings: HubSettings, before: Before, stack: string, provider: aws.Provider): Promise<HubZones> {
  const { account, credentials } = settings
  const roleArn = credentials.kind === 'role' ? credentials.roleArn : undefined
  return await signedIn(
    { where: "The hub's account", account, roleArn, settings: 'account, roleArn and profile' },
    async () => {
      const [zones] = await Promise.all([
        hubZones(settings, stack, provider),
        checkHostedZone(settings.listener, { account, stack }, provider),
      ])
      await checkNetwork(settings, zones.zoneIds, before, lookUpsOf(provider))
      return zones
    },
  )
}
