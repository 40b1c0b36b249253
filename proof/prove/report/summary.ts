/** Counts of the rows: by layer, and by number of layers. */
import { FAMILIES } from '../attempt.ts'
import { ALL_LAYERS, FIXED, LAYERS, type Layer, SWITCHED_OFF_BY } from '../layers.ts'
import type { Row } from '../run.ts'

export interface LayerCount {
  readonly layer: Layer
  readonly name: string
  /** How the layer is switched off, or why it cannot be. */
  readonly switchedOffBy: string
  /** Attempts that the layer stops by itself. */
  readonly stops: number
  /** Those of them that no other layer stops. */
  readonly alone: number
  /** Attempts that were made with the layer switched off; 0 if it cannot be. */
  readonly madeWithout: number
}

/** Every layer that stopped something or was switched off, in the order in which a request meets them. */
export function layerCounts(rows: readonly Row[]): readonly LayerCount[] {
  return ALL_LAYERS.flatMap((layer) => {
    const stopping = rows.filter(({ stops }) => stops.some((stop) => stop.layer === layer))
    const madeWithout = rows.filter(({ each }) => each.has(layer)).length
    if (stopping.length === 0 && madeWithout === 0) return []
    return {
      layer,
      name: LAYERS[layer],
      switchedOffBy: switchedOffBy(layer),
      madeWithout,
      stops: stopping.length,
      alone: stopping.filter(({ stops }) => stops.length === 1).length,
    }
  })
}

const FIXED_TEXTS: Readonly<Partial<Record<Layer, string>>> = FIXED
const OFF_TEXTS: Readonly<Partial<Record<Layer, string>>> = SWITCHED_OFF_BY

function switchedOffBy(layer: Layer): string {
  const why = FIXED_TEXTS[layer]
  return why === undefined ? (OFF_TEXTS[layer] ?? '') : `cannot be: ${why}`
}

export interface Depth {
  readonly family: string
  readonly stopped: number
  readonly byOne: number
  readonly byTwoOrMore: number
  readonly byThreeOrMore: number
}

/** By how many layers each family is stopped: the figures to compare between releases. */
export function depths(rows: readonly Row[]): readonly Depth[] {
  return FAMILIES.flatMap((family) => {
    const counts = rows
      .filter((row) => row.attempt.family === family && row.stops.length > 0)
      .map(({ stops }) => stops.length)
    const many = (least: number) => counts.filter((layers) => layers >= least).length
    if (counts.length === 0) return []
    return {
      family,
      stopped: counts.length,
      byOne: counts.length - many(2),
      byTwoOrMore: many(2),
      byThreeOrMore: many(3),
    }
  })
}
