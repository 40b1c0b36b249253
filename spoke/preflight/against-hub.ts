/**
 * Compares a tenant's settings with the hub before anything is made, and refuses mistakes that AWS would accept without an error, or notice too
 * late.
 */
import { requireInSupernet, requireNoOverlap } from '../../shared/addressing.ts'
import type { CentralModelsSettings } from '../../shared/choices.ts'
import type { HubEndpointService, HubFargate, HubOutputs } from '../../shared/contract.ts'
import type { IdentitySettings } from '../../shared/identity-provider.ts'
import { countedInDollars } from '../../shared/limits.ts'
import { chainEntries, everyModelId } from '../../shared/model-chain.ts'
import { priceOf } from '../../shared/model-prices.ts'
import { roleArn, tenantRoleName } from '../../shared/naming.ts'
import { destinationsOf } from '../../shared/policies/geographies.ts'
import { parseModel } from '../../shared/policies/models.ts'
import { modelEndpointPolicy, tenantRolePolicyText } from '../../shared/policies/tenant-role.ts'
import { setCommand } from '../../shared/settings/commands.ts'
import type { GuardrailSettings } from '../../shared/settings/of-spoke/guardrail.ts'
import type { SpokeSettings } from '../../shared/settings.ts'

/** What a spoke is compared with: the hub's outputs, or, before the hub is deployed, its settings, which do not contain zone ids. */
export type HubFacts = Pick<HubOutputs, 'account' | 'region' | 'cidrBlock' | 'spokesCidrBlock'> &
  Partial<Pick<HubOutputs, 'zoneIds' | 'keySetVia' | 'vpcId' | 'metricsSinkArn' | 'userPoolClientId'>> & {
    readonly fargate?: HubFargate | boolean
    readonly identity?: Pick<IdentitySettings, 'tenantClaim' | 'claimFormat'>
    /** For each provider its tenant; in the hub's settings, more than that. */
    readonly federatedProviders?: Readonly<Record<string, string | { readonly tenant: string }>>
    readonly centralModels?: Pick<CentralModelsSettings, 'modelIds' | 'modelRegions'>
    readonly endpointService?: Pick<HubEndpointService, 'accounts'>
    readonly sharing?: { readonly kind: 'organisation' | 'accounts' }
    /** In a hub's settings; its outputs have `metricsSinkArn`. */
    readonly accountMetrics?: object
  }

/** @throws Error that says which settings do not fit the hub, and which would */
export function checkAgainstHub(settings: SpokeSettings, hub: HubFacts): void {
  const mistakes = mistakesAgainstHub(settings, hub)
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}

/** All settings that do not fit the hub, and which would. */
export function mistakesAgainstHub(settings: SpokeSettings, hub: HubFacts): readonly string[] {
  const { tenantId, account, cidrBlock, availabilityZoneIds } = settings
  const checks: readonly (() => void)[] = [
    () => requireOwnAccount(tenantId, account, hub),
    ...(cidrBlock === undefined
      ? [() => requireCentralModels(settings, hub)]
      : [
          () => requireInSupernet({ name: tenantId, cidrBlock }, hub.spokesCidrBlock),
          () =>
            requireNoOverlap([
              { name: 'the hub', cidrBlock: hub.cidrBlock },
              { name: tenantId, cidrBlock },
            ]),
          () => requireHubZones(tenantId, availabilityZoneIds, hub),
        ]),
    () => requireKeySets(settings, hub),
    () => requireOwnNames(settings, hub),
    () => requireOwnClient(settings, hub),
    () => requireProvider(settings, hub),
    () => requireTextClaim(settings, hub),
    () => requireFargate(settings, hub),
    () => requirePrices(settings, hub),
    () => requireGuardrailInRegion(settings, hub),
    () => requireDoor(settings, hub),
    () => requireOneShare(settings, hub),
    () => requireSink(settings, hub),
    ...everyModelId(settings).map((id) => () => parseModel(id, hub.region, settings.modelRegions)),
  ]
  const mistakes = checks.flatMap(messageOf)
  // If a model id is not valid, the policies cannot be computed.
  return mistakes.length > 0 ? mistakes : policyChecks(settings, hub).flatMap(messageOf)
}

