/** The report for an auditor: its contents, whether it passes, and its JSON. report-text.ts makes the Markdown. */

import type { LimitFound } from '../iam-limits.ts'
import { LAYERS } from '../layers.ts'
import type { RevocationDelay } from '../revocation-delays.ts'
import type { Row } from '../run.ts'
import { whyFixed } from './outcome-text.ts'
import { depths, layerCounts } from './summary.ts'

export interface Report {
  /** `the local cloud`, or the gateway's URL. */
  readonly target: string
  /** ISO 8601. */
  readonly madeAt: string
  /** Versions of the project, of Node.js, and of the hub's contract. */
  readonly versions: { readonly project: string; readonly node: string; readonly contract: number }
  /** How long the run took. */
  readonly seconds: number
  readonly rows: readonly Row[]
  /** What IAM cannot refuse; not evaluated for a deployed gateway. */
  readonly limits?: readonly LimitFound[]
  /** Access that stays possible for a while; not tried against a deployed gateway. */
  readonly remains?: readonly RevocationDelay[]
  /** Attempts that were not made, with the reason. */
  readonly notMade?: readonly { readonly id: string; readonly why: string }[]
}

export const passes = ({ rows }: Pick<Report, 'rows'>): boolean =>
  rows.length > 0 && rows.every(({ verdict }) => verdict === 'stopped' || verdict === 'contained')

/**
 * How often attempts were made in all: with everything in place, with layers switched off one after the other, and with each single layer off.
 */
export const timesMade = (rows: readonly Row[]): number =>
  rows.reduce((sum, { stops, each, atLast }) => sum + Math.max(1, stops.length + (atLast ? 1 : 0)) + each.size, 0)

/** Raised when a field of the JSON is removed or changes meaning. */
const FORMAT = 1

export function toJson(report: Report): string {
  const { rows, limits = [], remains = [], notMade = [], ...head } = report
  const whole = {
    format: FORMAT,
    ...head,
    passes: passes(report),
    timesMade: timesMade(rows),
    attempts: rows.map(attemptOf),
    ...counted(rows.filter(({ compute }) => compute !== 'fargate')),
    fargate: counted(rows.filter(({ compute }) => compute === 'fargate')),
    iamCannotRefuse: limits,
    remainsPossible: remains,
    notMade,
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}

const counted = (rows: readonly Row[]) => ({ layers: layerCounts(rows), depth: depths(rows) })

const attemptOf = ({ id, compute, attempt, outcome, stops, each, atLast, verdict }: Row) => ({
  id,
  ...(compute && { compute }),
  tried: attempt.tried,
  means: attempt.means,
  verdict,
  outcome,
  expected: attempt.expected,
  stoppedBy: stops.map(({ layer, detail, alone }) => ({
    layer,
    name: LAYERS[layer],
    detail,
    ...(alone ? { withoutIt: alone } : { cannotBeSwitchedOff: whyFixed(layer) ?? attempt.remark }),
  })),
  ...(stops.length > 0 && atLast && { withoutAll: atLast }),
  // Short, because there is one for each layer: the layers that stop the attempt when this one is off.
  withEachLayerGone: Object.fromEntries(
    [...each].map(([layer, one]) => [layer, one.kind === 'stopped' ? one.by : one.kind]),
  ),
  ...(attempt.remark !== undefined && { remark: attempt.remark }),
})
