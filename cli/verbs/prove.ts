import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Attempt, attemptsOn, FAMILIES, type Family } from '../../proof/prove/attempt.ts'
import { allAttempts } from '../../proof/prove/attempts/all.ts'
import { COMPUTES, type Compute } from '../../proof/prove/compute.ts'
import { proveDeployed } from '../../proof/prove/deployed/deployed.ts'
import { type DeployedHub, openDeployed, runningHub } from '../../proof/prove/deployed/deployed-hub.ts'
import { findLimits } from '../../proof/prove/iam-limits.ts'
import { heatMap } from '../../proof/prove/report/heat-map.ts'
import { passes, type Report, toJson } from '../../proof/prove/report/report.ts'
import { toMarkdown } from '../../proof/prove/report/report-text.ts'
import { findRevocationDelays, findSharedRemains } from '../../proof/prove/revocation-delays.ts'
import { prove as proveAll, type Row } from '../../proof/prove/run.ts'
import { createSwitches } from '../../proof/prove/switches/switches.ts'
import { startTestbed } from '../../proof/prove/testbed/testbed.ts'
import { CONTRACT_VERSION } from '../../shared/contract.ts'
import { TENANT_ID } from '../../shared/tenant.ts'
import { LOCAL_DIRECTORY } from '../pulumi/stack-files.ts'
import { askPassword } from '../terminal/password.ts'
import { createTerminal, type Terminal } from '../terminal/terminal.ts'
import { type Arguments, messageOf, UserError, type Verb } from '../verb.ts'
import { VERSION } from '../version.ts'

type Values = Arguments['values']

export const prove: Verb = {
  name: 'prove',
  usage: '',
  summary:
    'Tries to cross from one tenant to another, and writes what stopped each attempt to isolation-report.md, .json and .svg.',
  details: [
    'Against a local cloud of its own: the hub and the two sample tenants from their stack files, on Lambda and then on Fargate. Every',
    'attempt is made again with every layer switched off in turn. With --gateway-url, --client-id, --region, --username and --other-tenant, against a deployed',
    'gateway: what does no harm only, nothing is switched off, and one user signs in; the password is asked for, or read from a',
    'pipe. With --running, the same against the local cloud that runs in another shell: with the users that npm start made, or with',
    '--username and --other-tenant.',
    'Exit code: 0 only if every attempt was stopped, and by no fewer layers than are expected.',
  ].join('\n'),
  positionals: [0, 0],
  options: {
    output: {
      type: 'string',
      short: 'o',
      placeholder: 'DIRECTORY',
      help: 'where the report goes (default: this folder)',
    },
    family: { type: 'string', multiple: true, placeholder: 'NAME', help: `only these: ${FAMILIES.join(', ')}` },
    running: { type: 'boolean', help: 'against the local cloud that is running, as if it were deployed' },
    'gateway-url': { type: 'string', placeholder: 'URL', help: "a deployed hub's gatewayUrl" },
    'client-id': { type: 'string', placeholder: 'ID', help: "a deployed hub's userPoolClientId" },
    region: { type: 'string', placeholder: 'REGION', help: "a deployed hub's region" },
    username: { type: 'string', placeholder: 'NAME', help: 'a user of that hub' },
    'other-tenant': { type: 'string', placeholder: 'ID', help: "the tenant whose path the user's token is tried on" },
  },
  async run({ values }) {
    const terminal = createTerminal({ json: false })
    const directory = resolve(String(values.output ?? '.'))
    requireFolder(directory)
    const started = performance.now()
    const hub = await deployedHub(values)
    const found = hub ? await deployedReport(hub, terminal) : await localReport(values, terminal)
    const report: Report = {
      ...found,
      madeAt: new Date().toISOString(),
      versions: { project: VERSION, node: process.versions.node, contract: CONTRACT_VERSION },
      seconds: Math.round((performance.now() - started) / 1000),
    }
    return finish(report, directory, terminal)
  },
}

/** Checks that the reports can be written, before the attempts are made. @throws UserError */
function requireFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
  } catch (cause) {
    throw new UserError(
      `The report cannot be written to ${directory}: ${messageOf(cause)}`,
      'Name another folder: --output DIRECTORY',
      { cause },
    )
  }
}

/**
 * Writes the report and prints the result.
 * @returns the exit code
 */
export function finish(report: Report, directory: string, terminal: Pick<Terminal, 'line' | 'style'>): 0 | 1 {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'isolation-report.md'), toMarkdown(report))
  writeFileSync(join(directory, 'isolation-report.json'), toJson(report))
  writeFileSync(join(directory, 'isolation-report.svg'), heatMap(report.rows))
  for (const row of report.rows) tell(row, terminal)
  conclude(report, directory, terminal)
  return passes(report) ? 0 : 1
}

/** What is found while the attempts are made; the rest is the same for every report. */
type Found = Omit<Report, 'madeAt' | 'versions' | 'seconds'>

const DEPLOYED = ['gateway-url', 'client-id', 'region', 'username', 'other-tenant'] as const

/** The deployed hub; none if a local cloud is started for the proof. */
async function deployedHub(values: Values): Promise<DeployedHub | undefined> {
  const given = DEPLOYED.filter((flag) => values[flag] !== undefined)
  const running = values.running === true
  if (!running && given.length === 0) return undefined
  const known = given.filter((flag) => flag !== 'username' && flag !== 'other-tenant')
  if (running && known.length > 0)
    throw new UserError(`--running takes no ${known.map((flag) => `--${flag}`).join(', ')}.`, 'It knows its own hub.')
  if (values.family !== undefined)
    throw new UserError(
      '--family is for the local cloud that is started for the purpose.',
      'Against a deployed gateway, everything is tried that does no harm.',
    )
  return running ? hubThatRuns(values) : hubOnAws(values)
}

