/** The two providers of a tenant's stack. Both name their account, so ambient credentials never choose it. */
import * as aws from '@pulumi/aws'
import type { HubOutputs } from '../shared/contract.ts'
import { PREFIX } from '../shared/naming.ts'
import { credentialArguments } from '../shared/provider.ts'
import type { SpokeSettings } from '../shared/settings.ts'

export interface SpokeProviders {
  /** The tenant's account. */
  readonly tenant: aws.Provider
  /** The hub's account, with the onboarding role, in a session for this tenant only. */
  readonly hub: aws.Provider
}

/** @param suffix of the providers' names, for providers that only read */
export function spokeProviders(settings: SpokeSettings, hub: HubOutputs, suffix = ''): SpokeProviders {
  const sessionName = `${PREFIX}-${settings.tenantId}`
  return {
    tenant: new aws.Provider(`tenant${suffix}`, {
      region: hub.region as aws.Region,
      allowedAccountIds: [settings.account],
      ...credentialArguments(settings.credentials, sessionName),
    }),
    hub: new aws.Provider(`hub${suffix}`, {
      region: hub.region as aws.Region,
      allowedAccountIds: [hub.account],
      ...credentialArguments(settings.hubCredentials, sessionName, {
        roleArn: hub.onboardingRoleArn,
        sessionName,
        // Every permission of the onboarding role depends on this tag.
        tags: { tenant_id: settings.tenantId },
      }),
    }),
  }
}
