/** One tenant, in order: its account, its ingress through the hub, and its routes back once the ingress is open. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { planSpokeSubnets } from '../shared/addressing.ts'
import { functionArchive, HANDLER } from '../shared/bundle.ts'
import type { HubOutputs } from '../shared/contract.ts'
import { everyModelId } from '../shared/model-chain.ts'
import { assumptions } from '../shared/policies/models.ts'
import type { SpokeSettings } from '../shared/settings.ts'
import { signedIn } from '../shared/sign-in.ts'
import { TenantAccount } from './account/account.ts'
import { bedrockRuntimeService } from './account/models.ts'
import { AccountRoutes } from './account/routes.ts'
import { TransitGatewayShare } from './account/sharing.ts'
import { bundleGateway } from './ingress/bundle.ts'
import type { GatewayCode } from './ingress/gateway.ts'
import { Ingress } from './ingress/ingress.ts'
import type { SpokeOutputs } from './outputs.ts'
import { checkAgainstHub, checkServiceZones, requireUsageTable } from './preflight/checks.ts'
import { checkDeployed, deployedOf, readBlocks, readVpcs } from './preflight/deployed.ts'
import { ecrLookUp, gatewayImage } from './preflight/image.ts'
import { bedrockLookUp, checkModels, warn } from './preflight/models-there.ts'
import { type SpokeProviders, spokeProviders } from './providers.ts'
import { tenantTags } from './tags.ts'

type Outputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> }

/**
 * Places a tenant's stack.
 * @param origin of the stack, for cost allocation tags
 * @throws Error before anything is made, when the settings do not fit the hub, or what is deployed on it
 */
export async function spoke(
  settings: SpokeSettings,
  hub: HubOutputs,
  origin: { readonly project: string; readonly stack: string },
  /** How long a function that this stack has deployed may take to answer what it was asked. */
  functionSeconds = 0,
): Promise<Outputs<SpokeOutputs>> {
  checkAgainstHub(settings, hub)
  requireUsageTable(settings, hub)
  for (const assumption of assumptions(everyModelId(settings), hub.region, settings.modelRegions))
    await pulumi.log.info(assumption)
  const zones = planSpokeSubnets(settings.cidrBlock, settings.availabilityZoneIds)
  const image = await checkAws(settings, hub, origin)
  // Only what was not refused: a provider is in the state as soon as it is registered, and a refresh or a destroy uses that.
  const providers = spokeProviders(settings, hub)
  const gateway = await gatewayCode(settings, hub, image)

  const { tenantId, account } = settings
  const { project, stack } = origin
  const tags = tenantTags({ project, stack, tenant: tenantId })
  const tenantAccount = new TenantAccount(
    'account',
    {
      ...settings,
      region: hub.region,
      zones,
      transitGatewayId: sharedTransitGateway(account, hub, providers),
      hubAccount: hub.account,
      hubVpcId: hub.vpcId,
      hubHasFargate: hub.fargate !== undefined,
      hubPrivateCidrBlocks: hub.privateSubnets.map(({ cidrBlock }) => cidrBlock),
      modelIds: everyModelId(settings),
      deletionProtection: hub.deletionProtection,
      tags,
    },
    { provider: providers.tenant },
  )
  // The tenant's item names the endpoint, and is written when all of the way to it is there, the routes back included.
  const [endpointHost, whenRouted] = pulumi.deferredOutput<string>()
  const { guardrail: _, ...ofIngress } = settings
  const ingress = new Ingress(
    'lane',
    {
      ...ofIngress,
      hub,
      attachmentId: tenantAccount.attachmentId,
      endpointHost,
      ...(tenantAccount.guardrail && { guardrail: tenantAccount.guardrail }),
      endpointCidrBlocks: zones.map(({ endpoint }) => endpoint),
      gateway,
      functionSeconds: gateway.kind === 'fargate' ? functionSeconds : 0,
      tags,
    },
    { provider: providers.hub },
  )
  const routes = new AccountRoutes(
    'routes',
    {
      routeTableId: tenantAccount.routeTableId,
      hubCidrBlock: hub.cidrBlock,
      transitGatewayId: ingress.transitGatewayId,
    },
    { provider: providers.tenant },
  )
  whenRouted(pulumi.all([tenantAccount.endpointHost, routes.routeIds]).apply(([host]) => host))
  return {
    tenantId,
    account,
    cidrBlock: settings.cidrBlock,
    availabilityZoneIds: [...settings.availabilityZoneIds],
    vpcId: tenantAccount.vpcId,
    attachmentId: ingress.attachmentId,
    endpointHost: tenantAccount.endpointHost,
    roleArn: tenantAccount.roleArn,
    compute: gateway.kind,
    timeoutSeconds: gateway.tier.timeoutSeconds,
    ...(ingress.functionArn && { functionArn: ingress.functionArn }),
    ...(ingress.serviceArn && { serviceArn: ingress.serviceArn }),
    ruleArn: ingress.ruleArn,
    gatewayUrl: `${hub.gatewayUrl}/${tenantId}`,
  }
}