/** The role's policy names an endpoint that does not exist yet. If the policy were too long, the deployment would stop half-way. */
function policyChecks(settings: SpokeSettings, hub: HubFacts) {
  const { tenantId, account, modelRegions, modelPerimeter } = settings
  const guardrail = settings.guardrail && { guardrail: anyGuardrail(settings.guardrail, account, hub.region) }
  const all = {
    tenantId,
    account,
    region: hub.region,
    modelIds: everyModelId(settings),
    modelRegions,
    modelPerimeter,
    ...guardrail,
  }
  if (settings.modelEndpoint === 'hub')
    return [() => void tenantRolePolicyText({ ...all, hubVpcId: hub.vpcId ?? ANY_VPC })]
  return [
    () => void tenantRolePolicyText({ ...all, endpointId: ANY_ENDPOINT }),
    () => void modelEndpointPolicy({ ...all, roleArn: roleArn(account, tenantRoleName(tenantId)) }),
  ]
}

/** As long as every endpoint's id. */
const ANY_ENDPOINT = 'vpce-00000000000000000'
const ANY_VPC = 'vpc-00000000000000000'
/** A guardrail's id has 12 letters and digits in all examples of AWS, and version numbers do not come near this. */
const anyGuardrail = (given: GuardrailSettings, account: string, region: string) =>
  given.kind === 'existing'
    ? given
    : { arn: `arn:aws:bedrock:${region}:${account}:guardrail/000000000000`, version: '9999' }

