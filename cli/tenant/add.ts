import { basename, join } from 'node:path'
import { TASK_TIER_CHOICES, TIER_CHOICES } from '../../shared/compute.ts'
import { limitsOfSettings } from '../../shared/hub-limits.ts'
import {
  fargateMonthlyFixed,
  PRICES_AS_OF,
  sharedEndpointMonthlyFixed,
  tasksMonthlyFixed,
  tasksMonthlyMost,
  tenantMonthlyFixed,
} from '../../shared/infrastructure-prices.ts'
import { unknownModels } from '../../shared/known-models.ts'
import { SettingsError } from '../../shared/settings/setting.ts'
import { readSpokeSettings } from '../../shared/settings/spoke.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import { tenancyMistakes, tenancyOf } from '../../shared/tenants-together.ts'
import { mistakesAgainstHub } from '../../spoke/preflight/against-hub.ts'
import { findRunning } from '../local/running.ts'
import { PROJECT_DIRECTORY, stackFile } from '../pulumi/stack-files.ts'
import { writeNewFile } from '../terminal/new-file.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'
import { freeBlock, zonesFor } from './address.ts'
import { readFlags } from './flags.ts'
import { tenantIdOf } from './id.ts'
import { type StackFile, stackFileText } from './stack-file.ts'
import { defaultHubStack, readHub, readStackFiles } from './stack-files.ts'

export const add: Verb = {
  name: 'tenant add',
  usage: 'TENANT',
  summary: 'Writes the stack file of a new tenant, for review. Deploys nothing.',
  details: [
    "The address block is the lowest of the hub's supernet that no stack file uses. Refused, by name: an id, an account or an",
    'address that another tenant has; more tenants than a load balancer carries; more reservations than the account has.',
    'An existing file is never overwritten.',
    '',
    'Example: npm run tenant -- add tenant3 --account 444444444444 --model nova-2-lite=us.amazon.nova-2-lite-v1:0',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    account: { type: 'string', placeholder: 'ID', help: "the tenant's AWS account, 12 digits (required)" },
    model: {
      type: 'string',
      multiple: true,
      placeholder: 'NAME=ID',
      help: "a name for the tenant's callers and its Bedrock model or inference profile (at least one)",
    },
    'default-model': { type: 'string', placeholder: 'NAME', help: 'for requests that name none (the first)' },
    compute: {
      type: 'string',
      placeholder: 'COMPUTE',
      help: 'what runs the gateway: lambda, or fargate, which streams and costs more (default lambda)',
    },
    tier: {
      type: 'string',
      placeholder: 'TIER',
      help: `on Lambda ${TIER_CHOICES}; on Fargate ${TASK_TIER_CHOICES}; or the figures as JSON (default small)`,
    },
    'model-endpoint': {
      type: 'string',
      placeholder: 'WHOSE',
      help: "own, or hub: the hub's endpoint, without a network and its fixed cost (default own)",
    },
    cidr: { type: 'string', placeholder: 'BLOCK', help: 'an address block of your own choice' },
    'prefix-length': { type: 'string', placeholder: 'BITS', help: 'size of the block that is chosen (24)' },
    zone: {
      type: 'string',
      multiple: true,
      placeholder: 'ID',
      help: "zone ids such as use1-az1 (those of the hub's other tenants)",
    },
    'role-arn': {
      type: 'string',
      placeholder: 'ARN',
      help: "role in the tenant's account to deploy with (genai-deployer)",
    },
    'shared-account': {
      type: 'boolean',
      help: 'other tenants are in the account, whose files say so too: quotas and bill are shared (docs/variants.md)',
    },
    'tokens-per-minute': {
      type: 'string',
      placeholder: 'NUMBER',
      help: 'with --shared-account: what the tenant may take of its quotas',
    },
    'hub-stack': { type: 'string', placeholder: 'STACK', help: 'full name of the hub (ORGANIZATION/PROJECT/hub)' },
  },
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    const { file, stack, text, costs, warnings } = newTenant(tenantId, values)
    // Writing fails if the file exists, whatever the earlier check said.
    writeNewFile(file, text, 'Nothing was written.')
    for (const line of warnings) process.stderr.write(`${line}\n`)
    process.stdout.write(await nextSteps(stack, tenantId, costs))
    return 0
  },
}

export interface NewTenant {
  readonly stack: string
  readonly file: string
  /** The contents of the file. */
  readonly written: StackFile
  readonly text: string
  /** The tenant's cost before its first request, as a text. */
  readonly costs: string
  /** Possible mistakes that can be checked only by asking AWS. */
  readonly warnings: readonly string[]
}

