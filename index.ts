/**
 * The Pulumi program: reads the stack's settings and runs the hub, a spoke or the client. The only file that asks Pulumi for
 * configuration and for another stack's outputs. It exports a function, so that a process can run it more than once.
 */
import * as pulumi from '@pulumi/pulumi'
import type { HubOutputs } from './shared/contract.ts'
import { HUB_OUTPUT_NAMES, parseHubOutputs } from './shared/read-contract.ts'
import { ofProject, readSettings, type SettingsOrigin } from './shared/settings/read.ts'
import type { Settings } from './shared/settings.ts'
import { stackFilesIn } from './shared/stack-files.ts'

/** @returns the stack's outputs: the hub's contract, the spoke's, or the client's */
export default async function program(): Promise<Record<string, unknown>> {
  try {
    const origin = { organization: pulumi.getOrganization(), project: pulumi.getProject(), stack: pulumi.getStack() }
    return await run(readSettings(ofProject(pulumi.runtime.allConfig(), origin.project), origin), origin)
  } catch (error) {
    throw withoutStack(error)
  }
}

/** Each role's modules are loaded when it runs: a spoke needs no `awsx`. */
async function run(settings: Settings, origin: SettingsOrigin): Promise<Record<string, unknown>> {
  const files = () => stackFilesIn(import.meta.dirname, origin.project)
  if (settings.role === 'hub') {
    const [{ BEFORE }, { preflight }, { hub }] = await Promise.all([
      import('./hub/preflight/this-stack.ts'),
      import('./hub/preflight/preflight.ts'),
      import('./hub/program.ts'),
    ])
    const before = await readBefore(origin, BEFORE)
    return { ...hub(await preflight({ settings, before, origin, files })) }
  }
  if (settings.role === 'site') {
    const [{ BEFORE }, { preflight }, { site }, hub] = await Promise.all([
      import('./site/checks.ts'),
      import('./site/preflight.ts'),
      import('./site/program.ts'),
      readHub(settings.hubStack),
    ])
    return { ...site(await preflight({ settings, hub, before: await readBefore(origin, BEFORE), origin })) }
  }
  const [{ BEFORE }, { preflight }, { spoke }, hub] = await Promise.all([
    import('./spoke/preflight/this-stack.ts'),
    import('./spoke/preflight/preflight.ts'),
    import('./spoke/program.ts'),
    readHub(settings.hubStack),
  ])
  const before = await readBefore(origin, BEFORE)
  return { ...spoke(await preflight({ settings, hub, before, origin, files })) }
}

/** The hub's outputs as plain values: what a spoke is made of is known before anything is made. */
async function readHub(hubStack: string): Promise<HubOutputs> {
  await requireStack(hubStack)
  return parseHubOutputs(
    await outputsOf(new pulumi.StackReference('hub', { name: hubStack }), HUB_OUTPUT_NAMES),
    hubStack,
  )
}

/** A reference to a stack that is not there ends the deployment in the engine's words, which say nothing of settings. */
async function requireStack(name: string): Promise<void> {
  try {
    await pulumi.runtime.invoke('pulumi:pulumi:readStackOutputs', { name })
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The hub's stack ${name} is not in this backend, or may not be read. Deploy the hub first (pulumi up -s ${name.split('/').at(-1)}), correct ` +
        `hubStack, or sign in to the backend that has it. Pulumi said: ${words.trim().split('\n')[0]}`,
    )
  }
}

/**
 * The outputs of this very stack's last deployment, whatever it is called by now; none before its first. They tell what is not
 * changed in place before any provider is registered, and so without anybody's credentials.
 */
const readBefore = ({ organization, project, stack }: SettingsOrigin, outputs: readonly string[]) =>
  outputsOf(new pulumi.StackReference('before', { name: `${organization}/${project}/${stack}` }), outputs)

/** All of them at once: to ask for each by its name is an output of its own, each time. */
async function outputsOf(
  { outputs }: pulumi.StackReference,
  names: readonly string[],
): Promise<Record<string, unknown>> {
  const all = await new Promise<Record<string, unknown>>((resolve) => pulumi.unsecret(outputs).apply(resolve))
  const known = names.map((name) => [name, all[name]] as const)
  return Object.fromEntries(known.filter(([, value]) => value !== undefined && value !== null))
}

/** A plain `Error` is a refusal that says what to do; where it was thrown helps nobody. A `TypeError` and its kind are bugs. */
function withoutStack(error: unknown): unknown {
  const refusal = error instanceof Error && ['Error', 'SettingsError', 'ContractError'].includes(error.name)
  return refusal ? new pulumi.RunError(error.message) : error
}
