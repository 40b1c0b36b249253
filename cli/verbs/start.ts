import { join } from 'node:path'
import type { BrowserDoor } from '@genai/local-cloud/browser-door'
import { type CloudEvent, startCloud } from '@genai/local-cloud/cloud'
import { organization } from '../../sample-organization.ts'
import { type Console, watch } from '../console/watch.ts'
import { clientStacks, demoImages, demoNote } from '../demo/added-settings.ts'
import { reportShown, reportValidation } from '../demo/report.ts'
import { Session } from '../demo/session.ts'
import { takeStacks } from '../demo/stacks.ts'
import { LAPTOP, type Validation } from '../demo/validate.ts'
import { DEMO_VARIANTS, VARIANT_NAMES, variantNamed } from '../demo/variants.ts'
import { clientUrls, openDoor } from '../local/browser-door.ts'
import { PORT_OPTIONS, type Ports, portOption, requireFree } from '../local/gateway-ports.ts'
import { MODEL_OPTIONS, modelsOf } from '../local/models-server.ts'
import { LOST, requireNoneRunning } from '../local/running.ts'
import { type Announcement, announce } from '../local/running-note.ts'
import { LOCAL_DIRECTORY, readStack, stackNames } from '../pulumi/stack-files.ts'
import { stopOnSignals } from '../terminal/stopping.ts'
import { createTerminal, type Terminal } from '../terminal/terminal.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'

export const start: Verb = {
  name: 'start',
  usage: '',
  summary: 'Starts the local cloud, deploys the hub and every tenant into it, and sends a prompt as each tenant.',
  details: [
    'The stacks are those that have a Pulumi.STACK.yaml file; one that is added or changed later is deployed from another shell,',
    'while this one serves: npm run genai -- up STACK. Keeps serving until Ctrl-C, which ends every process and closes every port.',
    'What it leaves are files in .local/ (certificate, code, logs); deleting the folder is safe when nothing serves.',
    'Exit code: 0 when every tenant was answered from its account (and what a variant shows is as the page says), 1 otherwise.',
  ].join('\n'),
  positionals: [0, 0],
  options: {
    variant: {
      type: 'string',
      placeholder: 'NAME',
      help: `another of the choices in docs/variants.md: ${VARIANT_NAMES.join(', ')}`,
    },
    exit: { type: 'boolean', help: 'stop after the validation; runs beside a local cloud that serves' },
    verbose: {
      type: 'boolean',
      short: 'v',
      help: 'every hop of the path: names, security groups, gateways, the way back',
    },
    json: { type: 'boolean', help: 'the result as JSON on standard output, progress on standard error' },
    ...PORT_OPTIONS,
    ...MODEL_OPTIONS,
  },
  async run({ values }) {
    const terminal = createTerminal({ json: values.json === true })
    const exit = values.exit === true
    const variant = values.variant === undefined ? undefined : variantNamed(String(values.variant))
    const models = await modelsOf(values)
    if (!exit) await requireNoneRunning()
    const ports = await portsOf(values, exit)
    const stacks = stacksToDeploy()
    // A run whose exit code matters finishes even if its output is no longer read.
    const stopping = stopOnSignals({ whenOutputCloses: !exit })
    const recording: CloudEvent[] = []
    const cloud = await startCloud({
      organization,
      images: await demoImages(stacks.hub),
      directory: join(LOCAL_DIRECTORY, 'start'),
      ...(models && { models }),
      observe: (event) => observe(event, recording, terminal),
    })
    let announcement: Announcement | undefined
    let watched: Console | undefined
    let door: BrowserDoor | undefined
    try {
      const { port: wirePort } = await cloud.wire.open(LAPTOP)
      let session: Session | undefined
      // A run with --exit ends at once, so it does not announce itself to other shells.
      if (!exit)
        announcement = await announce(cloud, {
          verb: 'start',
          wirePort,
          ...(variant !== undefined && { variant }),
          users: () => session?.users ?? [],
          gatewayUrl: () => session?.gateway.url,
          browserPort: () => door?.port,
        })
      if (announcement) watched = await watch(cloud, announcement)
      terminal.line(terminal.style('bold', 'A hub and its tenants on a local cloud'))
      const note = demoNote(stacks.spokes, variant)
      if (note !== undefined) terminal.line(terminal.style('dim', `  ${note}`))
      if (variant !== undefined) terminal.line(terminal.style('dim', `  ${DEMO_VARIANTS[variant].says}`))
      const bringUp = async () => {
        session = await Session.begin({ cloud, wirePort, terminal, ports, recording, variant }, stacks.hub)
        const validations = await allOf(session, stacks.spokes)
        for (const client of stacks.clients) await session.deployClient(client)
        return { session, validations, shown: await session.show() }
      }
      const up = await Promise.race([bringUp(), stopping.asked])
      if (!up) {
        terminal.line('\nStopped before everything was up.')
        announcement?.stop()
        await cloud.close()
        // A program that runs in this process cannot be stopped, so it ends with the process.
        process.exit(exit ? 1 : 0)
      }
      announcement?.update()
      const failed = report(up.validations, terminal, values)
      reportShown(terminal, up.shown, { verbose: values.verbose === true })
      const broken = up.shown.filter(({ ok }) => !ok)
      if (values.json === true)
        process.stdout.write(
          `${JSON.stringify({ gatewayUrl: up.session.gateway.url, caFile: cloud.authority.caFile, tenants: up.validations, ...(up.shown.length > 0 && { shown: up.shown }) }, null, 2)}\n`,
        )
      if (exit || failed.length > 0 || broken.length > 0) {
        terminal.line()
        if (failed.length > 0) terminal.line(failureOf(failed))
        if (broken.length > 0) terminal.line(`Not as it should be: ${broken.map(({ what }) => what).join('; ')}.`)
        if (failed.length + broken.length > 0) return 1
        terminal.line('Every tenant was answered from its account.')
        return 0
      }
      if (announcement) takeStacks(announcement, up.session, terminal)
      door = await openDoor(cloud, ports.browser)
      announcement?.update()
      nextCommands(terminal, up.session, { watched, clients: clientUrls(cloud, door) })
      const ended = await Promise.race([stopping.asked, announcement?.lost])
      if (ended === 'lost') throw new UserError(LOST, 'Start it again: npm start')
      return 0
    } finally {
      watched?.close()
      announcement?.stop()
      await door?.close()
      await cloud.close()
      stopping.release()
    }
  },
}

