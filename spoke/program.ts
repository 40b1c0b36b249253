/** A tenant's program, in order: its account, its ingress through the hub, and its routes back when the ingress is open. */
import * as pulumi from '@pulumi/pulumi'
import type { HubCentralModels, HubOutputs } from '../shared/contract.ts'
import { federatedIssuers } from '../shared/federation.ts'
import type { SpokeSettings } from '../shared/settings.ts'
import { TenantAccount } from './account/account.ts'
import { GatewayEndpoint } from './account/gateway-endpoint.ts'
import { AccountRoutes } from './account/routes.ts'
import { TransitGatewayShare } from './account/sharing.ts'
import { Ingress } from './ingress/ingress.ts'
import type { SpokeOutputs } from './outputs.ts'
import type { SpokePlan } from './preflight/preflight.ts'
import { type SpokeProviders, spokeProviders } from './providers.ts'
import { tenantTags } from './tags.ts'

type Outputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> }

/** Makes a tenant. Everything that can be checked beforehand was checked. */
export function spoke({
  settings,
  hub,
  origin,
  zones,
  modelIds,
  gateway,
  functionSeconds,
}: SpokePlan): Outputs<SpokeOutputs> {
  // Made only after all checks have passed: a provider is in the state as soon as it is registered, and `refresh` and `destroy` use that one.
  const providers = spokeProviders(settings, hub)
  const { cidrBlock, availabilityZoneIds } = settings
  const { tenantId, account } = settings
  const { project, stack } = origin
  const tags = tenantTags({ project, stack, tenant: tenantId })
  const tenantAccount = new TenantAccount(
    'account',
    {
      ...settings,
      region: hub.region,
      endpoint:
        cidrBlock === undefined
          ? { kind: 'hub', host: centralModelsOf(settings, hub).endpointHost }
          : {
              kind: 'own',
              cidrBlock,
              zones,
              transitGatewayId: sharedTransitGateway(account, hub, providers),
              hubPrivateCidrBlocks: hub.privateSubnets.map((subnet) => subnet.cidrBlock),
            },
      hubAccount: hub.account,
      hubVpcId: hub.vpcId,
      hubHasFargate: hub.fargate !== undefined,
      modelIds,
      deletionProtection: hub.deletionProtection,
      ...(settings.shareMetrics && hub.metricsSinkArn !== undefined && { metricsSinkArn: hub.metricsSinkArn }),
      tags,
    },
    { provider: providers.tenant },
  )
  // The tenant's item names the endpoint. It is written when the whole path to the endpoint exists, with the routes back.
  const [endpointHost, whenRouted] = pulumi.deferredOutput<string>()
  const { guardrail: _, ...ofIngress } = settings
  const machineIssuers = { ...settings.machineIssuers, ...federatedIssuers(hub, tenantId) }
  const ingress = new Ingress(
    'lane',
    {
      ...ofIngress,
      machineIssuers,
      hub,
      way: tenantAccount.network
        ? {
            kind: 'own',
            attachmentId: tenantAccount.network.attachmentId,
            endpointCidrBlocks: zones.map(({ endpoint }) => endpoint),
          }
        : { kind: 'hub', securityGroupId: centralModelsOf(settings, hub).securityGroupId },
      endpointHost,
      ...(tenantAccount.guardrail && { guardrail: tenantAccount.guardrail }),
      gateway,
      functionSeconds,
      tags,
    },
    { provider: providers.hub },
  )
  const { network } = tenantAccount
  const routes =
    network &&
    ingress.attachment &&
    new AccountRoutes(
      'routes',
      {
        routeTableId: network.routeTableId,
        hubCidrBlock: hub.cidrBlock,
        transitGatewayId: ingress.attachment.transitGatewayId,
      },
      { provider: providers.tenant },
    )
  const door =
    settings.gatewayEndpoint && network && cidrBlock !== undefined && hub.endpointService
      ? new GatewayEndpoint(
          'gateway-endpoint',
          {
            tenantId,
            account,
            service: hub.endpointService,
            vpcId: network.vpcId,
            subnetIds: network.endpointSubnetIds,
            cidrBlock,
            tags,
          },
          providers,
        )
      : undefined
  whenRouted(pulumi.all([tenantAccount.endpointHost, routes?.routeIds]).apply(([host]) => host))
  return {
    tenantId,
    account,
    modelEndpoint: settings.modelEndpoint,
    ...(cidrBlock !== undefined && { cidrBlock, availabilityZoneIds: [...availabilityZoneIds] }),
    ...(network && { vpcId: network.vpcId }),
    ...(ingress.attachment && { attachmentId: ingress.attachment.id }),
    endpointHost: tenantAccount.endpointHost,
    roleArn: tenantAccount.roleArn,
    compute: gateway.kind,
    timeoutSeconds: gateway.tier.timeoutSeconds,
    ...(ingress.functionArn && { functionArn: ingress.functionArn }),
    ...(ingress.serviceArn && { serviceArn: ingress.serviceArn }),
    ruleArn: ingress.ruleArn,
    gatewayUrl: `${hub.gatewayUrl}/${tenantId}`,
    ...(door && { gatewayEndpointId: door.endpointId }),
  }
}

/** For a tenant without a network of its own. The preflight has refused a hub that has no shared endpoint. */
function centralModelsOf({ tenantId }: SpokeSettings, { centralModels }: HubOutputs): HubCentralModels {
  if (!centralModels) throw new Error(`${tenantId} has no model endpoint, and its hub none to share.`)
  return centralModels
}

/** Inside an organisation no acceptance is needed to see the gateway. */
function sharedTransitGateway(account: string, hub: HubOutputs, providers: SpokeProviders): pulumi.Input<string> {
  const { sharing, resourceShareArn, transitGatewayId } = hub
  return sharing.kind === 'organisation'
    ? transitGatewayId
    : new TransitGatewayShare('share', { account, resourceShareArn, transitGatewayId }, providers).transitGatewayId
}
