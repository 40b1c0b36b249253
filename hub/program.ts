/** The hub's program, in order: network, identity, table, Transit Gateway, front door, and the role that adds tenants. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { CONTRACT_VERSION, type HubFargate, type HubOutputs, type HubSubnet } from '../shared/contract.ts'
import { repositoryArn, repositoryName } from '../shared/naming.ts'
import type { HubSettings } from '../shared/settings.ts'
import { refusalsAlarm } from './alarms.ts'
import { Audit } from './audit.ts'
import { boundary, tasksBoundary } from './boundary.ts'
import { CentralModels } from './central-models.ts'
import { Client } from './client-instance.ts'
import { dashboard } from './dashboard.ts'
import { EndpointService } from './endpoint-service.ts'
import { Endpoints, MODEL_SERVICE } from './endpoints.ts'
import { Fargate } from './fargate.ts'
import { Identity } from './identity.ts'
import { fetchKeySet } from './inline-key-set.ts'
import { KeySets } from './key-sets.ts'
import { LoadBalancer } from './load-balancer.ts'
import { metricsSink } from './metrics-sink.ts'
import { Network } from './network.ts'
import { Onboarding } from './onboarding.ts'
import type { HubPlan } from './preflight/preflight.ts'
import { registry } from './tenant-table.ts'
import { TransitGateway } from './transit-gateway.ts'
import { Usage } from './usage.ts'

/** The outputs of the contract, some of which are known only when resources are made. */
export type HubProgramOutputs = { readonly [K in keyof HubOutputs]: pulumi.Input<HubOutputs[K]> }

