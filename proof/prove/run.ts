/**
 * Makes every attempt with everything in place, then with the layer that stopped it switched off, and so on, until it gets through. This shows
 * what is left of the defence without a layer, and that the attempt is a real one.
 */

import { type Attempt, type Described, idOf } from './attempt.ts'
import type { Compute } from './compute.ts'
import { ALL_LAYERS, FIXED, inOrder, type Layer } from './layers.ts'
import type { Outcome } from './outcome.ts'
import type { Switches } from './switches/switches.ts'
import type { Testbed } from './testbed/testbed.ts'

/** A layer that stopped the attempt when the layers before it were off. */
export interface Stop {
  readonly layer: Layer
  readonly detail: string
  /** The outcome when only this layer is off. Absent for a layer that cannot be switched off. */
  readonly alone?: Outcome
}

export interface Row {
  /** The id begins with `fargate/` for tenants on Fargate. */
  readonly id: string
  /** Where the tenants ran; not known for a deployed hub. */
  readonly compute?: Compute
  readonly attempt: Described
  /** With everything in place. */
  readonly outcome: Outcome
  /** Layers that each stop it, in the order in which they were met. */
  readonly stops: readonly Stop[]
  /** The outcome with each single layer off, for every layer that can be switched off, including those that did not stop the attempt. */
  readonly each: ReadonlyMap<Layer, Outcome>
  /** The outcome with all of them off; absent if one of them cannot be switched off. */
  readonly atLast?: Outcome
  readonly verdict: Verdict
}

/** `weakened`: stopped, but not by every layer that is expected to stop it. */
export type Verdict = 'stopped' | 'contained' | 'weakened' | 'not stopped'

/**
 * First each attempt by itself, with one layer after the other switched off; then layer by layer, with every attempt made while that layer is
 * off.
 * @param inTurn layers without which every attempt is made, besides those that stop it
 */
export async function prove(
  testbed: Testbed,
  switches: Switches,
  attempts: readonly Attempt[],
  inTurn: readonly Layer[] = ALL_LAYERS,
): Promise<readonly Row[]> {
  try {
    const begun: { readonly attempt: Attempt; readonly peeled: Peeled; readonly each: Map<Layer, Outcome> }[] = []
    for (const attempt of attempts)
      begun.push({ attempt, peeled: await peel(testbed, switches, attempt), each: new Map() })
    for (const layer of inTurn)
      for (const { attempt, each } of begun)
        if (!isFixed(layer, attempt)) each.set(layer, await make(testbed, switches, attempt, new Set([layer])))
    return begun.map(({ attempt, peeled, each }) => rowOf(testbed.compute, attempt, peeled, each))
  } finally {
    await switches.restore()
  }
}

const isFixed = (layer: Layer, { last }: Attempt) => layer in FIXED || layer === last

function rowOf(
  compute: Compute,
  attempt: Attempt,
  { outcome, met, atLast }: Peeled,
  each: ReadonlyMap<Layer, Outcome>,
): Row {
  const stops = met.map(({ layer, detail }): Stop => {
    const alone = each.get(layer)
    return { layer, detail, ...(alone && { alone }) }
  })
  return {
    id: compute === 'fargate' ? `fargate/${idOf(attempt)}` : idOf(attempt),
    compute,
    attempt,
    outcome,
    stops,
    each,
    ...(atLast && { atLast }),
    verdict: verdictOf(attempt, outcome, stops),
  }
}

async function make(testbed: Testbed, switches: Switches, attempt: Attempt, off: ReadonlySet<Layer>): Promise<Outcome> {
  await switches.off(off)
  try {
    return await attempt.make(testbed)
  } catch (cause) {
    const without = off.size > 0 ? ` without ${inOrder(off).join(', ')}` : ''
    throw new Error(`The attempt ${idOf(attempt)}${without} could not be made: ${messageOf(cause)}`, { cause })
  }
}

interface Peeled {
  /** With everything in place. */
  readonly outcome: Outcome
  readonly met: readonly { readonly layer: Layer; readonly detail: string }[]
  readonly atLast?: Outcome
}

/** Switches the layers off one after the other, as the attempt meets them. */
async function peel(testbed: Testbed, switches: Switches, attempt: Attempt): Promise<Peeled> {
  const met: { layer: Layer; detail: string }[] = []
  const off = new Set<Layer>()
  const first = await make(testbed, switches, attempt, off)
  let outcome = first
  while (outcome.kind === 'stopped') {
    const { by, detail } = outcome
    const layer = by.find((one) => !off.has(one))
    if (layer === undefined)
      throw new Error(`${idOf(attempt)}: ${by.join(', ')} still refuses when it is switched off: ${detail}`)
    met.push({ layer, detail })
    if (isFixed(layer, attempt)) return { outcome: first, met }
    off.add(layer)
    outcome = await make(testbed, switches, attempt, off)
  }
  return { outcome: first, met, atLast: outcome }
}

function verdictOf({ expected }: Attempt, outcome: Outcome, stops: readonly Stop[]): Verdict {
  if (outcome.kind === 'through') return 'not stopped'
  if (expected.some((layer) => !stops.some((stop) => stop.layer === layer))) return 'weakened'
  return outcome.kind
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
