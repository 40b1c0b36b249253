/** The two ways to deploy into a local cloud, as one: what is tried through the one is tried through the other. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Image } from '@genai/local-cloud/organization'
import type { FoundCli } from '../../cli/pulumi/find-cli.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { type Engine, type EngineOptions, startEngine } from '../../proof/harness/cli-provider.ts'
import { startPlatform } from '../../proof/harness/platform.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { parseHubOutputs } from '../../shared/read-contract.ts'

/** Values of the project's settings: text, or a map; undefined takes a setting away. */
export type Changes = Readonly<Record<string, string | Readonly<Record<string, string>> | undefined>>

export interface Deployed {
  readonly cloud: LocalCloud
  readonly hub: HubOutputs
  /** Folder of the stack files. */
  readonly project: string
  /** Port of the gateway's HTTPS listener on this machine. */
  port(): number
  /** Changes settings of a stack, which stay changed, and deploys it. */
  up(stack: string, changes?: Changes): Promise<void>
  /** Tries that, and puts the settings back. @returns what the refusal says @throws Error when it is not refused */
  refused(stack: string, changes: Changes): Promise<string>
  /** What is kept of stacks beside the cloud itself: Pulumi's states. */
  states(stacks: readonly string[]): Promise<readonly unknown[]>
  close(): Promise<void>
}

export interface DeployedByCli extends Deployed {
  readonly engine: Engine
  /** Changes settings of a stack, and deploys nothing. */
  set(stack: string, changes: Changes): Promise<void>
}

const quiet = { color: 'never' } as const

/** Hub and two tenants, by the Pulumi CLI. */
export async function deployByCli(
  cli: FoundCli,
  options: EngineOptions,
  settings: Settings = {},
): Promise<DeployedByCli> {
  const engine = await startEngine(cli, options)
  const set = async (name: string, changes: Changes = {}) => {
    const texts = Object.entries(changes).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    const stack = await engine.stack(name, Object.fromEntries(texts))
    for (const [setting, map] of Object.entries(changes)) {
      if (typeof map === 'string') continue
      const key = `genai-hub-spoke:${setting}`
      await stack.removeConfig(key)
      if (map === undefined) continue
      for (const [entry, value] of Object.entries(map)) await stack.setConfig(`${key}["${entry}"]`, { value }, true)
    }
    return stack
  }
  const up = async (name: string, changes?: Changes) => await (await set(name, changes)).up(quiet)
  const { outputs } = await up('hub', { deletionProtection: 'false', ...settings.hub })
  const values = Object.entries(outputs).map(([name, { value }]) => [name, value])
  const hub = parseHubOutputs(Object.fromEntries(values), 'hub')
  await Promise.all(['spoke-tenant1', 'spoke-tenant2'].map((name) => up(name, settings[name])))
  return {
    engine,
    get cloud() {
      return engine.cloud
    },
    hub,
    project: engine.project,
    port: engine.port,
    close: engine.close,
    async set(stack, changes) {
      await set(stack, changes)
    },
    async up(stack, changes) {
      await up(stack, changes)
    },
    async refused(stack, changes) {
      const file = join(engine.project, `Pulumi.${stack}.yaml`)
      const text = readFileSync(file, 'utf8')
      try {
        return await refusalOf(() => up(stack, changes))
      } finally {
        writeFileSync(file, text)
      }
    },
    states: (stacks) => Promise.all(stacks.map(async (name) => (await engine.stack(name)).exportStack())),
  }
}

async function refusalOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('It was not refused.')
}

export type Settings = Readonly<Record<string, Changes>>

const STACK_FILES = ['hub', 'spoke-tenant1', 'spoke-tenant2'].map((name) => `Pulumi.${name}.yaml`)

/** Hub and two tenants, in this process. @param images what was pushed for tenants on Fargate */
export async function deployInProcess(settings: Settings = {}, images: readonly Image[] = []): Promise<Deployed> {
  const project = mkdtempSync(join(tmpdir(), 'genai-deployment-'))
  for (const file of ['Pulumi.yaml', ...STACK_FILES]) cpSync(join(PROJECT_DIRECTORY, file), join(project, file))
  const changed: Record<string, Changes> = { ...settings, hub: { deletionProtection: 'false', ...settings.hub } }
  const platform = await startPlatform({ project, settings: changed, images })
  return {
    cloud: platform.cloud,
    hub: platform.hub,
    project,
    port: () => Number(new URL(platform.localUrl).port),
    async up(stack, changes = {}) {
      const all = { ...changed[stack], ...changes }
      await platform.deploy(stack, all)
      changed[stack] = all
    },
    refused: (stack, changes) => refusalOf(() => platform.deploy(stack, { ...changed[stack], ...changes })),
    states: async () => [],
    async close() {
      await platform.close()
      rmSync(project, { recursive: true, force: true })
    },
  }
}
