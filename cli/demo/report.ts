import type { Hop } from '@genai/local-cloud/network/path'
import type { Terminal } from '../terminal/terminal.ts'
import type { Shown } from './private-door.ts'
import type { Leg, Validation } from './validate.ts'

/** What `npm start` prints for each tenant: six lines, or every hop with its ids. */
export function reportValidation(
  terminal: Terminal,
  validation: Validation,
  { verbose }: { readonly verbose: boolean },
): void {
  const { line, style } = terminal
  const title = (mark: string, text: string) => line(`${mark} ${style('bold', validation.tenant)} ${text}`)
  line()
  if (!validation.ok) {
    title(style('red', '✗'), `(account ${validation.account}) was not answered as it should be`)
    line(`  ${validation.failure}`)
    return
  }
  const { model, modelId, account, answer, usage, milliseconds, path, stream, compute, machine } = validation
  title(style('green', '✓'), `was answered by ${model} (${modelId}) in account ${account}`)
  line(`  ${answer}`)
  line(style('dim', `  ${inOneLine(path)}`))
  const start = compute === 'lambda' ? ' with the cold start' : ''
  line(style('dim', `  ${usage.inputTokens} tokens in, ${usage.outputTokens} out, ${milliseconds} ms${start}`))
  const how = compute === 'lambda' ? 'a function’s answer comes whole' : 'tasks stream'
  line(
    style(
      'dim',
      `  streamed: first token after ${stream.firstMilliseconds} ms, all of it after ${stream.milliseconds} ms (${how})`,
    ),
  )
  if (machine)
    line(
      style(
        'dim',
        `  machine ${machine.path}: ${machine.roleArn}, answered without a secret in ${machine.milliseconds} ms`,
      ),
    )
  if (!verbose) return
  for (const { from, to, hops } of path) {
    line(`  ${from} → ${to}`)
    reportHops(terminal, hops)
  }
}

/** What a variant tried in addition: a line for each, or every hop with its ids. */
export function reportShown(
  terminal: Terminal,
  shown: readonly Shown[],
  { verbose }: { readonly verbose: boolean },
): void {
  const { line, style } = terminal
  if (shown.length > 0) line()
  for (const { what, ok, outcome, hops } of shown) {
    line(`${ok ? style('green', '✓') : style('red', '✗')} ${what}: ${outcome}`)
    if (verbose && hops) reportHops(terminal, hops)
  }
}

function reportHops({ line, style }: Terminal, hops: readonly Hop[]): void {
  for (const { kind, detail } of hops) line(`    ${style('dim', (NAMES[kind] ?? kind).padEnd(16))} ${detail}`)
}

const NAMES: Readonly<Record<string, string>> = {
  loadBalancer: 'load balancer',
  routeTable: 'route',
  transitGateway: 'Transit Gateway',
  securityGroup: 'security group',
  internetGateway: 'internet gateway',
}

/** Hops that the one-line path names. `--verbose` and the JSON name all of them. */
const WAYPOINTS = new Set(['loadBalancer', 'transitGateway', 'endpoint'])

/** `client → load balancer → function genai-gateway-tenant1 → Transit Gateway → endpoint → model`. */
function inOneLine(path: readonly Leg[]): string {
  const passed = path.flatMap(({ from, hops }, leg) => [
    leg === 0 ? 'client' : from,
    ...hops.filter(({ kind }) => WAYPOINTS.has(kind)).map(({ kind }) => NAMES[kind] ?? kind),
  ])
  // A hop that is passed on the way there and on the way back appears twice.
  return [...new Set(passed), 'model'].join(' → ')
}