/** Makes a hub. Everything that can be checked beforehand was checked. */
export function hub({ settings, origin, subnets: plan, zones, people, bundles, signIn }: HubPlan): HubProgramOutputs {
  const { account, region, deletionProtection } = settings
  const { project, stack } = origin
  const tags = { project, stack }
  // Made only after all checks have passed: a provider is in the state as soon as it is registered, and `refresh` and `destroy` use that one.
  const provider = new aws.Provider('hub', signIn)
  const opts = { provider }

  const network = new Network('network', { settings, plan, provider, tags }, opts)
  const identity = new Identity('identity', { settings, tags }, opts)
  const table = registry('tenants', { deletionProtection, tags }, opts)
  const usage = new Usage('usage', { settings, tags }, opts)
  const audit = new Audit('audit', { settings, bundle: bundles.audit, tags }, opts)
  const keySets = bundles.keySets
    ? new KeySets(
        'key-sets',
        { settings, bundle: bundles.keySets, tenants: table, issuer: identity.issuer, provider: people, tags },
        opts,
      )
    : undefined
  const keySetsTableArn = keySets?.tableArn
  const endpoints = new Endpoints(
    'endpoints',
    {
      settings,
      network,
      zonesOfService: zones.ofService,
      privateCidrBlocks: plan.map((zone) => zone.private),
      tableArn: table.arn,
      keySetsTableArn,
      usageTableArn: usage.tableArn,
      tags,
    },
    opts,
  )
  const central =
    settings.centralModels &&
    new CentralModels(
      'central-models',
      {
        settings,
        central: settings.centralModels,
        network,
        zones: zones.ofService[MODEL_SERVICE] ?? [],
        tags,
      },
      opts,
    )
  const gateway = new TransitGateway('transit-gateway', { settings, network, tags }, opts)
  const client = settings.clientInstance
    ? new Client('client', { settings, network, zone: zones.clientZone, tags }, opts)
    : undefined
  const loadBalancer = new LoadBalancer(
    'load-balancer',
    {
      settings,
      network,
      privateCidrBlocks: plan.map((zone) => zone.private),
      ...(client && {
        clientAddress: settings.loadBalancer === 'internal' ? client.privateAddress : client.publicAddress,
      }),
      tags,
    },
    opts,
  )
  const { loadBalancerArn } = loadBalancer
  const { listener } = settings
  // The settings refuse this together with any other listener.
  const door =
    settings.endpointService && listener.kind === 'hostedZone'
      ? new EndpointService(
          'endpoint-service',
          {
            listener,
            accounts: settings.endpointService.accounts,
            network,
            loadBalancerArn,
            listenerArn: loadBalancer.listenerArn,
            loadBalancerSecurityGroupId: loadBalancer.securityGroupId,
            tags,
          },
          opts,
        )
      : undefined
  const fargate =
    endpoints.s3PrefixListId &&
    new Fargate(
      'fargate',
      {
        deletionProtection,
        vpcId: network.vpcId,
        loadBalancerSecurityGroupId: loadBalancer.securityGroupId,
        s3PrefixListId: endpoints.s3PrefixListId,
        tags,
      },
      opts,
    )
  const imagesArn = repositoryArn(account, region)
  const refusals = refusalsAlarm(
    'refused-at-the-door',
    { loadBalancerArn, alarmTopicArn: settings.alarmTopicArn, tags },
    opts,
  )
  const sinkArn =
    settings.accountMetrics &&
    metricsSink('metrics-sink', { wanted: settings.accountMetrics, sharing: settings.sharing, tags }, opts)
  if (settings.dashboard)
    dashboard('dashboard', { region, loadBalancerArn, accountMetrics: sinkArn !== undefined }, opts)
  const onboarding = new Onboarding(
    'onboarding',
    {
      deployers: settings.deployers,
      account,
      region,
      scope: {
        vpcId: network.vpcId,
        privateSubnetIds: pulumi.all(network.privateSubnetIds),
        transitGatewayArn: gateway.transitGatewayArn,
        hubRouteTableId: gateway.hubRouteTableId,
        spokesRouteTableId: gateway.spokesRouteTableId,
        listenerArn: loadBalancer.listenerArn,
        tableArn: table.arn,
        userPoolArn: identity.userPoolArn,
        resourceShareArn: gateway.resourceShareArn,
        sharing: settings.sharing.kind,
        keySetsFunctionArn: keySets?.functionArn,
        centralSecurityGroupId: central?.securityGroupId,
        endpointServiceArn: door?.serviceArn,
      },
      ...(fargate && { tasks: { clusterArn: fargate.clusterArn, repositoryArn: imagesArn } }),
      tags,
    },
    opts,
  )
  const parts = [
    network,
    identity,
    table,
    usage,
    audit,
    ...(keySets ? [keySets] : []),
    endpoints,
    ...(central ? [central] : []),
    gateway,
    ...(client ? [client] : []),
    loadBalancer,
    ...(door ? [door] : []),
    ...(fargate ? [fargate] : []),
    refusals,
    onboarding,
  ]
  const usageTableArn = usage.tableArn
  const bounds = { account, region, tableArn: table.arn, keySetsTableArn, usageTableArn, vpcId: network.vpcId, tags }
  const tenantsBoundary = boundary({ ...bounds, after: parts, network: network.vpc }, opts)
  const tasks = fargate && {
    fargate,
    boundary: tasksBoundary({ ...bounds, repositoryArn: imagesArn, after: tenantsBoundary }, opts),
  }

  const subnets = pulumi.all(network.privateSubnetIds).apply((ids) =>
    plan.map(
      (zone, index): HubSubnet => ({
        id: ids[index] ?? '',
        cidrBlock: zone.private,
        zoneId: zones.zoneIds[index] ?? '',
      }),
    ),
  )
  // A zone that is about to be removed exists until nobody uses it any more, but the outputs do not name it to tenants.
  const staying = settings.leavingZone === undefined ? plan.length : plan.length - 1

  return {
    contractVersion: CONTRACT_VERSION,
    account,
    region,
    vpcId: network.vpcId,
    cidrBlock: settings.cidrBlock,
    spokesCidrBlock: settings.spokesCidrBlock,
    privateSubnets: subnets.apply((all) => all.slice(0, staying)),
    zoneIds: zones.zoneIds.slice(0, staying),
    ...(staying < plan.length && { leavingSubnet: subnets.apply((all) => all[staying]) as pulumi.Output<HubSubnet> }),
    transitGatewayId: gateway.transitGatewayId,
    transitGatewayArn: gateway.transitGatewayArn,
    hubRouteTableId: gateway.hubRouteTableId,
    spokesRouteTableId: gateway.spokesRouteTableId,
    resourceShareArn: gateway.resourceShareArn,
    sharing: settings.sharing.kind === 'organisation' ? settings.sharing : { kind: 'accounts' },
    gatewayUrl: loadBalancer.gatewayUrl,
    ...(settings.browserOrigin !== undefined && { browserOrigin: settings.browserOrigin }),
    loadBalancerArn: loadBalancer.loadBalancerArn,
    loadBalancerDnsName: loadBalancer.dnsName,
    listenerArn: loadBalancer.listenerArn,
    listenerProtocol: loadBalancer.listenerProtocol,
    userPoolId: identity.userPoolId,
    userPoolArn: identity.userPoolArn,
    userPoolClientId: identity.userPoolClientId,
    issuer: identity.issuer,
    ...(identity.domain && { userPoolDomain: identity.domain }),
    ...(Object.keys(settings.federatedProviders).length > 0 && {
      federatedProviders: Object.fromEntries(
        Object.entries(settings.federatedProviders).map(([name, { tenant }]) => [name, tenant]),
      ),
    }),
    ...(people && { identity: people }),
    keySetVia: settings.keySetVia,
    ...(settings.keySetVia === 'inline' && { keySet: identity.issuer.apply(fetchKeySet) }),
    ...(keySets && {
      keySetsTableName: keySets.tableName,
      keySetsTableArn: keySets.tableArn,
      keySetsFunctionArn: keySets.functionArn,
    }),
    tableName: table.name,
    tableArn: table.arn,
    usageTableName: usage.tableName,
    usageTableArn,
    endpointSecurityGroupId: endpoints.securityGroupId,
    dynamodbPrefixListId: endpoints.dynamodbPrefixListId,
    parkingSecurityGroupId: network.parkingSecurityGroupId,
    onboardingRoleArn: onboarding.roleArn,
    permissionsBoundaryArn: tenantsBoundary.arn,
    concurrencyLimit: settings.concurrencyLimit,
    listenerRules: settings.listenerRules,
    auditFunctionArn: audit.functionArn,
    ...(settings.alarmTopicArn !== undefined && { alarmTopicArn: settings.alarmTopicArn }),
    ...(settings.dashboard && { dashboard: true as const }),
    ...(sinkArn !== undefined && { metricsSinkArn: sinkArn }),
    ...(tasks && { fargate: fargateOutput(settings, tasks.fargate, tasks.boundary) }),
    ...(settings.loadBalancer === 'internal' && { loadBalancer: settings.loadBalancer }),
    ...(settings.endpointService &&
      door &&
      listener.kind === 'hostedZone' && {
        endpointService: pulumi.output({
          serviceId: door.serviceId,
          serviceName: door.serviceName,
          privateDnsName: listener.domainName,
          accounts: settings.endpointService.accounts,
        }),
      }),
    ...(settings.centralModels &&
      central && {
        centralModels: pulumi.output({
          endpointId: central.endpointId,
          endpointHost: central.endpointHost,
          securityGroupId: central.securityGroupId,
          modelIds: settings.centralModels.modelIds,
          modelRegions: settings.centralModels.modelRegions ?? {},
          groupRules: settings.centralModels.groupRules,
        }),
      }),
    deletionProtection,
  }
}

function fargateOutput(
  { account, region, fargateVcpuLimit, listenerRules, gatewayBaseImage }: HubSettings,
  { clusterArn, clusterName, repositoryUrl, taskSecurityGroupId }: Fargate,
  { arn: taskBoundaryArn }: aws.iam.Policy,
): pulumi.Output<HubFargate> {
  return pulumi.output({
    clusterArn,
    clusterName,
    repositoryName,
    repositoryArn: repositoryArn(account, region),
    repositoryUrl,
    taskSecurityGroupId,
    taskBoundaryArn,
    ...(gatewayBaseImage !== undefined && { baseImage: gatewayBaseImage }),
    vcpuLimit: fargateVcpuLimit,
    listenerRules,
  })
}
