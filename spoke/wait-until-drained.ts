/**
 * A tenant that moves has two ways to its models, until its item names the new endpoint. The deployment deletes the old way
 * when everything else is done: not before the functions that are running have seen the item, and what they have asked
 * through the old endpoint is answered.
 */
import { setTimeout } from 'node:timers/promises'
import * as pulumi from '@pulumi/pulumi'
import type { Compute } from '../shared/settings.ts'
import { ITEMS_USED_FOR_MILLISECONDS } from '../shared/tenant.ts'

export interface WaitUntilDrainedArgs {
  readonly tenantId: string
  readonly tier: Compute['tier']
}

type Wait = (milliseconds: number) => Promise<unknown>

/** Runs after an update of the tenant's item, and waits when it names another endpoint than before. */
export const waitUntilDrained =
  ({ tenantId, tier }: WaitUntilDrainedArgs, wait: Wait = setTimeout) =>
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

/**
 * Runs after an update of the tenant's rule, and waits when it forwards to another target group than a function's: what the
 * function was asked before that is answered, before the deployment deletes it. Tasks need no such wait: ECS stops none that
 * still answers (the target group's deregistration delay).
 * @param functionSeconds how long the function that is left may take
 */
export const waitUntilAnswered =
  (
    { tenantId, functionSeconds }: { readonly tenantId: string; readonly functionSeconds: number },
    wait: Wait = setTimeout,
  ) =>
  async ({ oldInputs, newInputs }: Pick<pulumi.ResourceHookArgs, 'oldInputs' | 'newInputs'>): Promise<void> => {
    if (functionSeconds === 0 || targetOf(oldInputs) === targetOf(newInputs)) return
    await pulumi.log.info(
      `${tenantId} is served by tasks now. Its function goes in ${functionSeconds} s, when it has answered what it was asked.`,
    )
    await wait(functionSeconds * 1000)
  }

function targetOf(inputs: Record<string, unknown> | undefined): unknown {
  const actions = (inputs?.actions ?? []) as readonly { readonly targetGroupArn?: unknown }[]
  return actions.find(({ targetGroupArn }) => targetGroupArn !== undefined)?.targetGroupArn
}