/** A run with --exit takes any free ports, because nobody else calls it. */
async function portsOf(values: Arguments['values'], exit: boolean): Promise<Required<Ports>> {
  const ports = {
    https: portOption(values, 'port', exit ? 0 : undefined),
    http: portOption(values, 'http-port', exit ? 0 : undefined),
    browser: portOption(values, 'browser-port', exit ? 0 : undefined),
  }
  await requireFree(ports)
  return ports
}

interface StacksToDeploy {
  readonly hub: string
  readonly spokes: readonly string[]
  readonly clients: readonly string[]
}

/** Reads all stack files before anything is made, so that a mistake in one is reported at once. */
function stacksToDeploy(): StacksToDeploy {
  const names = stackNames()
  for (const name of names) readStack(name)
  if (!names.includes('hub'))
    throw new UserError('There is no Pulumi.hub.yaml.', 'The hub comes first: git checkout Pulumi.hub.yaml')
  const clients = clientStacks()
  return { hub: 'hub', spokes: names.filter((name) => name !== 'hub' && !clients.includes(name)), clients }
}

async function allOf(session: Session, stacks: readonly string[]): Promise<readonly Validation[]> {
  const tenants = []
  for (const stack of stacks) tenants.push(await session.deploy(stack))
  await session.createUsers(tenants)
  return await session.validate(tenants)
}

/** @returns the tenants that were not answered as expected */
function report(
  validations: readonly Validation[],
  terminal: Terminal,
  values: Arguments['values'],
): readonly Validation[] {
  for (const validation of validations) reportValidation(terminal, validation, { verbose: values.verbose === true })
  return validations.filter(({ ok }) => !ok)
}

interface Pages {
  readonly watched: Console | undefined
  /** Addresses of the deployed clients. */
  readonly clients: readonly string[]
}

function nextCommands({ line, style }: Terminal, { gateway, users }: Session, { watched, clients }: Pages): void {
  const tenant = users[0]?.tenantId ?? 'TENANT'
  line()
  line(`The gateway serves at ${style('bold', gateway.url)} until Ctrl-C. In another shell:`)
  line()
  line(`  eval "$(npm run -s login -- ${tenant})"`)
  line(`  curl -sS "$GATEWAY_URL/$TENANT_ID/invoke" -H "Authorization: Bearer $ID_TOKEN" -d '{"prompt":"Hello"}'`)
  line(`  curl -sS "$GATEWAY_URL/$TENANT_ID/models" -H "Authorization: Bearer $ID_TOKEN"`)
  line()
  if (clients.length > 0) {
    for (const url of clients) line(`The client for people is at ${style('bold', url)}. Sign in as:`)
    line(`  ${users.map(({ username }) => username).join(', ')} (their passwords are in .local/running.json)`)
    line(style('dim', '  The browser warns of an authority that it does not know: .local/start/authority/ca.pem'))
    line()
  }
  if (!watched) return
  line(`Watch requests travel: ${style('bold', watched.url)}`)
  line()
  watched.warm()
}

const failureOf = (failed: readonly Validation[]) =>
  `Not answered as they should be: ${failed.map(({ tenant }) => tenant).join(', ')}. See above.`

/** Keeps the events that the validation reads, and prints failures while the command serves. */
function observe(event: CloudEvent, recording: CloudEvent[], { line, style }: Terminal): void {
  recording.push(event)
  if (recording.length > RECORDED) recording.splice(0, recording.length - RECORDED)
  const warn = (text: string) => line(style('yellow', `  ${text}`))
  if (event.source === 'lambda' && event.kind === 'exited' && event.unexpected)
    warn(`A process of ${event.functionName} died (${event.reason}); the next request starts a new one.`)
  if (event.source === 'ecs' && event.kind === 'taskStopped' && event.unexpected)
    warn(`A task of ${event.serviceName} died (${event.reason.replace(/\.$/, '')}); its service starts another.`)
}

/** Number of events that are kept: enough to validate some hundred tenants, but limited, because the command may run for days. */
const RECORDED = 20_000
