import { everyModelId } from '../../shared/model-chain.ts'
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { GEOGRAPHIES, type ModelRegions } from '../../shared/policies/geographies.ts'
import { assumptions } from '../../shared/policies/models.ts'
import { type GuardRails, guardRailsText } from '../../shared/policies/service-control.ts'
import { machineRoles } from '../../shared/settings/of-spoke/machine-issuers.ts'
import { ofProject, readSettings } from '../../shared/settings/read.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import { stackFilesIn } from '../../shared/stack-files.ts'
import { tenanciesOf } from '../../shared/tenants-together.ts'
import { PROJECT_DIRECTORY, readStack } from '../pulumi/stack-files.ts'
import { messageOf, UserError, type Verb } from '../verb.ts'

/** The parts of a tenant's stack file that are needed here. */
function spokeOf(name: string): readonly SpokeSettings[] {
  const { config, project, stack } = readStack(name)
  const settings = readSettings(ofProject(config, project), { organization: ORGANIZATION, project, stack })
  return settings.role === 'spoke' ? [settings] : []
}

/** Regions of inference profiles by geography, for all tenants together, because they share one policy. */
function regionsOf(spokes: readonly SpokeSettings[]): ModelRegions {
  const all: Record<string, readonly string[]> = {}
  for (const { modelRegions } of spokes)
    for (const [geography, regions] of Object.entries(modelRegions))
      all[geography] = [...new Set([...(all[geography] ?? []), ...regions])]
  // A tenant that names no models has those of the default list.
  for (const [geography, regions] of Object.entries(all))
    if (spokes.some(({ modelRegions }) => modelRegions[geography] === undefined))
      all[geography] = [...new Set([...(GEOGRAPHIES[geography]?.destinations ?? []), ...regions])]
  return all
}

/** @throws UserError if an id is not a model's, if the region does not reach a model, or if there are too many */
function textOf(args: GuardRails): string {
  try {
    return guardRailsText(args)
  } catch (cause) {
    throw new UserError(messageOf(cause), undefined, { cause })
  }
}

/** The organisation's name on the file backend; the guard rails do not use it. */
const ORGANIZATION = 'organization'

export const guardrails: Verb = {
  name: 'guardrails',
  usage: '',
  summary: "Prints the service control policy for the tenants' organisational unit, for review.",
  details: [
    "Made from the stack files: the hub's region, every model that a tenant has (--model names more of them), and the roles of machines",
    'that may ask STS for tokens with the audiences of their settings. It changes nothing:',
    "the organisation's management account attaches it (docs/operations.md).",
  ].join('\n'),
  options: {
    json: { type: 'boolean', help: 'the policy alone, in the form that AWS is given' },
    model: {
      type: 'string',
      multiple: true,
      placeholder: 'ID',
      help: 'a Bedrock model or profile id besides (may be repeated)',
    },
    'hub-stack': { type: 'string', default: 'hub', placeholder: 'NAME', help: "the hub's stack (default: hub)" },
  },
  positionals: [0, 0],
  async run({ values }) {
    const stack = readStack(String(values['hub-stack']))
    const origin = { organization: ORGANIZATION, project: stack.project, stack: stack.stack }
    const hub = readSettings(ofProject(stack.config, stack.project), origin)
    if (hub.role !== 'hub') throw new UserError(`${stack.stack} is no hub's stack.`, 'Name one with --hub-stack.')
    const tenants = tenanciesOf(await stackFilesIn(PROJECT_DIRECTORY, origin.project), origin)
    const more = (Array.isArray(values.model) ? values.model : []).map(String)
    const spokes = tenants.flatMap(({ stack: name }) => spokeOf(name))
    const modelIds = [...new Set([...spokes.flatMap(everyModelId), ...more])].sort()
    const modelRegions = regionsOf(spokes)
    if (modelIds.length === 0) throw new UserError('No tenant has a model.', 'Name models with --model.')
    const text = textOf({
      region: hub.region,
      modelIds,
      modelRegions,
      // All tenants share one policy.
      modelPerimeter: spokes.some((spoke) => spoke.modelPerimeter === 'homeRegion') ? 'homeRegion' : 'everyRegion',
      machines: spokes.flatMap((spoke) => machineRoles(spoke.machineIssuers)),
    })
    if (values.json) process.stdout.write(`${text}\n`)
    else {
      process.stdout.write(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`)
      process.stderr.write(
        `${text.length} of ${POLICY_LIMITS.serviceControl} characters as --json prints it. Models: ${modelIds.join(', ')}.\n`,
      )
      for (const assumption of assumptions(modelIds, hub.region, modelRegions)) process.stderr.write(`${assumption}\n`)
    }
    return 0
  },
}
