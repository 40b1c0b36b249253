/**
 * Everything that is checked before anything of a tenant is made, in this order: what this stack has deployed, what the other
 * stack files say, the hub, and then AWS, by providers that nothing is made with. The first step that refuses is told.
 */
import * as pulumi from '@pulumi/pulumi'
import { planSpokeSubnets, type SpokeZonePlan } from '../../shared/addressing.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { limitsOfHub } from '../../shared/hub-limits.ts'
import { everyModelId } from '../../shared/model-chain.ts'
import { assumptions } from '../../shared/policies/models.ts'
import type { SettingsOrigin } from '../../shared/settings/read.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import type { StackFile } from '../../shared/stack-files.ts'
import { tenancyOf } from '../../shared/tenants-together.ts'
import { bundleGateway } from '../ingress/bundle.ts'
import type { GatewayCode } from '../ingress/gateway.ts'
import { checkAgainstHub, requireUsageTable } from './against-hub.ts'
import { askAws } from './aws.ts'
import { checkStackFiles } from './stack-files.ts'
import { type Before, checkBefore, functionSeconds } from './this-stack.ts'

/** What a deployment is decided from, read at the edge. */
export interface Asked {
  readonly settings: SpokeSettings
  readonly hub: HubOutputs
  /** What this stack has deployed. */
  readonly before: Before
  readonly origin: SettingsOrigin
  /** Beside the program. Read when it is their turn: a file of somebody else that is broken is not told before what is wrong with this stack. */
  readonly files: () => Promise<readonly StackFile[]>
}

/** A tenant that nothing speaks against, and what was found out about it: the program places it and asks nothing more. */
export interface SpokePlan extends Pick<Asked, 'settings' | 'hub' | 'origin'> {
  /** None without a network of its own. */
  readonly zones: readonly SpokeZonePlan[]
  readonly modelIds: readonly string[]
  readonly gateway: GatewayCode
  /** How long a function that is left for tasks may take to answer what it was asked. */
  readonly functionSeconds: number
}

/** @throws Error saying what is wrong, and what to do instead; nothing was made */
export async function preflight(asked: Asked): Promise<SpokePlan> {
  const { settings, hub, origin, before } = asked
  await checkKnown(asked)
  const modelIds = everyModelId(settings)
  for (const assumption of assumptions(modelIds, hub.region, settings.modelRegions)) await pulumi.log.info(assumption)
  const { cidrBlock, availabilityZoneIds } = settings
  const zones = cidrBlock === undefined ? [] : planSpokeSubnets(cidrBlock, availabilityZoneIds)
  const image = await askAws(settings, hub, origin)
  const gateway = await gatewayCode(settings, hub, image)
  return {
    settings,
    hub,
    origin,
    zones,
    modelIds,
    gateway,
    functionSeconds: gateway.kind === 'fargate' ? functionSeconds(before) : 0,
  }
}

/** What is known without asking AWS. @throws Error as {@link preflight} */
export async function checkKnown({ settings, hub, before, origin, files }: Asked): Promise<void> {
  checkBefore(settings, hub, before)
  const own = { tenancy: tenancyOf(origin.stack, settings), hub }
  checkStackFiles(await files(), origin, limitsOfHub(hub), own)
  checkAgainstHub(settings, hub)
  requireUsageTable(settings, hub)
}

async function gatewayCode(
  { compute, tenantId }: SpokeSettings,
  { fargate }: HubOutputs,
  image: string | undefined,
): Promise<GatewayCode> {
  const { kind, tier } = compute
  if (kind === 'lambda') return { kind, tier, bundle: await bundleGateway() }
  if (!fargate || image === undefined) throw new Error(`${tenantId} has no image, or its hub no cluster.`)
  return { kind, tier, fargate, image }
}
