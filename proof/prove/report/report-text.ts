/** The report in Markdown. */
import { LOST_AT_SHARED_ENDPOINT, LOST_IN_SHARED_ACCOUNT } from '../../../shared/variant-losses.ts'
import { FAMILIES, type Family, MEANS, type Means } from '../attempt.ts'
import { COMPUTES } from '../compute.ts'
import type { LimitFound } from '../iam-limits.ts'
import { LAYERS } from '../layers.ts'
import type { RevocationDelay } from '../revocation-delays.ts'
import type { Row, Verdict } from '../run.ts'
import { cell, inWords, lastWords, short, VERDICTS, withoutIt } from './outcome-text.ts'
import { passes, type Report, timesMade } from './report.ts'
import { depths, layerCounts } from './summary.ts'

const TITLES: Readonly<Record<Family, string>> = {
  tokens: 'Tokens: for the first tenant’s path',
  machines: 'Machines: for the paths of the first tenant’s machines',
  users: 'Users: at the user pool itself, and with what it issued',
  paths: 'Paths and headers: with the first tenant’s genuine token',
  bodies: 'Bodies: with the tenant’s own token, on its own path',
  identity: 'Identity',
  network: 'Network',
  deployment: 'Deployment',
  shared: 'Shared model endpoint: tenants with `modelEndpoint: hub`',
  pooled: 'Shared account: tenants with `sharedAccount: true`',
}

export function toMarkdown(report: Report): string {
  const { rows, limits = [], remains = [], notMade = [] } = report
  return [
    '# Isolation report',
    '',
    ...head(report),
    ...howToRead(report),
    ...parts(rows).flatMap(([title, part]) => FAMILIES.flatMap((family) => section(family, title, part))),
    ...limitsIn(limits),
    ...remainsIn(remains),
    ...(notMade.length === 0 ? [] : ['## Not made', '', ...notMade.map(({ id, why }) => `- ${id}: ${why}`), '']),
    ...parts(rows).flatMap(([title, part]) => [...layersIn(title, part), ...depthsIn(title, part)]),
  ].join('\n')
}

/** The rows for each compute, with the compute's words for a title. */
const parts = (rows: readonly Row[]): readonly (readonly [title: string, rows: readonly Row[]])[] =>
  COMPUTES.flatMap((compute) => {
    const part = rows.filter((row) => (row.compute ?? 'lambda') === compute)
    return part.length === 0 ? [] : [[compute === 'fargate' ? ', on Fargate' : '', part] as const]
  })

function head(report: Report): readonly string[] {
  const { target, madeAt, versions, seconds, rows } = report
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length
  return [
    `**${passes(report) ? 'Passed' : 'FAILED'}**: of ${rows.length} attempts ${count('stopped')} were stopped, ` +
      `${count('contained')} were served as the caller’s own and crossed nothing, ${count('weakened')} were stopped by fewer ` +
      `layers than expected, ${count('not stopped')} were not stopped.`,
    '',
    `| | |`,
    `|---|---|`,
    `| Against | ${target} |`,
    `| Made | ${madeAt}, in ${seconds} s |`,
    `| Versions | genai-hub-spoke ${versions.project}, Node.js ${versions.node}, contract of the hub ${versions.contract} |`,
    `| Times that an attempt was made | ${timesMade(rows).toLocaleString('en')} |`,
    '',
  ]
}

const isPeeled = ({ rows }: Report) => rows.some(({ each }) => each.size > 0)

function howToRead(report: Report): readonly string[] {
  const used = (Object.keys(MEANS) as Means[]).filter((means) =>
    report.rows.some(({ attempt }) => attempt.means === means),
  )
  return [
    '## How to read it',
    '',
    ...(isPeeled(report)
      ? [
          'Every attempt was made with everything in place, and again with every layer switched off in turn. Layers are in the order',
          'in which the attempt met them: the second was met with the first switched off, the third with the first two off, and so on.',
          '*Gone by itself* says, for each of them, what stops the attempt when only that layer is missing; *all of them gone* shows',
          'that the attempt is a real one. Nothing in these columns is written down beforehand: they are what was seen.',
        ]
      : [
          'From outside only the first layer shows itself, so a row names one. Nothing was switched off, and nothing was changed.',
        ]),
    '',
    'How the attempts are made:',
    '',
    ...used.map((means, index) => `- ${means}: ${MEANS[means]}${index === used.length - 1 ? '.' : ';'}`),
    '',
    ...(isPeeled(report)
      ? [
          'The local cloud is a stand-in for AWS, driven by the very resources that the programs declare. It shows that what is',
          'declared refuses these attempts as AWS documents that it does, and not that AWS works as documented. `docs/isolation.md`',
          'says more.',
          '',
        ]
      : []),
  ]
}

