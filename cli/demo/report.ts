import type { Terminal } from '../terminal.ts'
import type { Validation } from './validate.ts'

/** Hops that a short path names; the others are in `--verbose` and in the JSON. */
const WAYPOINTS = new Set(['loadBalancer', 'function', 'routeTable', 'transitGateway', 'endpoint'])

/** What `npm start` says of each tenant. */
export function reportValidation(
  terminal: Terminal,
  validation: Validation,
  { verbose }: { readonly verbose: boolean },
): void {
  const { line, style } = terminal
  const row = (name: string, text: string) => line(`  ${style('dim', name.padEnd(9))} ${text}`)
  line()
  line(`${style(validation.ok ? 'green' : 'red', validation.ok ? '✓' : '✗')} ${style('bold', validation.tenant)}`)
  if (!validation.ok) {
    row('account', validation.account)
    row('failed', validation.failure)
    return
  }
  const { model, modelId, account, answer, usage, milliseconds, path } = validation
  row('model', `${model} (${modelId})`)
  row('account', account)
  row('answer', answer)
  row('usage', `${usage.inputTokens} tokens in, ${usage.outputTokens} out, ${milliseconds} ms with the cold start`)
  for (const [index, { from, to, hops }] of path.entries()) {
    row(index === 0 ? 'path' : '', `${from} → ${to}`)
    const shown = verbose ? hops : hops.filter(({ kind }) => WAYPOINTS.has(kind))
    for (const { kind, detail } of shown) row('', `  ${style('dim', (NAMES[kind] ?? kind).padEnd(16))} ${detail}`)
  }
}

const NAMES: Readonly<Record<string, string>> = {
  loadBalancer: 'load balancer',
  routeTable: 'route',
  transitGateway: 'transit gateway',
  securityGroup: 'security group',
  internetGateway: 'internet gateway',
}
