import { reportValidation } from '../demo/report.ts'
import { upInRunning } from '../demo/stacks.ts'
import { createTerminal } from '../terminal/terminal.ts'
import type { Verb } from '../verb.ts'

export const up: Verb = {
  name: 'up',
  usage: 'STACK',
  summary: 'Deploys a stack file, new or changed, into the local cloud that npm start serves.',
  details: [
    'As pulumi up does it on AWS and with npm run local: nothing that stands is interrupted, and users and the audit trail stay. A new',
    'tenant gets a user, and a prompt is sent as it. Exit code: 1 when the deployment was refused, or the tenant was not answered.',
    '',
    'Example: npm run genai -- up spoke-tenant3',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    verbose: { type: 'boolean', short: 'v', help: 'every hop of the path' },
    json: { type: 'boolean', help: 'the result as JSON' },
  },
  async run({ values, positionals }) {
    const stack = positionals[0] ?? ''
    const terminal = createTerminal({ json: values.json === true })
    const { tenantId, validation } = await upInRunning(stack)
    if (values.json === true)
      process.stdout.write(`${JSON.stringify({ stack, ...(validation && { tenant: validation }) }, null, 2)}\n`)
    terminal.line(`${stack} is deployed.`)
    if (!validation) return 0
    reportValidation(terminal, validation, { verbose: values.verbose === true })
    if (validation.ok) terminal.line(`\n  eval "$(npm run -s login -- ${tenantId})"\n`)
    return validation.ok ? 0 : 1
  },
}
