import { join, resolve } from 'node:path'
import type { BrowserDoor } from '@genai/local-cloud/browser-door'
import { startCloud } from '@genai/local-cloud/cloud'
import { type Providers, serveProviders } from '@genai/local-cloud/engine/provider/provider'
import { organization } from '../../sample-organization.ts'
import { type Console, watch } from '../console/watch.ts'
import { LAPTOP } from '../demo/validate.ts'
import { followClients, openDoor } from '../local/browser-door.ts'
import { hubBaseImage, localImages } from '../local/gateway-image.ts'
import { PORT_OPTIONS, portOption, requireFree } from '../local/gateway-ports.ts'
import { keepPorts, keptPorts } from '../local/kept-ports.ts'
import { forgetLeft, leftResources, leftText } from '../local/left-resources.ts'
import { type FollowedListeners, followListeners } from '../local/listeners.ts'
import { keepShellLines, shellLines } from '../local/local-shell.ts'
import { MODEL_OPTIONS, modelsOf } from '../local/models-server.ts'
import { LOST, requireNoneRunning } from '../local/running.ts'
import { type Announcement, announce } from '../local/running-note.ts'
import { LOCAL_DIRECTORY, PROJECT_DIRECTORY } from '../pulumi/stack-files.ts'
import { quoted } from '../terminal/shell.ts'
import { stopOnSignals } from '../terminal/stopping.ts'
import { createTerminal } from '../terminal/terminal.ts'
import { messageOf, UserError, type Verb } from '../verb.ts'

export const local: Verb = {
  name: 'local',
  usage: '',
  summary: 'Starts the local cloud for the Pulumi CLI, and prints the export lines that a shell needs.',
  details: [
    'Then, in another shell: the printed lines (or: . .local/pulumi.env), and pulumi up -s hub. What is deployed is kept in',
    '.local/cloud, and is there again after a restart. The gateway opens as soon as the hub has a listener.',
    "The gateway's image for tenants on Fargate is made at the start, of the code and the gatewayBaseImage (hub) of that moment.",
    'What a killed run has left in the cloud and in no stack is shown at the start; --forget-left takes it away.',
    'To begin anew: stop it, and remove .local/cloud and .local/backend.',
  ].join('\n'),
  positionals: [0, 0],
  options: {
    ...PORT_OPTIONS,
    delays: {
      type: 'string',
      placeholder: 'MILLISECONDS',
      help: 'every change takes a random time of at most twice this long, as on AWS nothing is at once',
    },
    ...MODEL_OPTIONS,
    'forget-left': { type: 'boolean', help: 'take away what is in the cloud and in no stack' },
    directory: { type: 'string', placeholder: 'FOLDER', help: 'where everything is kept (default .local)' },
  },
  async run({ values }) {
    const terminal = createTerminal({ json: false })
    const stopping = stopOnSignals()
    const directory = values.directory === undefined ? LOCAL_DIRECTORY : resolve(String(values.directory))
    const delays = delaysOf(values.delays)
    const ports = {
      https: portOption(values, 'port'),
      http: portOption(values, 'http-port'),
      browser: portOption(values, 'browser-port'),
    }
    const models = await modelsOf(values)
    await requireNoneRunning()
    const cloud = await startCloud({
      directory: join(directory, 'cloud'),
      persistent: true,
      organization,
      images: await localImages(hubBaseImage()),
      ...(models && { models }),
    }).catch((cause: unknown) => {
      throw new UserError(messageOf(cause), undefined, { cause })
    })
    let providers: Providers | undefined
    let listeners: FollowedListeners | undefined
    let door: BrowserDoor | undefined
    let announcement: Announcement | undefined
    let watched: Console | undefined
    try {
      // Written after the cloud has started, because the cloud knows whether another one is running.
      await requireFree(ports)
      const { ledger, authorize, waits } = cloud
      const left = leftResources(ledger, join(directory, 'backend'))
      for (const line of values['forget-left'] === true ? await forgetLeft(ledger, left) : leftText(left))
        terminal.line(line)
      const uploads = join(directory, 'cloud', 'uploads')
      const attached = {
        ledger,
        organization,
        authorize,
        waits,
        uploads,
        programDirectory: PROJECT_DIRECTORY,
        ...(delays && { delays }),
      }
      // Shells that were set up for the last run also work with this one.
      const kept = await keptPorts(directory)
      providers = await serveProviders(attached, kept)
      const { port: wirePort } = await cloud.wire.open(LAPTOP, kept.wire)
      keepPorts(directory, { ...providers, wire: wirePort })
      listeners = await followListeners(cloud, { from: LAPTOP, ports, say: (line) => terminal.line(`# ${line}`) })
      const followed = listeners
      door = await openDoor(cloud, ports.browser)
      const { port: browserPort } = door
      followClients(cloud, door, (line) => terminal.line(`# ${line}`))
      announcement = await announce(cloud, {
        verb: 'local',
        wirePort,
        users: () => [],
        gatewayUrl: () => followed.url(),
        browserPort: () => browserPort,
      })
      watched = await watch(cloud, announcement)
      const { debugProviders } = providers
      const { caFile } = cloud.authority
      const lines = shellLines({
        directory,
        caFile,
        debugProviders,
        wirePort,
        gatewayUrl: gatewayUrl(listeners, ports),
      })
      const file = keepShellLines(directory, lines)
      terminal.line(terminal.style('bold', '# The local cloud is up. In another shell, in this folder:'))
      terminal.line(lines.trimEnd())
      terminal.line(`# The same lines: . ${/^[\w./-]+$/.test(file) ? file : quoted(file)}`)
      terminal.line('# Then: pulumi stack init hub (the first time), pulumi up -s hub')
      terminal.line(`# Watch requests travel: ${watched.url}`)
      terminal.line('# Ctrl-C stops it; what is deployed is kept.')
      watched.warm()
      if ((await Promise.race([stopping.asked, announcement.lost])) === 'lost')
        throw new UserError(LOST, 'Start it again: npm run local')
      return 0
    } finally {
      watched?.close()
      announcement?.stop()
      await providers?.close()
      await listeners?.close()
      await door?.close()
      await cloud.close()
      stopping.release()
    }
  },
}

/** The gateway's address, now or when the hub is deployed; not known beforehand if any free port may be used. */
const gatewayUrl = (listeners: FollowedListeners, { https }: { readonly https: number }) =>
  listeners.url() ?? (https === 0 ? undefined : `https://localhost:${https}`)

function delaysOf(text: unknown): { readonly maximumMilliseconds: number } | undefined {
  if (text === undefined) return undefined
  const maximumMilliseconds = Number(text)
  if (!/^\d+$/.test(String(text)) || maximumMilliseconds > 60_000)
    throw new UserError(`--delays is no time: ${String(text)}`, 'It is 0 to 60000 milliseconds.')
  return { maximumMilliseconds }
}