const LOST: Partial<Record<Family, readonly string[]>> = {
  shared: LOST_AT_SHARED_ENDPOINT,
  pooled: LOST_IN_SHARED_ACCOUNT,
}

function lostOf(family: Family): readonly string[] {
  const lost = LOST[family]
  if (!lost) return []
  return [
    `What such tenants have not, by choice: ${lost.join('; ')}. Layers of these are therefore missing below (docs/variants.md).`,
    '',
  ]
}

function section(family: Family, title: string, all: readonly Row[]): readonly string[] {
  const rows = all.filter(({ attempt }) => attempt.family === family)
  if (rows.length === 0) return []
  return [
    `## ${TITLES[family]}${title}`,
    '',
    ...lostOf(family),
    '| Attempt | Result | Stopped by, layer after layer | Gone by itself | All of them gone |',
    '|---|---|---|---|---|',
    ...rows.map(line),
    '',
  ]
}

function line({ id, attempt, outcome, stops, atLast, verdict }: Row): string {
  const missing = attempt.expected.filter((layer) => !stops.some((stop) => stop.layer === layer))
  const cells = [
    `${attempt.tried}<br>\`${id}\` (${attempt.means})${attempt.remark === undefined ? '' : `<br>*${attempt.remark}*`}`,
    verdict === 'weakened'
      ? `${VERDICTS[verdict]}: not by ${missing.map((layer) => LAYERS[layer]).join(', ')}`
      : VERDICTS[verdict],
    stops.length === 0
      ? outcome.detail
      : stops.map(({ layer, detail }) => `${LAYERS[layer]}: ${short(detail)}`).join('<br>'),
    stops.length === 0 ? '–' : stops.map((stop) => `${LAYERS[stop.layer]} → ${withoutIt(stop)}`).join('<br>'),
    stops.length === 0 ? '–' : atLast ? inWords(atLast) : lastWords(stops.at(-1)),
  ]
  return `| ${cells.map(cell).join(' | ')} |`
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

function remainsIn(remains: readonly RevocationDelay[]): readonly string[] {
  if (remains.length === 0) return []
  return [
    '## What stays possible for a while',
    '',
    'Tried for this report. AWS has no way to call these back: they end by themselves.',
    '',
    '| What | Just now | Until | Instead |',
    '|---|---|---|---|',
    ...remains.map(
      ({ what, outcome, until, instead }) =>
        `| ${[what, outcome.kind === 'through' ? 'served' : inWords(outcome), until, instead].map(cell).join(' | ')} |`,
    ),
    '',
  ]
}

function layersIn(title: string, rows: readonly Row[]): readonly string[] {
  return [
    `## Layers${title}`,
    '',
    '| Layer | Attempts that it stops | that nothing else stops | Made without it | Switched off by |',
    '|---|---|---|---|---|',
    ...layerCounts(rows).map(
      ({ name, stops, alone, madeWithout, switchedOffBy }) =>
        `| ${name} | ${stops} | ${alone} | ${madeWithout} | ${cell(switchedOffBy)} |`,
    ),
    '',
  ]
}

function depthsIn(title: string, rows: readonly Row[]): readonly string[] {
  return [
    `## Depth${title}`,
    '',
    '| Family | Stopped | by one layer | by two or more | by three or more |',
    '|---|---|---|---|---|',
    ...depths(rows).map(
      ({ family, stopped, byOne, byTwoOrMore, byThreeOrMore }) =>
        `| ${family} | ${stopped} | ${byOne} | ${byTwoOrMore} | ${byThreeOrMore} |`,
    ),
    '',
  ]
}