function messageOf(check: () => void): readonly string[] {
  try {
    check()
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/** A setting without an effect is refused, because people would rely on it. */
function requireProvider({ tenantId, tenantClaimValue }: SpokeSettings, hub: HubFacts): void {
  if (tenantClaimValue === undefined || hub.identity !== undefined) return
  throw new Error(
    `tenantClaimValue of ${tenantId} is set, and people sign in with the hub's own user pool, whose tokens name the tenant's id. Take it out, or set identity of the hub first.`,
  )
}

/** Without its list such a rule would let everybody of the provider through to the gateway. */
function requireTextClaim({ tenantId, groupCheck }: SpokeSettings, { identity }: HubFacts): void {
  if (groupCheck !== 'gateway' || identity?.claimFormat !== 'list') return
  throw new Error(
    `${tenantId} has groupCheck gateway, and its hub's provider names the tenant in a list (${identity.tenantClaim}, claimFormat list): the load ` +
      'balancer would then check no claim that names a tenant. Set tenantClaim in identity of the hub to a claim that is a text (docs/identity.md), or ' +
      'groupCheck to both.',
  )
}

function requireOwnAccount(tenantId: string, account: string, hub: HubFacts): void {
  if (account !== hub.account) return
  throw new Error(
    `The account of ${tenantId} is the hub's own, ${account}. A tenant's quotas, policies and bill are its own only in an ` +
      'account of its own: set another account.',
  )
}

/** A machine and a provider with the same name would have the same path `/TENANT.NAME/`. */
function requireOwnNames({ tenantId, machineIssuers }: SpokeSettings, { federatedProviders = {} }: HubFacts): void {
  if (Object.keys(federatedProviders).length === 0) return
  const taken = Object.keys(machineIssuers).find((name) => {
    const of = federatedProviders[name]
    return (typeof of === 'string' ? of : of?.tenant) === tenantId
  })
  if (taken === undefined) return
  throw new Error(
    `${tenantId} has a machine ${taken}, and the hub's federatedProviders has a provider ${taken} of its people: both would be served at ` +
      `/${tenantId}.${taken}/. Give one of them another name.`,
  )
}

/** Every user of every tenant has access tokens of that client. */
function requireOwnClient({ tenantId, machineIssuers }: SpokeSettings, { userPoolClientId }: HubFacts): void {
  if (userPoolClientId === undefined) return
  const [name] = Object.entries(machineIssuers).find(([, { claims }]) => claims.client_id === userPoolClientId) ?? []
  if (name === undefined) return
  throw new Error(
    `The machine ${name} of ${tenantId} has the client_id of the client that people sign in with, ${userPoolClientId}: every user's access token, of whichever ` +
      `tenant, would be let in as this machine. Make it a client of its own: npm run tenant -- machine add ${tenantId} ${name}`,
  )
}

/** For an issuer other than the hub's pool, the gateways get keys from the table only. */
function requireKeySets({ tenantId, machineIssuers }: SpokeSettings, { keySetVia }: HubFacts): void {
  if (keySetVia === undefined || keySetVia === 'table' || Object.keys(machineIssuers).length === 0) return
  throw new Error(
    `${tenantId} has machineIssuers, and the hub gets key sets by ${keySetVia}, which knows its own issuer only. Set the hub's keySetVia ` +
      'to table first (docs/operations.md, "Another way to the keys"), or take machineIssuers out.',
  )
}

/** Through the hub's endpoint only the models on the hub's list may be called. Without this check, Bedrock would refuse the first request. */
function requireCentralModels(settings: SpokeSettings, { centralModels, region }: HubFacts): void {
  const { tenantId, hubStack, modelRegions } = settings
  const stack = hubStack.split('/').at(-1) ?? hubStack
  if (!centralModels)
    throw new Error(
      `${tenantId} has modelEndpoint hub, and its hub ${hubStack} has no model endpoint to share. First: ` +
        `${setCommand(stack, 'centralModels', JSON.stringify(everyModelId(settings)))} && pulumi up -s ${stack} (what that costs, and what is ` +
        'lost: docs/variants.md), or set modelEndpoint to own.',
    )
  const missing = everyModelId(settings).filter((id) => !centralModels.modelIds.includes(id))
  if (missing.length > 0)
    throw new Error(
      `${missing.join(', ')} of ${tenantId} may not be called through the model endpoint of ${hubStack}, which has: ` +
        `${centralModels.modelIds.join(', ')}. Add it to the hub's centralModels and run pulumi up -s ${stack} first, take it out of ` +
        "the tenant's models, or set modelEndpoint to own.",
    )
  for (const [geography, given] of Object.entries(modelRegions)) {
    const { regions } = destinationsOf(geography, centralModels.modelRegions ?? {})
    const outside = geography === 'global' ? [] : given.filter((one) => one !== region && !regions.includes(one))
    if (outside.length > 0)
      throw new Error(
        `modelRegions of ${tenantId} sends requests to ${geography}. profiles to ${outside.join(', ')}, and the model endpoint of ${hubStack} ` +
          `lets them go to ${regions.join(', ')} only. Set the hub's centralModelRegions and run pulumi up -s ${stack} first.`,
      )
  }
}

function requireHubZones(tenantId: string, availabilityZoneIds: readonly string[], { zoneIds }: HubFacts): void {
  const outside = zoneIds === undefined ? [] : availabilityZoneIds.filter((zoneId) => !zoneIds.includes(zoneId))
  if (outside.length === 0) return
  throw new Error(
    `The zones ${outside.join(', ')} of ${tenantId} are not among the hub's: ${zoneIds?.join(', ')}. A zone in which the hub ` +
      'has no Transit Gateway subnet is not reached: set availabilityZoneIds to some of these.',
  )
}

/** Only one stack may allow an account. If two did, the first to take the permission away would take it away for both. */
function requireDoor(settings: SpokeSettings, { endpointService }: HubFacts): void {
  const { tenantId, account, cidrBlock, gatewayEndpoint, hubStack } = settings
  if (!gatewayEndpoint) return
  if (cidrBlock === undefined)
    throw new Error(
      `${tenantId} has gatewayEndpoint, and no network that an endpoint could be in: its modelEndpoint is hub. Take gatewayEndpoint out, or set ` +
        'modelEndpoint to own. A network of your own beside it is connected as a partner is: docs/private-door.md.',
    )
  if (!endpointService)
    throw new Error(
      `${tenantId} has gatewayEndpoint, and its hub ${hubStack} is not offered by PrivateLink. Set the hub's endpointService to true first ` +
        '(docs/private-door.md), or take gatewayEndpoint out.',
    )
  if (endpointService.accounts.includes(account))
    throw new Error(
      `The account of ${tenantId}, ${account}, is among the hub's endpointServiceAccounts, which are for partners without a spoke. Take it out there ` +
        `first and bring the hub up to date (pulumi up -s ${hubStack.split('/').at(-1) ?? hubStack}): the tenant's own stack allows it.`,
    )
}

/** An account is invited and accepts once. The stack that takes the share away would take it away from the account's other tenants. */
function requireOneShare(
  { tenantId, sharedAccount, modelEndpoint, hubStack }: SpokeSettings,
  { sharing }: HubFacts,
): void {
  if (!sharedAccount || modelEndpoint === 'hub' || sharing?.kind !== 'accounts') return
  throw new Error(
    `${tenantId} has sharedAccount and a network of its own, and its hub ${hubStack} shares its Transit Gateway with single accounts ` +
      '(shareWithAccounts): an account accepts that once, and would lose it with the first of its tenants that goes. Set modelEndpoint to hub, ' +
      'take sharedAccount out, or use a hub that shares with an organisation.',
  )
}

function requireSink({ tenantId, shareMetrics, hubStack }: SpokeSettings, hub: HubFacts): void {
  if (!shareMetrics || hub.metricsSinkArn !== undefined || hub.accountMetrics) return
  const stack = hubStack.split('/').at(-1) ?? hubStack
  throw new Error(
    `${tenantId} has shareMetrics, and its hub ${hubStack} has no sink to share them with. First: ` +
      `${setCommand(stack, 'accountMetrics', 'make')} && pulumi up -s ${stack}, or take shareMetrics out.`,
  )
}

/** A model without a price would count as free. */
function requirePrices(settings: SpokeSettings, { region }: HubFacts): void {
  const { tenantId, models, limits } = settings
  const counted = limits ? countedInDollars(limits, Object.keys(models)) : []
  const unpriced = chainEntries(settings).filter(
    ([name, id]) => counted.includes(name) && priceOf(id, region) === undefined,
  )
  if (unpriced.length === 0) return
  throw new Error(
    `${tenantId} has limits in dollars, and no price is known in ${region} for ${unpriced.map(([name, id]) => `${name} (${id})`).join(', ')}: it ` +
      'would count as nothing. Add it to shared/prices/models.json, with its source and date, or limit tokens instead of dollars.',
  )
}

/** @param hub its outputs; the settings alone do not say which version was deployed */
export function requireUsageTable({ tenantId, limits, hubStack }: SpokeSettings, hub: HubOutputs): void {
  if (!limits || hub.usageTableArn !== undefined) return
  const stack = hubStack.split('/').at(-1) ?? hubStack
  throw new Error(
    `${tenantId} has limits, and its hub ${hubStack} has no table to count in: an older version deployed it. First: pulumi up -s ${stack}, ` +
      'or take limits out.',
  )
}

function requireFargate({ tenantId, compute, hubStack }: SpokeSettings, { fargate }: HubFacts): void {
  if (compute.kind === 'lambda' || fargate) return
  const stack = hubStack.split('/').at(-1) ?? hubStack
  throw new Error(
    `${tenantId} has compute fargate, and its hub ${hubStack} has nothing that tasks run on. First: ${setCommand(stack, 'fargate', 'true')} && ` +
      `pulumi up -s ${stack} (what that costs: docs/limits-and-costs.md), or set compute to lambda.`,
  )
}

/** AWS looks for a guardrail in the region where the model is called. */
function requireGuardrailInRegion({ tenantId, guardrail }: SpokeSettings, { region }: HubFacts): void {
  if (guardrail?.kind !== 'existing' || guardrail.arn.split(':')[3] === region) return
  throw new Error(
    `The guardrail ${guardrail.arn} of ${tenantId} is not in ${region}, where its models are called. Set guardrail to one of that region, or to ` +
      'the rules that one is made of (docs/governance.md).',
  )
}

export interface ServiceZones {
  /** The names of the zones in the tenant's account; the ids are in the same order. */
  readonly names: readonly string[]
  readonly zoneIds: readonly string[]
  /** Names of the zones that have the service. */
  readonly withService: readonly string[]
}

/** @throws Error that names the zones without a bedrock-runtime endpoint, and those with one */
export function checkServiceZones(settings: SpokeSettings, zones: ServiceZones): void {
  const ids = zones.zoneIds.filter((_, index) => zones.withService.includes(zones.names[index] ?? ''))
  const missing = settings.availabilityZoneIds.filter((zoneId) => !ids.includes(zoneId))
  if (missing.length === 0) return
  throw new Error(
    `bedrock-runtime has no endpoint in ${missing.join(', ')} (account ${settings.account}). It has in: ${ids.sort().join(', ')}. ` +
      `Set availabilityZoneIds of ${settings.tenantId} to some of these.`,
  )
}
