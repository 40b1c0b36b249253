/**
 * A tenant that moves has two paths to its models until its item names the new endpoint. At its end the deployment deletes the old path. This
 * hook makes it wait until running functions have read the new item, and until the calls through the old endpoint were answered. It also waits
 * when a guardrail, or its version, is replaced.
 */
import { setTimeout } from 'node:timers/promises'
import * as pulumi from '@pulumi/pulumi'
import type { Compute } from '../../shared/compute.ts'
import { ITEMS_USED_FOR_MILLISECONDS } from '../../shared/tenant.ts'

export interface WaitUntilDrainedArgs {
  readonly tenantId: string
  readonly tier: Compute['tier']
}

type Wait = (milliseconds: number) => Promise<unknown>

/** Runs after an update of the tenant's item. It waits if the item names another endpoint or another guardrail than before. */
export const waitUntilDrained =
  ({ tenantId, tier }: WaitUntilDrainedArgs, wait: Wait = setTimeout) =>
  async ({ oldInputs, newInputs }: Pick<pulumi.ResourceHookArgs, 'oldInputs' | 'newInputs'>): Promise<void> => {
    const [before, after] = [itemOf(oldInputs), itemOf(newInputs)]
    if (before.endpoint?.S !== after.endpoint?.S) {
      const milliseconds = ITEMS_USED_FOR_MILLISECONDS + tier.timeoutSeconds * 1000
      await pulumi.log.info(
        `${tenantId} has moved. What is left of its old network goes in ${milliseconds / 1000} s, when nobody uses it any more.`,
      )
      return void (await wait(milliseconds))
    }
    if (JSON.stringify(before.guardrail) === JSON.stringify(after.guardrail)) return
    const milliseconds = ITEMS_USED_FOR_MILLISECONDS + Math.min(tier.timeoutSeconds, LONGEST_GUARDED_SECONDS) * 1000
    await pulumi.log.info(
      `${tenantId} has another guardrail. What is left of the one before goes in ${milliseconds / 1000} s, when no call carries it any more.`,
    )
    await wait(milliseconds)
  }

/** Most calls have ended by then. It is not documented what happens to a stream whose guardrail is deleted (?). */
const LONGEST_GUARDED_SECONDS = 60

function itemOf(inputs: Record<string, unknown> | undefined): {
  readonly endpoint?: { readonly S?: unknown }
  readonly guardrail?: unknown
} {
  return JSON.parse(String(inputs?.item ?? '{}'))
}

/**
 * Runs after an update of the tenant's rule. It waits if the rule forwarded to a function before and now forwards to another target group: the
 * function's running requests are answered before the deployment deletes the function. Tasks need no such wait, because ECS does not stop a task
 * that still answers (deregistration delay).
 * @param functionSeconds how long the old function may take
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
