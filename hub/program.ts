/** The hub in order: network, identity, table, Transit Gateway, front door, and the role that tenants are added through. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { planHubSubnets } from '../shared/addressing.ts'
import { bundleFunction } from '../shared/bundle.ts'
import { CONTRACT_VERSION, type HubOutputs } from '../shared/contract.ts'
import { credentialArguments } from '../shared/provider.ts'
import type { HubSettings } from '../shared/settings.ts'
import { refusalsAlarm } from './alarms.ts'
import { AUDIT_ENTRY, Audit } from './audit.ts'
import { boundary } from './boundary.ts'
import { Client } from './client.ts'
import { Endpoints } from './endpoints.ts'
import { Identity } from './identity.ts'
import { fetchKeySet } from './key-set.ts'
import { LoadBalancer } from './load-balancer.ts'
import { Network } from './network.ts'
import { Onboarding } from './onboarding.ts'
import { registry } from './registry.ts'
import type { HubTags } from './tags.ts'
import { TransitGateway } from './transit-gateway.ts'
import { hubZones } from './zones.ts'

/** The contract's outputs, some of them known only when they are made. */
export type HubProgramOutputs = { readonly [K in keyof HubOutputs]: pulumi.Input<HubOutputs[K]> }

/** @param tags on everything that takes them */
export async function hub(settings: HubSettings, tags: HubTags): Promise<HubProgramOutputs> {
  const { account, region, deletionProtection } = settings
  const plan = planHubSubnets(settings.cidrBlock, settings.availabilityZones)
  const provider = new aws.Provider('hub', {
    region,
    // The account is chosen by the settings: other credentials at hand deploy nothing.
    allowedAccountIds: [account],
    ...credentialArguments(settings.credentials, 'genai-hub'),
  })
  const [{ zoneIds, ...zones }, auditBundle] = await Promise.all([
    hubZones(settings, tags.stack, provider),
    bundleFunction(AUDIT_ENTRY),
  ])
  const opts = { provider }

  const network = new Network('network', { settings, plan, provider, tags }, opts)
  const identity = new Identity('identity', { settings, tags }, opts)
  const table = registry('tenants', { deletionProtection, tags }, opts)
  const audit = new Audit('audit', { settings, bundle: auditBundle, tags }, opts)
  const endpoints = new Endpoints(
    'endpoints',
    {
      settings,
      network,
      zonesOfService: zones.ofService,
      privateCidrBlocks: plan.map((zone) => zone.private),
      tableArn: table.arn,
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
    { settings, network, ...(client && { clientAddress: client.publicAddress }), tags },
    opts,
  )
  const { loadBalancerArn } = loadBalancer
  const refusals = refusalsAlarm(
    'refused-at-the-door',
    { loadBalancerArn, alarmTopicArn: settings.alarmTopicArn, tags },
    opts,
  )
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
      },
      tags,
    },
    opts,
  )
  const parts = [
    network,
    identity,
    table,
    audit,
    endpoints,
    gateway,
    ...(client ? [client] : []),
    loadBalancer,
    refusals,
    onboarding,
  ]
  const tenantsBoundary = boundary(
    { account, region, tableArn: table.arn, vpcId: network.vpcId, after: parts, tags },
    opts,
  )

  return {
    contractVersion: CONTRACT_VERSION,
    account,
    region,
    vpcId: network.vpcId,
    cidrBlock: settings.cidrBlock,
    spokesCidrBlock: settings.spokesCidrBlock,
    privateSubnets: pulumi.all(network.privateSubnetIds).apply((ids) =>
      plan.map((zone, index) => ({
        id: ids[index] ?? '',
        cidrBlock: zone.private,
        zoneId: zoneIds[index] ?? '',
      })),
    ),
    zoneIds,
    transitGatewayId: gateway.transitGatewayId,
    transitGatewayArn: gateway.transitGatewayArn,
    hubRouteTableId: gateway.hubRouteTableId,
    spokesRouteTableId: gateway.spokesRouteTableId,
    resourceShareArn: gateway.resourceShareArn,
    sharing: settings.sharing.kind === 'organisation' ? settings.sharing : { kind: 'accounts' },
    gatewayUrl: loadBalancer.gatewayUrl,
    loadBalancerArn: loadBalancer.loadBalancerArn,
    loadBalancerDnsName: loadBalancer.dnsName,
    listenerArn: loadBalancer.listenerArn,
    listenerProtocol: loadBalancer.listenerProtocol,
    userPoolId: identity.userPoolId,
    userPoolArn: identity.userPoolArn,
    userPoolClientId: identity.userPoolClientId,
    issuer: identity.issuer,
    keySetVia: settings.keySetVia,
    ...(settings.keySetVia === 'inline' && { keySet: identity.issuer.apply(fetchKeySet) }),
    tableName: table.name,
    tableArn: table.arn,
    endpointSecurityGroupId: endpoints.securityGroupId,
    dynamodbPrefixListId: endpoints.dynamodbPrefixListId,
    parkingSecurityGroupId: network.parkingSecurityGroupId,
    onboardingRoleArn: onboarding.roleArn,
    permissionsBoundaryArn: tenantsBoundary.arn,
    concurrencyLimit: settings.concurrencyLimit,
    auditFunctionArn: audit.functionArn,
    ...(settings.alarmTopicArn !== undefined && { alarmTopicArn: settings.alarmTopicArn }),
    deletionProtection,
  }
}
