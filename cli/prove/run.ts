/**
 * Makes every attempt with everything in place, then with the layer that stopped it switched off, and so on, until it gets
 * through: what is left of the defence when a layer is gone, and proof that the attempt is a real one.
 */
import { type Attempt, idOf, type Outcome } from './attempt.ts'
import { FIXED, inOrder, type Layer } from './layers.ts'
import type { Site } from './site.ts'
import type { Switches } from './switches.ts'

/** A layer that stopped the attempt when those before it were off. */
export interface Stop {
  readonly layer: Layer
  readonly detail: string
  /** What the attempt meets when this layer alone is gone. Absent for a layer that cannot be switched off. */
  readonly alone?: Outcome
}

export interface Row {
  readonly id: string
  readonly attempt: Attempt
  /** With everything in place. */
  readonly outcome: Outcome
  /** Layers that each stop it, in the order in which they were met. */
  readonly stops: readonly Stop[]
  /** With all of them gone; absent when one of them cannot be. */
  readonly atLast?: Outcome
  readonly verdict: Verdict
}

/** - `weakened`: stopped, but not by a layer that is expected to. */
export type Verdict = 'stopped' | 'contained' | 'weakened' | 'not stopped'

export async function prove(
  site: Site,
  switches: Switches,
  attempts: readonly Attempt[],
  seen: (row: Row) => void = () => {},
): Promise<readonly Row[]> {
  const rows: Row[] = []
  try {
    for (const attempt of attempts) {
      const row = await proveOne(site, switches, attempt)
      rows.push(row)
      seen(row)
    }
  } finally {
    await switches.restore()
  }
  return rows
}

export async function proveOne(site: Site, switches: Switches, attempt: Attempt): Promise<Row> {
  const made = new Map<string, Outcome>()
  const tryWithout = async (off: ReadonlySet<Layer>): Promise<Outcome> => {
    const key = inOrder(off).join()
    const outcome = made.get(key) ?? (await make(site, switches, attempt, off))
    made.set(key, outcome)
    return outcome
  }
  const outcome = await tryWithout(new Set())
  const fixed = (layer: Layer) => layer in FIXED || layer === attempt.last
  const { met, atLast } = await peel(tryWithout, outcome, fixed)
  const stops: Stop[] = []
  for (const { layer, detail } of met)
    stops.push({ layer, detail, ...(!fixed(layer) && { alone: await tryWithout(new Set([layer])) }) })
  return {
    ...{ id: idOf(attempt), attempt, outcome, stops },
    ...(atLast && { atLast }),
    verdict: verdictOf(attempt, outcome, stops),
  }
}

async function make(site: Site, switches: Switches, attempt: Attempt, off: ReadonlySet<Layer>): Promise<Outcome> {
  await switches.off(off)
  try {
    return await attempt.make(site)
  } catch (cause) {
    const without = off.size > 0 ? ` without ${inOrder(off).join(', ')}` : ''
    throw new Error(`The attempt ${idOf(attempt)}${without} could not be made: ${messageOf(cause)}`, { cause })
  }
}

type Met = { readonly layer: Layer; readonly detail: string }

/** Layer by layer, as the attempt meets them. */
async function peel(
  tryWithout: (off: ReadonlySet<Layer>) => Promise<Outcome>,
  first: Outcome,
  fixed: (layer: Layer) => boolean,
): Promise<{ met: readonly Met[]; atLast?: Outcome }> {
  const met: Met[] = []
  const off = new Set<Layer>()
  let outcome = first
  while (outcome.kind === 'stopped') {
    const { by, detail } = outcome
    const layer = by.find((one) => !off.has(one))
    if (layer === undefined) throw new Error(`${by.join(', ')} still refuses when it is switched off: ${detail}`)
    met.push({ layer, detail })
    if (fixed(layer)) return { met }
    off.add(layer)
    outcome = await tryWithout(off)
  }
  return { met, atLast: outcome }
}

function verdictOf({ expected }: Attempt, outcome: Outcome, stops: readonly Stop[]): Verdict {
  if (outcome.kind === 'through') return 'not stopped'
  if (expected.some((layer) => !stops.some((stop) => stop.layer === layer))) return 'weakened'
  return outcome.kind
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