/** @throws UserError that lists all mistakes */
export function newTenant(tenantId: string, values: Arguments['values'], directory = PROJECT_DIRECTORY): NewTenant {
  const stack = `spoke-${tenantId}`
  const file = join(directory, `Pulumi.${stack}.yaml`)
  const there = stackFile(stack, directory)
  if (there !== undefined)
    throw new UserError(
      `${basename(there)} exists already.`,
      'Change it with pulumi config set, or choose another id. Nothing was written.',
    )
  const files = readStackFiles(directory)
  const flags = readFlags(tenantId, values)
  const hubStack = flags.hubStack ?? defaultHubStack(files.project)
  const hub = readHub(files, hubStack)
  if (!hub)
    throw new UserError(
      `The file of the hub's stack ${hubStack} is not in this folder, so nothing can be checked against it.`,
      'Name a hub whose Pulumi.STACK.yaml is here: --hub-stack ORGANIZATION/PROJECT/STACK',
    )
  const members = files.spokes.filter(({ tenancy }) => tenancy.hubStack === hubStack)
  const { modelEndpoint } = flags
  const network =
    modelEndpoint === 'own'
      ? {
          zones: flags.zones ?? zonesFor(members),
          cidrBlock: flags.cidrBlock ?? freeBlock(hub, members, flags.prefixLength),
        }
      : undefined
  const raw = {
    role: 'spoke',
    tenantId,
    ...(flags.hubStack !== undefined && { hubStack: flags.hubStack }),
    account: flags.account,
    roleArn: flags.roleArn,
    modelEndpoint,
    ...(network && { cidrBlock: network.cidrBlock, availabilityZoneIds: JSON.stringify(network.zones) }),
    models: JSON.stringify(flags.models),
    defaultModel: flags.defaultModel,
    compute: flags.compute,
    tier: flags.tier,
    ...(flags.sharedAccount && {
      sharedAccount: 'true',
      limits: JSON.stringify({ tenant: flags.sharedAccount }),
    }),
  }
  const settings = attempt(() => readSpokeSettings(raw, stack, hubStack))
  const tenancy = tenancyOf(stack, settings)
  const others = members.map((member) => member.tenancy)
  const limits = limitsOfSettings(hub)
  const mine = (mistake: string) => mistake.includes(stack)
  const mistakes = [
    ...tenancyMistakes([...others, tenancy], limits).filter(
      // Mistakes in other tenants' files that were there before are left to `tenant check`.
      (mistake) => mine(mistake) || !tenancyMistakes(others, limits).includes(mistake),
    ),
    ...mistakesAgainstHub(settings, hub),
  ]
  if (mistakes.length > 0) throw new UserError(mistakes.join('\n'), 'Nothing was written.')
  const written = { ...flags, project: files.project, tenantId, ...(network && { network }) }
  return {
    file,
    stack,
    written,
    text: stackFileText(written),
    costs: costsOf(settings, hub.availabilityZones.length),
    warnings: unknownModels(tenantId, settings),
  }
}

function costsOf({ compute, availabilityZoneIds, modelEndpoint, tenantId }: SpokeSettings, hubZones: number): string {
  const dollars = (amount: number) => `$${amount.toFixed(2)}`
  const fixed = `${tenantId} costs ${dollars(tenantMonthlyFixed(availabilityZoneIds.length, compute))} a month before its first request`
  const listed = `AWS list prices of ${PRICES_AS_OF}, us-east-1`
  const shared =
    modelEndpoint === 'hub'
      ? `. Its hub pays ${dollars(sharedEndpointMonthlyFixed(hubZones))} a month for the model endpoint that tenants share, once`
      : ''
  if (compute.kind === 'lambda') return `${fixed}${shared} (${listed}).`
  const { tier } = compute
  return (
    `${fixed}, ${dollars(tasksMonthlyFixed(tier))} of it for ${tier.minimumTasks} tasks; ${tier.maximumTasks} tasks all month are ` +
    `${dollars(tasksMonthlyMost(tier))}. Its hub pays ${dollars(fargateMonthlyFixed(hubZones))} a month for Fargate, once${shared} (${listed}).`
  )
}

/** Turns an error about a setting into a UserError, because the flags become settings. */
function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause
    const lines = cause.problems.map(({ setting, got, allowed }) => `${setting}: ${got} Allowed: ${allowed}`)
    throw new UserError(lines.join('\n'), 'Nothing was written.', { cause })
  }
}

async function nextSteps(stack: string, tenantId: string, costs: string): Promise<string> {
  const running = await findRunning()
  const deploy =
    running?.verb === 'start'
      ? [`npm run genai -- up ${stack}   deploys it, and a user of it, into the local cloud that npm start serves`]
      : [
          `pulumi stack init ${stack}   once`,
          `pulumi up -s ${stack}        deploys the tenant; the hub and the others stay as they are`,
        ]
  return [
    `Wrote Pulumi.${stack}.yaml. ${costs}`,
    'Read it, then:',
    `  npm run tenant -- check`,
    ...deploy.map((line) => `  ${line}`),
    `  npm run tenant -- user add ${tenantId} EMAIL`,
    '',
  ].join('\n')
}