function hubThatRuns({ username, 'other-tenant': otherTenant }: Values): Promise<DeployedHub> {
  return runningHub({
    ...(username !== undefined && { username: String(username) }),
    ...(otherTenant !== undefined && { otherTenantId: tenantIdOf(otherTenant) }),
  })
}

function tenantIdOf(given: unknown): string {
  const id = String(given)
  if (TENANT_ID.test(id)) return id
  throw new UserError(`"${id}" is no tenant id.`, 'An id is a lower-case letter and 1 to 19 letters or digits.')
}

async function hubOnAws(values: Values): Promise<DeployedHub> {
  const missing = DEPLOYED.filter((flag) => values[flag] === undefined)
  if (missing.length > 0)
    throw new UserError(
      `A deployed gateway needs ${DEPLOYED.map((flag) => `--${flag}`).join(', ')}; missing: ${missing.map((flag) => `--${flag}`).join(', ')}.`,
      'Their values: pulumi stack output -s hub; the other tenant may be any that is deployed.',
    )
  const gatewayUrl = String(values['gateway-url'])
  if (!URL.canParse(gatewayUrl))
    throw new UserError(`--gateway-url is no URL: ${gatewayUrl}`, 'Take gatewayUrl of: pulumi stack output -s hub')
  const otherTenantId = tenantIdOf(values['other-tenant'])
  return {
    gatewayUrl,
    otherTenantId,
    region: String(values.region),
    clientId: String(values['client-id']),
    username: String(values.username),
    password: await askPassword('Password: '),
  }
}

async function localReport(values: Values, terminal: Terminal): Promise<Found> {
  const families = [values.family ?? FAMILIES].flat().map(String)
  const unknown = families.find((family) => !FAMILIES.some((known) => known === family))
  if (unknown !== undefined)
    throw new UserError(`There is no family "${unknown}" of attempts.`, `There are: ${FAMILIES.join(', ')}.`)
  const attempts = allAttempts.filter(({ family }) => families.includes(family))
  const found: Required<Pick<Found, 'rows' | 'limits' | 'remains'>>[] = []
  // All attempts are made with the tenants on Lambda and then on Fargate.
  for (const compute of COMPUTES) found.push(await proveOn(compute, attempts, families, terminal))
  const [first] = found
  return {
    target: 'the local cloud',
    rows: found.flatMap(({ rows }) => rows),
    limits: found.at(-1)?.limits ?? [],
    remains: first?.remains ?? [],
  }
}

async function proveOn(compute: Compute, all: readonly Attempt[], families: readonly string[], terminal: Terminal) {
  const attempts = attemptsOn(compute, all)
  const testbed = await terminal.step(`deploy a hub and two tenants${compute === 'fargate' ? ' on Fargate' : ''}`, () =>
    startTestbed({ compute, directory: join(LOCAL_DIRECTORY, `prove-${compute}`) }),
  )
  try {
    const switches = createSwitches(testbed.platform.cloud, testbed)
    const rows = await terminal.step(`make ${attempts.length} attempts`, async (detail) => {
      const made = await proveAll(testbed, switches, attempts)
      detail('each with every layer switched off in turn')
      return made
    })
    const limits = families.includes('deployment') ? await findLimits(testbed) : []
    const ofFamily = (family: Family) => families.includes(family) && compute === 'lambda'
    const remains = [
      ...(ofFamily('users') ? await findRevocationDelays(testbed) : []),
      ...(ofFamily('shared') ? await findSharedRemains(testbed) : []),
    ]
    return { rows, limits, remains }
  } finally {
    await testbed.close()
  }
}

async function deployedReport(hub: DeployedHub, terminal: Terminal): Promise<Found> {
  const { rows, notMade } = await terminal.step('make the attempts that do no harm', async () =>
    proveDeployed(await openDeployed(hub)),
  )
  return { target: hub.local ? `the local cloud that runs at ${hub.gatewayUrl}` : hub.gatewayUrl, rows, notMade }
}

/** Prints only rows that need attention; the report has all of them. */
function tell({ id, attempt, verdict, outcome, stops }: Row, { line, style }: Pick<Terminal, 'line' | 'style'>): void {
  if (verdict === 'not stopped')
    line(`  ${style('red', '✗')} ${id} was not stopped: ${attempt.tried}: ${outcome.detail}`)
  if (verdict !== 'weakened') return
  const missing = attempt.expected.filter((layer) => !stops.some((stop) => stop.layer === layer))
  line(`  ${style('yellow', '!')} ${id} is no longer stopped by ${missing.join(', ')}: ${attempt.tried}`)
}

function conclude(report: Report, directory: string, { line, style }: Pick<Terminal, 'line' | 'style'>): void {
  const { rows } = report
  const failing = rows.filter(({ verdict }) => verdict === 'weakened' || verdict === 'not stopped').length
  line()
  if (failing === 0)
    line(style('green', `Every one of ${rows.length} attempts was stopped, or served as its own tenant's.`))
  else line(style('red', `${failing} of ${rows.length} attempts were not stopped as they should be.`))
  line(`The report: ${join(directory, 'isolation-report.md')} and .json`)
}
