import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DOCTOR_ROLE, doctorPolicy } from '../../shared/policies/doctor.ts'
import type { Row } from '../doctor/check.ts'
import { CHECKS } from '../doctor/checks.ts'
import { gatewayOf } from '../doctor/deployed/gateway.ts'
import type { Deployed } from '../doctor/deployed/question.ts'
import { QUESTIONS } from '../doctor/deployed/questions.ts'
import { askDeployed, type DeployedRow, verificationText } from '../doctor/deployed/run.ts'
import { deployersOf, identityOf, roleAmong } from '../doctor/deployers.ts'
import { open } from '../doctor/gather.ts'
import { ask, type Examined, planned } from '../doctor/run.ts'
import { NoAccess } from '../doctor/subjects.ts'
import { headingOf, printRow, summaryOf } from '../doctor/table.ts'
import { askWithTestTenant } from '../doctor/test-tenant/ask.ts'
import { TEST_OPTIONS } from '../doctor/test-tenant/stack-file.ts'
import { createTerminal, type Terminal } from '../terminal/terminal.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'
import { VERSION } from '../version.ts'

/** The file, in the current folder, to which the answers of `--deployed` are written. */
const REPORT = 'verification.md'

export const doctor: Verb = {
  name: 'doctor',
  usage: '[STACK]',
  summary: 'Asks the accounts that the stack files name whether a deployment can succeed, before it is begun.',
  details: [
    'Of the running local cloud or, with --aws, of AWS: credentials, sharing, zones, quotas, models, domain, names. Every call only reads,',
    `with the role ${DOCTOR_ROLE} of each account, which this shell's credentials must be able to assume (docs/first-deployment.md).`,
    '--deployed asks a deployed hub and tenant what AWS’s documentation leaves open, in a shell that is signed in as a user (login), at a cost',
    `of cents, and writes ${REPORT}. What cannot be asked without changing something is "not asked", with the reason; some of it is asked with`,
    '--with-test-tenant ACCOUNT, which deploys a tenant of its own there with the deployers that the flags name (never with the role that asks),',
    'asks as a user of it, and destroys it, also after Ctrl-C and after a failure.',
    'Marks: ✓ as it should be, ✗ to be put right, ? answered neither way, – not asked, with the permission that is missing.',
    'Exit code: 1 when anything is ✗, and when nothing could be asked; 0 otherwise.',
  ].join('\n'),
  positionals: [0, 1],
  options: {
    aws: { type: 'boolean', help: "AWS, with this shell's credentials; without it, the local cloud" },
    deployed: { type: 'boolean', help: 'ask the open questions of a deployed hub and tenant' },
    ...TEST_OPTIONS,
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
    requireFitting(values)
    const reader = roleOf(values)
    const examined = await open({
      aws: values.aws === true,
      ...reader,
      ...(positionals[0] !== undefined && { stack: positionals[0] }),
    })
    const json = values.json === true
    const terminal = createTerminal({ json })
    const rows =
      values.deployed === true
        ? await askedAfter(examined, { values, role: reader.role ?? DOCTOR_ROLE, shown: json ? undefined : terminal })
        : await askedBefore(examined, json ? undefined : terminal)
    if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    else terminal.line(`${examined.world.where}: ${summaryOf(rows)}`)
    const nothing = rows.every(({ verdict, subject }) => verdict === 'notAsked' || subject === examined.machine.subject)
    return nothing || rows.some(({ verdict }) => verdict === 'failed') ? 1 : 0
  },
}

/** @param shown absent if the rows are printed all at once */
async function askedBefore(examined: Examined, shown: Terminal | undefined): Promise<readonly Row[]> {
  const rows: Row[] = []
  let heading = ''
  for (const one of planned(CHECKS, examined)) {
    const answers = await shownWhile(`${one.subject.subject}: ${one.check.question}`, () => ask(one, examined))
    rows.push(...answers)
    if (shown && headingOf(one.subject) !== heading) {
      heading = headingOf(one.subject)
      shown.line(shown.style('bold', heading))
    }
    if (shown) for (const row of answers) printRow(shown, row)
  }
  return rows
}

