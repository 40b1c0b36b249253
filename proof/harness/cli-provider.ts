/** The local cloud behind the CLI provider, and this project's stacks in it, driven by the Automation API. */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import { type ProviderEvent, type Providers, serveProviders } from '@genai/local-cloud/engine/provider/provider'
import type { Organization } from '@genai/local-cloud/organization'
import type { Website } from '@genai/local-cloud/website'
import { type ConfigMap, LocalWorkspace, type Stack } from '@pulumi/pulumi/automation/index.js'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { type FollowedListeners, followListeners } from '../../cli/local/listeners.ts'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import type { FoundCli } from '../../cli/pulumi/find-cli.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { organization as sample } from '../../sample-organization.ts'

/** Files of the programs, which are copied because the CLI writes into stack files. */
export const PROGRAM = [
  ...['main.js', 'index.ts', 'package.json', 'tsconfig.json', 'Pulumi.yaml'],
  ...['hub', 'spoke', 'site', 'shared', 'functions'],
]
const STACK_FILES = ['hub', 'spoke-tenant1', 'spoke-tenant2', 'site'].map((name) => `Pulumi.${name}.yaml`)

export interface Engine {
  readonly cloud: LocalCloud
  /** Folder of the programs and the stack files. */
  readonly project: string
  /** Permissions that were checked, and changes that were made. */
  readonly events: ProviderEvent[]
  /** Port of the HTTPS listener on this machine. */
  port(): number
  /** Opens a stack of the project, with changed settings. */
  stack(name: string, settings?: Readonly<Record<string, string>>): Promise<Stack>
  /** Writes a stack's file with these settings, named by their full keys, for a stack that is not opened yet. */
  write(name: string, config: Readonly<Record<string, string>>): void
  /** Environment variables with which the CLI in a shell uses this cloud. */
  variables(): Record<string, string>
  /** Runs the CLI itself, as a shell does. */
  pulumi(args: readonly string[]): RunningCli
  /** Stops the local cloud and starts it again with its stored state. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface RunningCli {
  /** The output and the exit code, which is null if the process was killed. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
  /** The output so far. */
  written(): string
  /** Does what Ctrl-C does: signals every process that it has started. */
  interrupt(): void
  /** Kills it at once, with every process that it has started. */
  kill(): void
}

export interface EngineOptions {
  /** Longest random pause before and after a change. */
  readonly delayMilliseconds: number
  /**
   * For how long a deleted function's network interfaces remain.
   * @default they are deleted with it
   */
  readonly interfacesStayMilliseconds?: number
  /**
   * Folder for everything that is stored.
   * @default a temporary one, removed at the end
   */
  readonly directory?: string
  /** @default the sample organisation */
  readonly organization?: Organization
  /**
   * Hosts of the internet besides those of AWS, by their names.
   * @default none
   */
  readonly websites?: Readonly<Record<string, Website>>
  /** Texts of stack files, by the stack's name. @default the project's own */
  readonly stackFiles?: Readonly<Record<string, string>>
}

export async function startEngine(cli: FoundCli, options: EngineOptions): Promise<Engine> {
  const { delayMilliseconds, interfacesStayMilliseconds, organization = sample, stackFiles, websites } = options
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'genai-engine-'))
  const project = join(directory, 'project')
  const backend = join(directory, 'backend')
  mkdirSync(backend)
  for (const entry of [...PROGRAM, ...(stackFiles ? [] : STACK_FILES)])
    cpSync(join(PROJECT_DIRECTORY, entry), join(project, entry), { recursive: true })
  for (const [stack, text] of Object.entries(stackFiles ?? {}))
    writeFileSync(join(project, `Pulumi.${stack}.yaml`), text)
  symlinkSync(join(PROJECT_DIRECTORY, 'node_modules'), join(project, 'node_modules'))
  const events: ProviderEvent[] = []
  let running = await start()

  async function start(): Promise<{
    cloud: LocalCloud
    wirePort: number
    providers: Providers
    listeners: FollowedListeners
  }> {
    const cloud = await startCloud({
      directory: join(directory, 'cloud'),
      persistent: true,
      organization,
      ...(websites && { websites }),
      ...(interfacesStayMilliseconds !== undefined && { interfacesStayMilliseconds }),
    })
    const providers = await serveProviders({
      ledger: cloud.ledger,
      organization: cloud.organization,
      authorize: cloud.authorize,
      waits: cloud.waits,
      uploads: join(directory, 'uploads'),
      programDirectory: project,
      delays: { maximumMilliseconds: delayMilliseconds },
      observe: (event) => void events.push(event),
    })
    // With a shell's variables, a program that fetches something finds AWS's names in this cloud.
    const { port: wirePort } = await cloud.wire.open(LAPTOP)
    const listeners = await followListeners(cloud, { from: LAPTOP, ports: { https: 0, http: 0 }, say: () => undefined })
    return { cloud, wirePort, providers, listeners }
  }

  /** Selecting a stack takes the CLI some time, so stacks are kept until the provider has another address. */
  const opened = new Map<string, Stack>()

  const variables = () => ({
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: 'test',
    PULUMI_DEBUG_PROVIDERS: running.providers.debugProviders,
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    ...connectionVariables({ caFile: running.cloud.authority.caFile, wirePort: running.wirePort }),
    LOCAL_CLOUD_WEBSITES: Object.keys(websites ?? {}).join(','),
    // The programs run with the Node that runs the tests.
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
  })

  const open = (stackName: string): Promise<Stack> =>
    LocalWorkspace.createOrSelectStack(
      { stackName, workDir: project },
      { pulumiCommand: cli.command, envVars: variables() },
    )

  function pulumi(args: readonly string[]): RunningCli {
    const child = spawn(cli.command.command, [...args, '--non-interactive', '--color', 'never'], {
      cwd: project,
      env: { ...process.env, ...variables() },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group, so that the language host and the program end with the CLI.
      detached: true,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, output }))
    })
    const signal = (name: NodeJS.Signals) => void process.kill(-(child.pid ?? 0), name)
    return { ended, written: () => output, interrupt: () => signal('SIGINT'), kill: () => signal('SIGKILL') }
  }

  async function stop(): Promise<void> {
    await running.providers.close()
    await running.listeners.close()
    await running.cloud.close()
  }

  return {
    get cloud() {
      return running.cloud
    },
    project,
    events,
    variables,
    pulumi,
    port: () => Number(new URL(running.listeners.url() ?? 'none:').port),
    write(name, config) {
      const lines = Object.entries(config).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`)
      writeFileSync(join(project, `Pulumi.${name}.yaml`), `config:\n${lines.join('')}`)
    },
    async stack(stackName, settings = {}) {
      const stack = opened.get(stackName) ?? (await open(stackName))
      opened.set(stackName, stack)
      const config: ConfigMap = Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [`genai-hub-spoke:${name}`, { value }]),
      )
      if (Object.keys(config).length > 0) await stack.setAllConfig(config)
      return stack
    },
    async restart() {
      await stop()
      opened.clear()
      running = await start()
    },
    async close() {
      await stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
