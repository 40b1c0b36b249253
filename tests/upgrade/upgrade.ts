/** Deploys today's programs over what an earlier version deployed, and tells what that would take from somebody's account. */

import { rowOf } from '@genai/local-cloud/aws/registry'
import { type Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import { replacedBy } from '@genai/local-cloud/resource/declare'
import { organization as sample } from '../../sample-organization.ts'
import { deployToday } from './deployed.ts'
import type { Deployed } from './fixture.ts'

export interface Upgrade {
  /** `replaced: URN, as INPUT changed`, `deleted: URN`, `refused: …`: each is a loss, or an outage. */
  readonly losses: readonly string[]
  /** URNs of what is changed in place. */
  readonly updated: readonly string[]
  /** URNs of what was not there. */
  readonly made: readonly string[]
}

/**
 * The stacks one after the other, the hub first, as docs/operations.md says.
 * @param only the stacks to deploy. @default all of them
 */
export async function upgrade(
  { resources, stacks, organization }: Deployed,
  only = stacks.map(({ stack }) => stack),
): Promise<Upgrade> {
  const ledger = new Ledger(resources.map(unprotected))
  // One without outputs was not deployed before.
  for (const { project, stack, outputs } of stacks)
    if (Object.keys(outputs).length > 0) ledger.setStackOutputs(`organization/${project}/${stack}`, outputs)
  const updated: string[] = []
  const made: string[] = []
  const gone: Declared[] = []
  ledger.onChange(({ kind, resource }) => {
    if (kind === 'updated') updated.push(resource.urn)
    if (kind === 'created') made.push(resource.urn)
    if (kind === 'deleted') gone.push(resource)
  })
  const refused: string[] = []
  for (const { outputs: _, ...stack } of stacks.filter(({ stack }) => only.includes(stack)))
    await deployToday({ ledger, organization: { ...sample, ...organization } }, stack).catch((error: unknown) =>
      refused.push(`refused: ${stack.stack}: ${error instanceof Error ? error.message : String(error)}`),
    )
  return { losses: [...gone.map((one) => lossOf(one, ledger.byUrn(one.urn))), ...refused], updated, made }
}

/** All losses are told, not only that something is protected. */
const unprotected = (one: Declared): Declared => ({ ...one, options: { ...one.options, protect: false } })

function lossOf(before: Declared, after: Declared | undefined): string {
  if (!after) return `deleted: ${before.urn}`
  const inputs = replacedBy(rowOf(before.type), before.inputs, after.inputs)
  return `replaced: ${before.urn}, as ${inputs.join(', ') || 'its provider'} changed`
}
