/** `tenant plan`: what a tenant that does not exist yet would cost, use and change, for a review. */
import { basename } from 'node:path'
import { ofProject } from '../../../shared/settings/read.ts'
import { readSpokeSettings } from '../../../shared/settings/spoke.ts'
import { parseStackFile } from '../../../shared/stack-file.ts'
import { PROJECT_DIRECTORY } from '../../pulumi/stack-files.ts'
import { messageOf, UserError, type Verb } from '../../verb.ts'
import { add, newTenant } from '../add.ts'
import { tenantIdOf } from '../id.ts'
import { mistakesOf } from '../mistakes.ts'
import { readHub, readStackFiles, type StackFiles } from '../stack-files.ts'
import { factsOf, type TenantPlan } from './facts.ts'
import { planMarkdown } from './markdown.ts'
import { previewed } from './previewed.ts'
import { canRehearse, type Planned, rehearse } from './rehearsal.ts'

export const plan: Verb = {
  name: 'tenant plan',
  usage: 'TENANT',
  summary:
    'Says what a tenant that is not there yet would cost, take and change, as a page for a review. Writes and deploys nothing.',
  details: [
    'The tenant is one whose stack file is here already and not deployed, or one by the flags of tenant add. Costs are AWS list prices; what',
    'changes in which account is found out by running the programs against a stand-in of AWS in memory, without credentials, or, with --aws,',
    'by pulumi preview --json of the tenant’s stack and of the hub’s.',
    'Exit code: 0 when nothing is in the way, 1 with every reason otherwise.',
    '',
    'Example: npm run tenant -- plan tenant3 --account 444444444444 --model nova-2-lite=us.amazon.nova-2-lite-v1:0 --model-endpoint hub',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    ...add.options,
    aws: {
      type: 'boolean',
      help: 'the changes from pulumi preview --json, in the accounts, with this shell’s credentials',
    },
    json: { type: 'boolean', help: 'the same as JSON' },
  },
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    const found = await planOf(tenantId, values)
    process.stdout.write(values.json === true ? `${JSON.stringify(found, null, 2)}\n` : planMarkdown(found))
    return found.problems.length > 0 ? 1 : 0
  },
}

type Values = Parameters<typeof newTenant>[1]

/** @param directory of the stack files */
export async function planOf(tenantId: string, values: Values, directory = PROJECT_DIRECTORY): Promise<TenantPlan> {
  try {
    const files = readStackFiles(directory)
    const planned = plannedOf(tenantId, values, files)
    const { hubStack } = planned.settings
    const hub = readHub(files, hubStack)
    const name = hubStack.split('/').at(-1) ?? hubStack
    if (!hub)
      return {
        tenant: tenantId,
        problems: [`The file of the hub's stack ${hubStack} is not in this folder: nothing can be said without it.`],
      }
    const problems = mistakesOf(files)
    if (problems.length > 0) return { tenant: tenantId, problems }
    const others = othersOf(files, planned)
    const rehearsed = () => rehearse({ stack: files.read(name, directory), settings: hub }, others, planned)
    const made =
      values.aws === true
        ? {
            from: 'pulumi preview' as const,
            // A preview does not evaluate the network, so connections are checked in memory if possible.
            paths: canRehearse(hub) ? (await rehearsed()).paths : [],
            ...(await previewed(
              { hub: name, tenant: planned.stack.stack },
              { hub: hub.account, tenant: planned.settings.account },
            )),
          }
        : { from: 'rehearsal' as const, ...(await rehearsed()) }
    return { tenant: tenantId, problems: [], facts: factsOf(planned, hub, others, made) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const problems = messageOf(error).split('\n')
    // The errors come from `tenant add`, whose sentence about writing nothing makes no sense for a plan.
    const remedy = error.remedy?.replace(/ ?Nothing was written\.$/, '')
    const last = problems.pop()
    return { tenant: tenantId, problems: [...problems, remedy ? `${last} ${remedy}` : `${last}`] }
  }
}

/** A tenant by its stack file, or by flags. */
function plannedOf(tenantId: string, values: Values, files: StackFiles): Planned {
  const there = files.spokes.find(({ tenancy }) => tenancy.tenantId === tenantId)
  if (there) {
    if (!there.settings.ok) throw new UserError(there.settings.mistake)
    if (values.account !== undefined || values.model !== undefined)
      throw new UserError(
        `${tenantId} has a stack file, Pulumi.${there.stack}.yaml, which says what it is.`,
        'Leave the flags out, or plan another id.',
      )
    return { stack: files.read(there.stack, files.directory), settings: there.settings.value }
  }
  const { stack, file, text } = newTenant(tenantId, values, files.directory)
  const config = parseStackFile(basename(file), text, files.project) ?? {}
  const raw = ofProject(config, files.project)
  const settings = readSpokeSettings(raw, stack, raw.hubStack ?? `organization/${files.project}/hub`)
  return { stack: { project: files.project, stack, config }, settings }
}

function othersOf(files: StackFiles, planned: Planned): readonly Planned[] {
  return files.spokes.flatMap(({ stack, settings }) =>
    settings.ok && settings.value.hubStack === planned.settings.hubStack && stack !== planned.stack.stack
      ? [{ stack: files.read(stack, files.directory), settings: settings.value }]
      : [],
  )
}
