/** What is asked of AWS before anything of a tenant is made, by providers that make nothing. */
import * as aws from '@pulumi/aws'
import { type SigningIn, signedIn } from '../../shared/aws-sign-in.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import { bedrockRuntimeService } from '../account/models.ts'
import { spokeProviders } from '../providers.ts'
import { checkServiceZones } from './against-hub.ts'
import { requireBoundary } from './boundary.ts'
import { checkDeployed, deployedOf, readIngresses, readVpcs } from './deployed-tenants.ts'
import { ecrLookUp, gatewayImage } from './image.ts'
import { bedrockLookUp, checkModels, warn } from './models-there.ts'
import { checkNeighbours, readNeighbours } from './neighbours.ts'

/**
 * @returns the image that the tenant's tasks run, if it has tasks
 * @throws Error that says which setting does not fit what exists, or which account cannot be reached
 */
export async function askAws(
  settings: SpokeSettings,
  hub: HubOutputs,
  origin: { readonly project: string; readonly stack: string },
): Promise<string | undefined> {
  const { tenantId, compute } = settings
  const providers = spokeProviders(settings, hub, '-checks')
  const { region } = hub
  const tenants = tenantsAccount(settings)
  const [[ingresses, image], vpcs, neighbours, warnings] = await Promise.all([
    signedIn(hubsAccount(hub), () =>
      Promise.all([
        readIngresses(settings, hub, providers.hub),
        compute.kind === 'fargate' && hub.fargate
          ? gatewayImage(compute, hub.fargate, tenantId, ecrLookUp(providers.hub))
          : undefined,
      ]),
    ),
    signedIn(tenants, () => readVpcs(settings, origin, providers.tenant)),
    signedIn(tenants, () => readNeighbours(providers.tenant)),
    signedIn(tenants, async () => {
      await requireBoundary(settings, providers.tenant)
      if (settings.modelEndpoint === 'own') await requireServiceZones(settings, hub, providers.tenant)
      return await checkModels(settings, region, bedrockLookUp(region, settings, providers.tenant))
    }),
  ])
  checkDeployed(settings, hub, await deployedOf(ingresses, vpcs, hub, providers.hub))
  await warn([...checkNeighbours(settings, hub, neighbours), ...warnings])
  return image
}

const hubsAccount = ({ account, onboardingRoleArn: roleArn }: HubOutputs): SigningIn => ({
  where: "The hub's account",
  account,
  roleArn,
  settings: 'hubRoleArn and hubProfile, one of the deployers of the hub',
})

const tenantsAccount = ({ tenantId, account, credentials }: SpokeSettings): SigningIn => ({
  where: `The account of ${tenantId}`,
  account,
  roleArn: credentials.kind === 'role' ? credentials.roleArn : undefined,
  settings: 'account, roleArn and profile',
})

/** A zone's name means another place in another account, and the service returns names. So both are matched by zone ids. */
async function requireServiceZones(settings: SpokeSettings, hub: HubOutputs, provider: aws.Provider): Promise<void> {
  const [{ names, zoneIds }, service] = await Promise.all([
    aws.getAvailabilityZones({ state: 'available' }, { provider }),
    aws.ec2.getVpcEndpointService({ serviceName: bedrockRuntimeService(hub.region) }, { provider }),
  ])
  checkServiceZones(settings, { names, zoneIds, withService: service.availabilityZones })
}
