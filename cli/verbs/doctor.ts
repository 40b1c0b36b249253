import { DOCTOR_ROLE, doctorPolicy } from '../../shared/policies/doctor.ts'
import type { Row } from '../doctor/check.ts'
import { CHECKS } from '../doctor/checks.ts'
import { open } from '../doctor/open.ts'
import { ask, planned } from '../doctor/run.ts'
import { headingOf, printRow, summaryOf } from '../doctor/table.ts'
import { createTerminal } from '../terminal/terminal.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'

export const doctor: Verb = {
  name: 'doctor',
  usage: '[STACK]',
  summary: 'Asks the accounts that the stack files name whether a deployment can succeed, before it is begun.',
  details: [
    'Of the running local cloud or, with --aws, of AWS: credentials, sharing, zones, quotas, models, domain, names. Every call only reads,',
    `with the role ${DOCTOR_ROLE} of each account, which this shell's credentials must be able to assume (docs/first-deployment.md).`,
    'Marks: ✓ as it should be, ✗ to be put right, ? answered neither way, – not asked, with the permission that is missing.',
    'Exit code: 1 when anything is ✗, and when nothing could be asked; 0 otherwise.',
  ].join('\n'),
  positionals: [0, 1],
  options: {
    aws: { type: 'boolean', help: "AWS, with this shell's credentials; without it, the local cloud" },
    role: { type: 'string', placeholder: 'NAME', help: `the read-only role in each account (${DOCTOR_ROLE})` },
    'as-deployer': { type: 'boolean', help: "ask with the stack files' own credentials instead of a read-only role" },
    policy: { type: 'boolean', help: 'print the policy that the role needs, and ask nothing' },
    json: { type: 'boolean', help: 'the rows as a JSON list, with every call that was made' },
  },
  async run({ values, positionals }) {
    if (values.policy === true) {
      process.stdout.write(`${JSON.stringify(doctorPolicy(), null, 2)}\n`)
      return 0
    }
    const examined = await open({
      aws: values.aws === true,
      ...roleOf(values),
      ...(positionals[0] !== undefined && { stack: positionals[0] }),
    })
    const json = values.json === true
    const rows: Row[] = []
    const terminal = createTerminal({ json })
    const asked = planned(CHECKS, examined)
    let heading = ''
    for (const one of asked) {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K  … ${one.subject.subject}: ${one.check.question}`)
      const answers = await ask(one, examined)
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
      rows.push(...answers)
      if (json) continue
      if (headingOf(one.subject) !== heading) {
        heading = headingOf(one.subject)
        terminal.line(terminal.style('bold', heading))
      }
      for (const row of answers) printRow(terminal, row)
    }
    if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    else terminal.line(`${examined.world.where}: ${summaryOf(rows)}`)
    const nothing = rows.every(({ verdict, subject }) => verdict === 'notAsked' || subject === examined.machine.subject)
    return nothing || rows.some(({ verdict }) => verdict === 'failed') ? 1 : 0
  },
}

function roleOf(values: Arguments['values']): { readonly role?: string } {
  if (values['as-deployer'] !== true) return { role: values.role === undefined ? DOCTOR_ROLE : String(values.role) }
  if (values.role !== undefined) throw new UserError('--role and --as-deployer say two things.', 'Leave one out.')
  return {}
}
