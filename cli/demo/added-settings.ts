/**
 * Settings that only the demonstration adds: Fargate for one tenant, a machine caller for each, and what the client needs of the hub. The sample
 * stack files leave them out, because people copy these files and would pay for them. A setting that a file does have is never changed.
 */
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Image } from '@genai/local-cloud/organization'
import { LOCAL_BASE_IMAGE, localImages } from '../local/gateway-image.ts'
import { PROJECT_DIRECTORY, readStack, stackNames, withSettings } from '../pulumi/stack-files.ts'
import { demoMachineIssuers } from './machine.ts'
import { DEMO_VARIANTS, type VariantName } from './variants.ts'

/** The sample tenant whose answers stream. */
const STACK = 'spoke-tenant2'

/** A stack as the demonstration deploys it: its file, the settings that the demonstration adds, and those that a variant overrides. */
export function demoStack(name: string, directory = PROJECT_DIRECTORY, variant?: VariantName): Stack {
  const stack = readStack(name, directory)
  const ofDemo = { ...stack, config: { ...changesOf(stack, directory), ...stack.config } }
  return variant === undefined ? ofDemo : withSettings(ofDemo, DEMO_VARIANTS[variant].settings(name, directory))
}

/** Settings that the demonstration adds to the file. */
function changesOf(given: Stack, directory: string): Readonly<Record<string, string>> {
  const { stack, project, config } = given
  const set = (settings: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(settings).map(([setting, value]) => [`${project}:${setting}`, value]))
  const role = config[`${project}:role`]
  if (role === 'hub') return set({ fargate: 'true', gatewayBaseImage: LOCAL_BASE_IMAGE, ...clientOf(given, directory) })
  if (role === 'site') return {}
  // A tier given as numbers is for functions and does not fit tasks.
  const presets = !config[`${project}:tier`]?.startsWith('{')
  const machines = demoMachineIssuers(given)
  return set({
    ...(stack === STACK && presets && { compute: 'fargate' }),
    ...(machines !== undefined && { machineIssuers: machines }),
  })
}

/** Settings that the hub needs for the client (sign-in domain, browser origin); empty without a client's stack file. */
function clientOf({ project, config }: Stack, directory: string): Readonly<Record<string, string>> {
  const [client] = clientStacks(directory)
  // A user pool with a domain cannot be reached through Cognito's VPC endpoint.
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

/** The line of `npm start` that says what the demonstration adds to the stack files; undefined when it adds nothing. */
export function demoNote(names: readonly string[], variant?: VariantName): string | undefined {
  if (!names.includes(STACK)) return undefined
  const { project, config } = demoStack(STACK, PROJECT_DIRECTORY, variant)
  if (Object.keys(demoStack(STACK).config).length === Object.keys(readStack(STACK).config).length) return undefined
  const machines = config[`${project}:machineIssuers`] === undefined ? '' : ', and each tenant has one machine caller'
  return `This demonstration adds to the stack files: tenant2 runs on Fargate, so that its answers stream${machines}.`
}

/** The image for the hub's tasks. */
export function demoImages(hub: string): Promise<readonly Image[]> {
  const { project, config } = demoStack(hub)
  return localImages(config[`${project}:gatewayBaseImage`])
}
