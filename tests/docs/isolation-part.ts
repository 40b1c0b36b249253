/** What docs/isolation.md shows of a run of `npm run prove`: the heat map, and how many layers stop the attempts of each family. */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import type { Depth } from '../../proof/prove/report/summary.ts'

export const DEPTH = ['<!-- depth: begin -->', '<!-- depth: end -->'] as const

/** Of `isolation-report.json`, as far as it is read here. */
interface Report {
  readonly madeAt: string
  readonly passes: boolean
  readonly depth: readonly Depth[]
}

/**
 * Copies the heat map into docs/images.
 * @param folder where `prove --output` wrote its reports
 * @returns the part of the page between {@link DEPTH}
 * @throws Error for a run that did not pass: the page would show a mistake
 */
export function isolationPart(folder: string): string {
  const report: Report = JSON.parse(readFileSync(join(folder, 'isolation-report.json'), 'utf8'))
  if (!report.passes) throw new Error(`The run in ${folder} did not pass: see isolation-report.md there.`)
  copyFileSync(join(folder, 'isolation-report.svg'), join(PROJECT_DIRECTORY, 'docs/images/isolation.svg'))
  return [
    `A run of ${report.madeAt.slice(0, 10)}, with the tenants on Lambda and on Fargate:`,
    '',
    '![Families of attempts by the layers that stop them](images/isolation.svg)',
    '',
    'With the tenants on Lambda:',
    '',
    depthTable(report.depth),
  ].join('\n')
}

export const depthTable = (depth: readonly Depth[]): string =>
  [
    '| Family | Stopped | by one layer | by two or more | by three or more |',
    '|---|---|---|---|---|',
    ...depth.map((row) => `| ${Object.values(row).join(' | ')} |`),
  ].join('\n')