interface After {
  readonly values: Arguments['values']
  /** Name of the read-only role. */
  readonly role: string
  /** Absent if the rows are printed all at once. */
  readonly shown: Terminal | undefined
}

async function askedAfter(examined: Examined, { values, role, shown }: After): Promise<readonly Row[]> {
  await requireReader(examined)
  const show = (row: DeployedRow) => shown && printRow(shown, row)
  const rows =
    values['with-test-tenant'] === undefined
      ? await askedAsSignedIn(examined, show)
      : await askWithTestTenant({ values, examined, role, show })
  const file = resolve(REPORT)
  writeFileSync(file, verificationText(rows, examined.world.where, new Date().toISOString().slice(0, 10), VERSION))
  process.stderr.write(`Written: ${file}\n`)
  return rows
}

/** Asks as the user who is signed in in this shell. */
async function askedAsSignedIn({ world, takeCalls }: Examined, show: (row: DeployedRow) => void) {
  const gateway = gatewayOf(process.env)
  const tenant = world.tenants.find(({ settings }) => settings.tenantId === gateway?.tenantId)
  const deployed: Deployed = { world, gateway, tenant }
  const rows: DeployedRow[] = []
  for (const question of QUESTIONS) {
    const row = await shownWhile(question.question, () => askDeployed(question, deployed, takeCalls))
    rows.push(row)
    show(row)
  }
  return rows
}

/** @throws UserError if the questions would be asked with a deployer's permissions */
async function requireReader({ world, subjects }: Examined): Promise<void> {
  for (const subject of subjects) {
    // An account without the role is reported by the questions themselves.
    const identity = await identityOf(subject).catch((error: unknown) => {
      if (error instanceof NoAccess) return undefined
      throw error
    })
    const deployer = identity && roleAmong(identity, deployersOf(world))
    if (deployer !== undefined)
      throw new UserError(
        `${identity?.arn} is a deployer's role (${deployer}): --deployed asks with one that only reads.`,
        'Name it with --role. Its policy: npm run genai -- doctor --policy. Nothing was asked.',
      )
  }
}

/** @throws UserError for flags that need each other */
function requireFitting(values: Arguments['values']): void {
  const ofTest = Object.keys(TEST_OPTIONS).filter((name) => values[name] !== undefined)
  if (ofTest.length > 0 && values['with-test-tenant'] === undefined)
    throw new UserError(
      `${ofTest.map((name) => `--${name}`).join(', ')}: of a test tenant.`,
      'Add --with-test-tenant ACCOUNT.',
    )
  if (values['with-test-tenant'] !== undefined && values.deployed !== true)
    throw new UserError('A test tenant is for questions to what is deployed.', 'Add --deployed.')
  if (values.deployed === true && values['as-deployer'] === true)
    throw new UserError(
      '--deployed asks with a role that only reads, never as a deployer.',
      'Leave --as-deployer out. The policy of the role: npm run genai -- doctor --policy.',
    )
}

/** A line that is removed when the answer has arrived; on a terminal only. */
async function shownWhile<T>(text: string, work: () => Promise<T>): Promise<T> {
  const { stderr } = process
  if (!stderr.isTTY) return await work()
  stderr.write(`\r\u001b[2K  … ${text}`)
  try {
    return await work()
  } finally {
    stderr.write('\r\u001b[2K')
  }
}

function roleOf(values: Arguments['values']): { readonly role?: string } {
  if (values['as-deployer'] !== true) return { role: values.role === undefined ? DOCTOR_ROLE : String(values.role) }
  if (values.role !== undefined) throw new UserError('--role and --as-deployer say two things.', 'Leave one out.')
  return {}
}
