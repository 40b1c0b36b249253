import { join } from 'node:path'
import { type CloudEvent, type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import { organization } from '../../sample-organization.ts'
import { announce } from '../announce.ts'
import { type Demo, deployDemo } from '../demo/deploy.ts'
import { reportValidation } from '../demo/report.ts'
import { createUsers } from '../demo/users.ts'
import { clientOrigin, LAPTOP, type Validation, validate } from '../demo/validate.ts'
import { type OpenGateway, openGateway, type Ports, portOption, requireFree } from '../gateway-ports.ts'
import { MODEL_OPTIONS, modelsOf } from '../models-server.ts'
import { findRunning, forgetRunning, type RunningUser } from '../running.ts'
import { LOCAL_DIRECTORY, readStack, stackNames } from '../stacks.ts'
import { stopOnSignals } from '../stopping.ts'
import { createTerminal, type Terminal } from '../terminal.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'

export const start: Verb = {
  name: 'start',
  usage: '',
  summary: 'Starts the local cloud, deploys the hub and every tenant into it, and sends a prompt as each tenant.',
  details: [
    'The stacks are those that have a Pulumi.STACK.yaml file. Keeps serving until Ctrl-C; nothing is left behind.',
    'Exit code: 0 when every tenant was answered from its own account, 1 otherwise.',
  ].join('\n'),
  positionals: [0, 0],
  options: {
    exit: { type: 'boolean', help: 'stop after the validation' },
    verbose: {
      type: 'boolean',
      short: 'v',
      help: 'every hop of the path: names, security groups, gateways, the way back',
    },
    json: { type: 'boolean', help: 'the result as JSON on standard output, progress on standard error' },
    port: { type: 'string', placeholder: 'PORT', help: 'local port of the HTTPS listener (default 8443; 0: any)' },
    'http-port': {
      type: 'string',
      placeholder: 'PORT',
      help: 'local port of the HTTP listener (default 8080; 0: any)',
    },
    ...MODEL_OPTIONS,
  },
  async run({ values }) {
    const terminal = createTerminal({ json: values.json === true })
    const ports = { https: portOption(values, 'port', 8443), http: portOption(values, 'http-port', 8080) }
    const models = await modelsOf(values)
    if (values.exit !== true) requireNoOther()
    await requireFree(ports)
    // Read before anything is made: a file that cannot be is told at once.
    const stacks = stackNames()
    for (const name of stacks) readStack(name)
    const stopping = stopOnSignals()
    const recording: CloudEvent[] = []
    const cloud = await startCloud({
      organization,
      directory: join(LOCAL_DIRECTORY, 'start'),
      ...(models && { models }),
      observe: (event) => observe(event, recording, terminal),
    })
    try {
      const session = await Promise.race([bringUp(cloud, stacks, ports, recording, terminal, values), stopping.asked])
      if (session === undefined) return await abandon(cloud, terminal, values.exit === true)
      const { validations } = session
      const failed = validations.filter(({ ok }) => !ok)
      if (values.json === true) process.stdout.write(`${JSON.stringify(session.summary, null, 2)}\n`)
      if (values.exit === true || failed.length > 0) {
        terminal.line()
        terminal.line(failed.length === 0 ? 'Every tenant was answered from its own account.' : failureOf(failed))
        return failed.length === 0 ? 0 : 1
      }
      nextCommands(terminal, session.gateway, session.users)
      await stopping.asked
      return 0
    } finally {
      forgetRunning()
      await cloud.close()
      stopping.release()
    }
  },
}

/**
 * Ctrl-C while stacks are being deployed: a program that runs in this process cannot be called back, so the process ends.
 * @param wanted whether the validation was all that was asked for
 */
async function abandon(cloud: LocalCloud, terminal: Terminal, wanted: boolean): Promise<never> {
  terminal.line('\nStopped before everything was up.')
  forgetRunning()
  await cloud.close()
  process.exit(wanted ? 1 : 0)
}

function requireNoOther(): void {
  const other = findRunning()
  if (other)
    throw new UserError(
      `A local cloud is running already (process ${other.pid}); login and tenant would not know which one is meant.`,
      'Stop it with Ctrl-C first, or validate beside it: npm start -- --exit --port 0 --http-port 0',
    )
}

interface Session {
  readonly gateway: OpenGateway
  readonly users: readonly RunningUser[]
  readonly validations: readonly Validation[]
  readonly summary: object
}

async function bringUp(
  cloud: LocalCloud,
  stacks: readonly string[],
  ports: Ports,
  recording: CloudEvent[],
  terminal: Terminal,
  values: Arguments['values'],
): Promise<Session> {
  terminal.line(terminal.style('bold', 'A hub and its tenants on a local cloud'))
  if (!stacks.includes('hub'))
    throw new UserError('There is no Pulumi.hub.yaml.', 'The hub comes first: git checkout Pulumi.hub.yaml')
  const demo = await deployDemo(cloud, terminal, stacks)
  const { gateway, local } = await terminal.step('open the gateway and AWS on this machine', async (detail) => {
    const opened = await openGateway(cloud, demo.hub, LAPTOP, ports)
    detail(opened.url)
    const { port } = await cloud.wire.open(LAPTOP)
    return { gateway: opened, local: { port, caFile: cloud.authority.caFile } }
  })
  const users = await terminal.step('create a user of each tenant', () => createUsers(cloud, demo, local))
  const validations = await validateAll(cloud, demo, users, { local, recording, terminal })
  // A run that ends at once is no cloud that other shells could use.
  if (values.exit !== true)
    await announce(cloud, { verb: 'start', wirePort: local.port, users, gatewayUrl: () => gateway.url })
  for (const validation of validations) reportValidation(terminal, validation, { verbose: values.verbose === true })
  return {
    gateway,
    users,
    validations,
    summary: { gatewayUrl: gateway.url, caFile: local.caFile, tenants: validations },
  }
}

async function validateAll(
  cloud: LocalCloud,
  demo: Demo,
  users: readonly RunningUser[],
  {
    local,
    recording,
    terminal,
  }: {
    readonly local: { port: number; caFile: string }
    readonly recording: CloudEvent[]
    readonly terminal: Terminal
  },
): Promise<readonly Validation[]> {
  const origin = clientOrigin(cloud)
  const inside = await openGateway(cloud, demo.hub, origin, { https: 0, http: 0 })
  const client = { origin, via: { port: inside.port, caFile: local.caFile } }
  const validations: Validation[] = []
  for (const tenant of demo.tenants) {
    const user = users.find(({ tenantId }) => tenantId === tenant.tenantId)
    if (!user) throw new Error(`no user was created for ${tenant.tenantId}`)
    validations.push(
      await terminal.step(`send a prompt as ${tenant.tenantId}`, () =>
        validate(demo, tenant, user, { client, local, recording }),
      ),
    )
  }
  await inside.close()
  return validations
}

function nextCommands({ line, style }: Terminal, gateway: OpenGateway, users: readonly RunningUser[]): void {
  const tenant = users[0]?.tenantId ?? 'TENANT'
  line()
  line(`The gateway serves at ${style('bold', gateway.url)} until Ctrl-C. In another shell:`)
  line()
  line(`  eval "$(npm run -s login -- ${tenant})"`)
  line(`  curl -sS "$GATEWAY_URL/$TENANT_ID/invoke" -H "Authorization: Bearer $ID_TOKEN" -d '{"prompt":"Hello"}'`)
  line(`  curl -sS "$GATEWAY_URL/$TENANT_ID/models" -H "Authorization: Bearer $ID_TOKEN"`)
  line()
}

const failureOf = (failed: readonly Validation[]) =>
  `Not answered as they should be: ${failed.map(({ tenant }) => tenant).join(', ')}. See above.`

/** Keeps what the validation reads, and tells people of what went wrong while they watch. */
function observe(event: CloudEvent, recording: CloudEvent[], { line, style }: Terminal): void {
  recording.push(event)
  if (recording.length > RECORDED) recording.splice(0, recording.length - RECORDED)
  if (event.source === 'lambda' && event.kind === 'exited' && event.unexpected)
    line(
      style(
        'yellow',
        `  A process of ${event.functionName} died (${event.reason}); the next request starts a new one.`,
      ),
    )
}

/** Enough for the validation of a few hundred tenants; a server that runs for days does not grow. */
const RECORDED = 20_000
