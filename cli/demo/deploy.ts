/** Deploys this project's stacks into a local cloud, from their own stack files. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Properties } from '@genai/local-cloud/ledger/ledger'
import type { Compute } from '../../shared/compute.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { parseHubOutputs } from '../../shared/read-contract.ts'
import { PROJECT_DIRECTORY, readStack } from '../pulumi/stack-files.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { messageOf, UserError } from '../verb.ts'
import { demoStack } from './added-settings.ts'
import { type DemoMachine, machineOf } from './machine.ts'
import type { VariantName } from './variants.ts'

export interface DemoTenant {
  readonly tenantId: string
  readonly account: string
  readonly stack: string
  /** The names that its callers use → Bedrock model or inference profile id. */
  readonly models: Readonly<Record<string, string>>
  readonly compute: Compute['kind']
  /** Absent for a tenant without an endpoint in the local cloud. */
  readonly machine?: DemoMachine
}

/** The program that `pulumi up` runs, for one stack. */
async function program(): Promise<Record<string, unknown>> {
  const { default: run } = await import('../../index.ts')
  return await run()
}

/** @throws UserError naming the stack, what was refused and where to correct it */
export async function deployStack(cloud: LocalCloud, name: string, variant?: VariantName): Promise<Properties> {
  const stack = demoStack(name, PROJECT_DIRECTORY, variant)
  try {
    return await cloud.deploy(stack, program)
  } catch (cause) {
    throw new UserError(
      `${name} was not deployed: ${messageOf(cause)}`,
      `Its settings: Pulumi.${name}.yaml${notHere(cloud, stack) ?? ''}`,
      { cause },
    )
  }
}

/** Adds advice if a stack file names a real AWS account, because the local cloud does not have it. */
function notHere({ organization }: LocalCloud, { project, config }: Stack): string | undefined {
  const account = config[`${project}:account`]
  if (organization.accounts.some(({ id }) => id === account)) return undefined
  const known = organization.accounts.map(({ id, name }) => `${id} (${name})`).join(', ')
  return `. The local cloud has no account ${account ?? ''}; it has ${known}: sample-organization.ts, where others are added.`
}

export async function deployHub(
  cloud: LocalCloud,
  terminal: Terminal,
  stack: string,
  variant?: VariantName,
): Promise<HubOutputs> {
  return parseHubOutputs(await deployed(cloud, terminal, stack, "in the hub's account", variant), stack)
}

/** A spoke's stack, and what its callers need to know. */
export async function deployTenant(
  cloud: LocalCloud,
  terminal: Terminal,
  stack: string,
  variant?: VariantName,
): Promise<DemoTenant> {
  const what = "in the tenant's account and its ingress through the hub"
  const machine = machineOf(demoStack(stack, PROJECT_DIRECTORY, variant))
  const { tenantId, account, compute } = await deployed(cloud, terminal, stack, what, variant)
  return {
    tenantId: String(tenantId),
    account: String(account),
    stack,
    models: modelsOf(readStack(stack)),
    compute: compute === 'fargate' ? 'fargate' : 'lambda',
    ...(machine && { machine }),
  }
}

/** The page that the tenant's people use. */
export async function deployClient(cloud: LocalCloud, terminal: Terminal, stack: string): Promise<void> {
  await deployed(cloud, terminal, stack, "in the client's account")
}

const deployed = (cloud: LocalCloud, terminal: Terminal, name: string, what: string, variant?: VariantName) =>
  terminal.step(`deploy ${name}`, async (detail) => {
    const outputs = await deployStack(cloud, name, variant)
    const prefix = `urn:pulumi:${name}::`
    detail(`${cloud.ledger.all().filter(({ urn }) => urn.startsWith(prefix)).length} resources ${what}`)
    return outputs
  })

function modelsOf({ project, config }: Stack): Readonly<Record<string, string>> {
  return JSON.parse(config[`${project}:models`] ?? '{}')
}
