/** Deploys this project's stacks into a local cloud, from their own stack files. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Properties } from '@genai/local-cloud/ledger/ledger'
import { type HubOutputs, parseHubOutputs } from '../../shared/contract.ts'
import { readStack } from '../stacks.ts'
import type { Terminal } from '../terminal.ts'
import { messageOf, UserError } from '../verb.ts'

export interface DemoTenant {
  readonly tenantId: string
  readonly account: string
  readonly stack: string
  /** The names that its callers use → Bedrock model or inference profile id. */
  readonly models: Readonly<Record<string, string>>
}

export interface Demo {
  readonly hub: HubOutputs
  readonly tenants: readonly DemoTenant[]
}

/** The program that `pulumi up` runs, for one stack. */
async function program(): Promise<Record<string, unknown>> {
  const { default: run } = await import('../../index.ts')
  return await run()
}

/** @throws UserError naming the stack, what was refused and where to correct it */
export async function deployStack(cloud: LocalCloud, name: string): Promise<Properties> {
  const stack = readStack(name)
  try {
    return await cloud.deploy(stack, program)
  } catch (cause) {
    throw new UserError(`${name} was not deployed: ${messageOf(cause)}`, `Its settings: Pulumi.${name}.yaml`, { cause })
  }
}

export async function deployDemo(cloud: LocalCloud, terminal: Terminal, stacks: readonly string[]): Promise<Demo> {
  const [hubStack = 'hub', ...spokeStacks] = stacks
  const count = (stack: string) =>
    cloud.ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`)).length
  const deployed = (name: string, what: string) =>
    terminal.step(`deploy ${name}`, async (detail) => {
      const outputs = await deployStack(cloud, name)
      detail(`${count(name)} resources ${what}`)
      return outputs
    })
  const hub = parseHubOutputs(await deployed(hubStack, "in the hub's account"), hubStack)
  const tenants: DemoTenant[] = []
  for (const stack of spokeStacks) {
    const { tenantId, account } = await deployed(stack, "in the tenant's account and its lane through the hub")
    tenants.push({ tenantId: String(tenantId), account: String(account), stack, models: modelsOf(readStack(stack)) })
  }
  return { hub, tenants }
}

function modelsOf({ project, config }: Stack): Readonly<Record<string, string>> {
  return JSON.parse(config[`${project}:models`] ?? '{}')
}
