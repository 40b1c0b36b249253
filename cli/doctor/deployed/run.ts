/** Asks the questions about a deployed hub and tenant, in their order. */
import { type Answer, notAsked, type Row } from '../check.ts'
import { ofError } from '../denied.ts'
import type { Deployed, Question } from './question.ts'

export interface DeployedRow extends Row {
  readonly how: string
  readonly expected: string
  readonly otherwise: string
  readonly from: readonly string[]
}

export async function askDeployed(
  question: Question,
  deployed: Deployed,
  takeCalls: () => readonly string[],
): Promise<DeployedRow> {
  takeCalls()
  const answer =
    'ask' in question
      ? await question.ask(deployed).catch((error: unknown) => ofError(error))
      : notAsked(question.notAsked, question.otherwise)
  return rowOf(question, answer, takeCalls())
}

export function rowOf(
  { id, from, question, how, expected, otherwise }: Omit<Question, 'ask' | 'notAsked' | 'trial'>,
  answer: Answer,
  calls: readonly string[],
): DeployedRow {
  return {
    id,
    subject: 'deployed',
    question,
    ...answer,
    calls: [...new Set(calls)],
    how,
    expected,
    otherwise,
    from: [...new Set(from.map(({ file }) => file))],
  }
}

/** The report in Markdown, for handing on: every question with its answer, word for word. */
export function verificationText(rows: readonly DeployedRow[], where: string, date: string, version: string): string {
  const words = { ok: 'as expected', failed: 'otherwise', unclear: 'open', notAsked: 'not asked' } as const
  return [
    `# Verification on ${where}, ${date}, version ${version}`,
    '',
    ...rows.flatMap((row) => [
      `## ${row.question}`,
      `- **${words[row.verdict]}**: ${row.said}`,
      `- asked: ${row.how}${row.calls.length > 0 ? ` (${row.calls.join(', ')})` : ''}`,
      `- expected: ${row.expected}`,
      `- if it is otherwise: ${row.otherwise}`,
      ...(row.remedy !== undefined && row.verdict !== 'ok' ? [`- next: ${row.remedy}`] : []),
      ...(row.from.length > 0 ? [`- open since: ${row.from.join(', ')}`] : []),
      '',
    ]),
  ].join('\n')
}