async function gatewayCode(
  { compute, tenantId }: SpokeSettings,
  { fargate }: HubOutputs,
  image: string | undefined,
): Promise<GatewayCode> {
  const { kind, tier } = compute
  if (kind === 'lambda') return { kind, tier, code: functionArchive(await bundleGateway()), handler: HANDLER }
  if (!fargate || image === undefined) throw new Error(`${tenantId} has no image, or its hub no cluster.`)
  return { kind, tier, fargate, image }
}

/**
 * What is asked of AWS before anything is changed, by providers that nothing is made with.
 * @returns the image that the tenant's tasks run, where it has tasks
 */
async function checkAws(
  settings: SpokeSettings,
  hub: HubOutputs,
  origin: { readonly project: string; readonly stack: string },
): Promise<string | undefined> {
  const { tenantId, account, compute, credentials } = settings
  const providers = spokeProviders(settings, hub, '-checks')
  const { region } = hub
  const tenantsRole = credentials.kind === 'role' ? credentials.roleArn : undefined
  const [[blocks, image], vpcs, warnings] = await Promise.all([
    signedIn(
      {
        where: "The hub's account",
        account: hub.account,
        roleArn: hub.onboardingRoleArn,
        settings: 'hubRoleArn and hubProfile, one of the deployers of the hub',
      },
      () =>
        Promise.all([
          readBlocks(hub, providers.hub),
          compute.kind === 'fargate' && hub.fargate
            ? gatewayImage(compute, hub.fargate, tenantId, ecrLookUp(providers.hub))
            : undefined,
        ]),
    ),
    signedIn(
      { where: `The account of ${tenantId}`, account, roleArn: tenantsRole, settings: 'account, roleArn and profile' },
      () => readVpcs(settings, origin, providers.tenant),
    ),
    signedIn(
      { where: `The account of ${tenantId}`, account, roleArn: tenantsRole, settings: 'account, roleArn and profile' },
      async () => {
        await requireServiceZones(settings, hub, providers.tenant)
        return await checkModels(settings, region, bedrockLookUp(region, settings, providers.tenant))
      },
    ),
  ])
  checkDeployed(settings, hub, await deployedOf(blocks, vpcs, hub, providers.hub))
  await warn(warnings)
  return image
}

/** Inside an organisation the gateway is simply there. */
function sharedTransitGateway(account: string, hub: HubOutputs, providers: SpokeProviders): pulumi.Input<string> {
  const { sharing, resourceShareArn, transitGatewayId } = hub
  return sharing.kind === 'organisation'
    ? transitGatewayId
    : new TransitGatewayShare('share', { account, resourceShareArn, transitGatewayId }, providers).transitGatewayId
}

/** Zones by name mean other places in other accounts, and the service answers by name: match both through their ids. */
async function requireServiceZones(settings: SpokeSettings, hub: HubOutputs, provider: aws.Provider): Promise<void> {
  const [{ names, zoneIds }, service] = await Promise.all([
    aws.getAvailabilityZones({ state: 'available' }, { provider }),
    aws.ec2.getVpcEndpointService({ serviceName: bedrockRuntimeService(hub.region) }, { provider }),
  ])
  checkServiceZones(settings, { names, zoneIds, withService: service.availabilityZones })
}
