/**
 * What the demonstration sets and the sample stack files do not, which people copy and pay for: Fargate, a machine a tenant, and what the client needs of the hub. What
 * a file does say stays as it is.
 */
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Image } from '@genai/local-cloud/organization'
import { LOCAL_BASE_IMAGE, localImages } from '../local/gateway-image.ts'
import { PROJECT_DIRECTORY, readStack, stackNames } from '../pulumi/stacks.ts'
import { demoMachineIssuers } from './machine.ts'
import { DEMO_VARIANTS, type VariantName } from './variants.ts'

/** The sample tenant whose answers stream. */
const STACK = 'spoke-tenant2'

/** A stack as the demonstration deploys it: with what the files do not say, and with what a variant says otherwise. */
export function demoStack(name: string, directory = PROJECT_DIRECTORY, variant?: VariantName): Stack {
  const stack = readStack(name, directory)
  const config: Record<string, string> = { ...changesOf(stack, directory), ...stack.config }
  if (variant === undefined) return { ...stack, config }
  for (const [setting, value] of Object.entries(DEMO_VARIANTS[variant].settings(name, directory))) {
    const key = `${stack.project}:${setting}`
    if (value === undefined) delete config[key]
    else config[key] = value
  }
  return { ...stack, config }
}

/** What the demonstration sets that the file does not. */
function changesOf(given: Stack, directory: string): Readonly<Record<string, string>> {
  const { stack, project, config } = given
  const set = (settings: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(settings).map(([setting, value]) => [`${project}:${setting}`, value]))
  const role = config[`${project}:role`]
  if (role === 'hub') return set({ fargate: 'true', gatewayBaseImage: LOCAL_BASE_IMAGE, ...clientOf(given, directory) })
  if (role === 'site') return {}
  // Figures of a function are none of tasks.
  const presets = !config[`${project}:tier`]?.startsWith('{')
  const machines = demoMachineIssuers(given)
  return set({
    ...(stack === STACK && presets && { compute: 'fargate' }),
    ...(machines !== undefined && { machineIssuers: machines }),
  })
}

/** What the hub has to know of the client, where there is the file of one: where its people sign in, and its origin. */
function clientOf({ project, config }: Stack, directory: string): Readonly<Record<string, string>> {
  const [client] = clientStacks(directory)
  // A pool with a domain is not reached through Cognito's endpoint.
  const { [`${project}:keySetVia`]: keySetVia = 'endpoint' } = config
  if (client === undefined || keySetVia === 'endpoint') return {}
  const name = readStack(client, directory).config[`${project}:domainName`]
  return { userPoolDomain: 'genai-example', ...(name !== undefined && { browserOrigin: `https://${name}` }) }
}

/** Names of the stack files of clients. */
export const clientStacks = (directory = PROJECT_DIRECTORY): readonly string[] =>
  stackNames(directory).filter((name) => {
    const { project, config } = readStack(name, directory)
    return config[`${project}:role`] === 'site'
  })

/** What `npm start` says of it; nothing where the files say all of it themselves. */
export function demoNote(names: readonly string[]): string | undefined {
  const added = (name: string) => names.includes(name) && Object.keys(demoStack(name).config).length
  if (!names.includes(STACK) || added(STACK) === Object.keys(readStack(STACK).config).length) return undefined
  return 'Only this demonstration has tenant2 on Fargate, so that its answers stream (fargate: true, compute: fargate), and a machine a tenant (machineIssuers).'
}

/** The image that the hub's tasks run. */
export function demoImages(hub: string): Promise<readonly Image[]> {
  const { project, config } = demoStack(hub)
  return localImages(config[`${project}:gatewayBaseImage`])
}
