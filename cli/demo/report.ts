import type { Terminal } from '../terminal.ts'
import type { Validation } from './validate.ts'

/** What `npm start` says of each tenant. */
export function reportValidation(terminal: Terminal, validation: Validation): void {
  const { line, style } = terminal
  const row = (name: string, text: string) => line(`  ${style('dim', name.padEnd(9))} ${text}`)
  line()
  line(`${style(validation.ok ? 'green' : 'red', validation.ok ? '✓' : '✗')} ${style('bold', validation.tenant)}`)
  if (!validation.ok) {
    row('account', validation.account)
    row('failed', validation.failure)
    return
  }
  const { model, account, answer, usage, milliseconds, path } = validation
  row('model', model)
  row('account', account)
  row('answer', answer)
  row('usage', `${usage.inputTokens} tokens in, ${usage.outputTokens} out, ${milliseconds} ms with the cold start`)
  for (const [index, { from, to, hops }] of path.entries()) {
    row(index === 0 ? 'path' : '', `${from} → ${to}`)
    for (const { kind, detail } of hops) row('', `  ${style('dim', kind.padEnd(16))} ${detail}`)
  }
}
