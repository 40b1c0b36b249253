/** The rows for people: the mark, the question, the answer, and what to do. */
import type { Terminal } from '../terminal/terminal.ts'
import type { Row, Verdict } from './check.ts'
import type { Machine, Subject } from './subjects.ts'

const MARKS: Readonly<Record<Verdict, readonly [mark: string, colour: 'green' | 'red' | 'yellow' | 'dim']>> = {
  ok: ['✓', 'green'],
  failed: ['✗', 'red'],
  unclear: ['?', 'yellow'],
  notAsked: ['– not asked', 'dim'],
}

export function printRow({ line, style }: Pick<Terminal, 'line' | 'style'>, row: Row): void {
  const [mark, colour] = MARKS[row.verdict]
  const about = row.about === undefined ? '' : ` (${row.about})`
  line(`  ${style(colour, mark)} ${row.question}${about}`)
  line(`      ${style('dim', row.said)}`)
  if (row.remedy !== undefined && row.verdict !== 'ok') line(`      → ${row.remedy}`)
}

export const headingOf = (one: Machine | Subject): string =>
  one.kind === 'machine' ? one.subject : `${one.subject} · account ${one.account}`

export function summaryOf(rows: readonly Row[]): string {
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length
  return `${count('ok')} ✓, ${count('failed')} ✗, ${count('unclear')} ?, ${count('notAsked')} not asked`
}
