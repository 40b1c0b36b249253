/**
 * A tenant that moves has two ways to its models, until its item names the new endpoint. The deployment deletes the old way
 * when everything else is done: not before the functions that are running have seen the item, and what they have asked
 * through the old endpoint is answered.
 */
import { setTimeout } from 'node:timers/promises'
import * as pulumi from '@pulumi/pulumi'
import type { Tier } from '../shared/settings.ts'
import { ITEMS_USED_FOR_MILLISECONDS } from '../shared/tenant.ts'

export interface WaitUntilDrainedArgs {
  readonly tenantId: string
  readonly tier: Tier
}

/** Runs after an update of the tenant's item, and waits when it names another endpoint than before. */
export const waitUntilDrained =
  ({ tenantId, tier }: WaitUntilDrainedArgs, wait: (milliseconds: number) => Promise<unknown> = setTimeout) =>
  async ({ oldInputs, newInputs }: Pick<pulumi.ResourceHookArgs, 'oldInputs' | 'newInputs'>): Promise<void> => {
    if (endpointOf(oldInputs) === endpointOf(newInputs)) return
    const milliseconds = ITEMS_USED_FOR_MILLISECONDS + tier.timeoutSeconds * 1000
    await pulumi.log.info(
      `${tenantId} has moved. What is left of its old network goes in ${milliseconds / 1000} s, when nobody uses it any more.`,
    )
    await wait(milliseconds)
  }

function endpointOf(inputs: Record<string, unknown> | undefined): unknown {
  const item = JSON.parse(String(inputs?.item ?? '{}')) as { readonly endpoint?: { readonly S?: unknown } }
  return item.endpoint?.S
}
