/** The report for an auditor: a table in Markdown, and the same as JSON. */

import { FAMILIES, type Family } from './attempt.ts'
import { FIXED, LAYERS, type Layer } from './layers.ts'
import type { LimitFound } from './limits.ts'
import type { Outcome } from './outcome.ts'
import type { Row, Stop, Verdict } from './run.ts'

export interface Report {
  /** `the local cloud`, or the gateway's URL. */
  readonly target: string
  /** ISO 8601. */
  readonly madeAt: string
  readonly version: string
  readonly rows: readonly Row[]
  /** What IAM cannot refuse; not asked of a deployed gateway. */
  readonly limits?: readonly LimitFound[]
  /** Attempts that were not made, and why. */
  readonly notMade?: readonly { readonly id: string; readonly why: string }[]
}

export const passes = ({ rows }: Pick<Report, 'rows'>): boolean =>
  rows.length > 0 && rows.every(({ verdict }) => verdict === 'stopped' || verdict === 'contained')

const TITLES: Readonly<Record<Family, string>> = {
  tokens: 'Tokens: for the first tenant’s path',
  users: 'Users: at the user pool itself, and with what it issued',
  paths: 'Paths and headers: with the first tenant’s genuine token',
  bodies: 'Bodies: with the tenant’s own token, on its own path',
  identity: 'Identity',
  network: 'Network',
  deployment: 'Deployment',
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  stopped: 'stopped',
  contained: 'served as oneself',
  weakened: '**WEAKENED**',
  'not stopped': '**NOT STOPPED**',
}

export function toJson(report: Report): string {
  const { rows, limits = [], notMade = [], ...head } = report
  const body = rows.map(({ id, attempt, outcome, stops, each, atLast, verdict }) => ({
    id,
    tried: attempt.tried,
    verdict,
    outcome,
    expected: attempt.expected,
    stoppedBy: stops.map(({ layer, detail, alone }) => ({
      ...{ layer, name: LAYERS[layer], detail },
      ...(alone ? { withoutIt: alone } : { cannotBeSwitchedOff: whyFixed(layer) ?? attempt.remark }),
    })),
    ...(stops.length > 0 && atLast && { withoutAll: atLast }),
    // Briefly, as there is one for each layer: which layers stop it when this one is gone.
    withEachLayerGone: Object.fromEntries(
      [...each].map(([layer, one]) => [layer, one.kind === 'stopped' ? one.by : one.kind]),
    ),
    ...(attempt.remark !== undefined && { remark: attempt.remark }),
  }))
  return `${JSON.stringify({ ...head, passes: passes(report), attempts: body, iamCannotRefuse: limits, notMade }, null, 2)}\n`
}

export function toMarkdown(report: Report): string {
  const { target, madeAt, version, rows, limits = [], notMade = [] } = report
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length
  return [
    '# Isolation report',
    '',
    `${rows.length} attempts against ${target}, genai-hub-spoke ${version}, ${madeAt}: ` +
      `${count('stopped')} stopped, ${count('contained')} served as the caller’s own and crossing nothing, ` +
      `${count('weakened')} stopped by fewer layers than expected, ${count('not stopped')} not stopped.`,
    '',
    'Layers are in the order in which the attempt met them: the second was met with the first switched off, the third with the',
    'first two off, and so on. *Gone by itself* says, for each of them, what stops the attempt when only that layer is missing.',
    'docs/isolation.md tells how to read it.',
    '',
    ...FAMILIES.flatMap((family) => section(family, rows)),
    ...limitsIn(limits),
    ...(notMade.length === 0 ? [] : ['## Not made', '', ...notMade.map(({ id, why }) => `- ${id}: ${why}`), '']),
    ...depths(rows),
  ].join('\n')
}

function section(family: Family, all: readonly Row[]): readonly string[] {
  const rows = all.filter(({ attempt }) => attempt.family === family)
  if (rows.length === 0) return []
  return [
    `## ${TITLES[family]}`,
    '',
    '| Attempt | Result | Stopped by, layer after layer | Gone by itself | All of them gone |',
    '|---|---|---|---|---|',
    ...rows.map(line),
    '',
  ]
}

function limitsIn(limits: readonly LimitFound[]): readonly string[] {
  if (limits.length === 0) return []
  return [
    '## What IAM cannot refuse',
    '',
    'Calls of the onboarding role that IAM was asked about for this report. It has no condition key for what is wrong with them.',
    '',
    '| What | Call | IAM | Refused, or made harmless, by |',
    '|---|---|---|---|',
    ...limits.map(
      ({ what, action, allowed, insteadBy }) =>
        `| ${what} | \`${action}\` | ${allowed ? 'allows it' : 'refuses it'} | ${insteadBy} |`,
    ),
    '',
  ]
}

function line({ id, attempt, outcome, stops, atLast, verdict }: Row): string {
  const cells = [
    `${attempt.tried}<br>\`${id}\`${attempt.remark === undefined ? '' : `<br>*${attempt.remark}*`}`,
    VERDICTS[verdict],
    stops.length === 0
      ? outcome.detail
      : stops.map(({ layer, detail }) => `${LAYERS[layer]}: ${short(detail)}`).join('<br>'),
    stops.length === 0 ? '–' : stops.map((stop) => `${LAYERS[stop.layer]} → ${withoutIt(stop)}`).join('<br>'),
    stops.length === 0 ? '–' : atLast ? inWords(atLast) : lastWords(stops.at(-1)),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

const withoutIt = ({ alone }: Stop) => (alone ? inWords(alone) : 'cannot be switched off')

function inWords(outcome: Outcome): string {
  if (outcome.kind === 'stopped') return outcome.by.map((layer) => LAYERS[layer]).join(' and ')
  return outcome.kind === 'through' ? `it gets through: ${short(outcome.detail)}` : 'served as oneself, nothing crossed'
}

const whyFixed = (layer: Layer): string | undefined => FIXED[layer]

const lastWords = (last: Stop | undefined) => (last && whyFixed(last.layer)) ?? 'it cannot be switched off'

/** How many layers each family is stopped by: the figure to watch from release to release. */
function depths(rows: readonly Row[]): readonly string[] {
  const lines = FAMILIES.flatMap((family) => {
    const counts = rows
      .filter((row) => row.attempt.family === family && row.stops.length > 0)
      .map(({ stops }) => stops.length)
    if (counts.length === 0) return []
    const many = (least: number) => counts.filter((layers) => layers >= least).length
    return [`| ${family} | ${counts.length} | ${counts.length - many(2)} | ${many(2)} | ${many(3)} |`]
  })
  return [
    '## Depth',
    '',
    '| Family | Stopped | by one layer | by two or more | by three or more |',
    '|---|---|---|---|---|',
    ...lines,
    '',
  ]
}

/** Sessions are named anew in every run; what was asked for and why it was refused is what tells an auditor something. */
function short(detail: string): string {
  const refused = /^User: \S+ is not authorized to perform: (\S+)(?: on resource: \S+)?(.*)$/.exec(detail)
  const plain = refused ? `${refused[1]} refused${refused[2]}` : detail
  return plain.length > 160 ? `${plain.slice(0, 157)}…` : plain
}
