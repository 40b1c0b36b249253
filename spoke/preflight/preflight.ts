/**
 * All checks before anything of a tenant is made, in this order: what this stack has deployed, what the other stack files say, the hub, and then
 * AWS, by providers that make nothing. The first step that refuses is reported.
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

/** The input of the checks, which `index.ts` has read. */
export interface Asked {
  readonly settings: SpokeSettings
  readonly hub: HubOutputs
  /** What this stack has deployed. */
  readonly before: Before
  readonly origin: SettingsOrigin
  /**
   * The stack files beside the program. They are read only when the earlier steps have passed: mistakes in another stack's file must not be
   * reported before those of this stack.
   */
  readonly files: () => Promise<readonly StackFile[]>
}

/** The result of all checks, with what they have looked up. The program makes the resources from it and looks up nothing more. */
export interface SpokePlan extends Pick<Asked, 'settings' | 'hub' | 'origin'> {
  /** Empty without a network of its own. */
  readonly zones: readonly SpokeZonePlan[]
  readonly modelIds: readonly string[]
  readonly gateway: GatewayCode
  /** When the tenant changes from a function to tasks: how many seconds the function may still take to answer. */
  readonly functionSeconds: number
}

/** @throws Error that says what is wrong, and what to do instead; nothing was made */
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

/**
 * The checks that need no AWS.
 * @throws Error as {@link preflight}
 */
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
