/** The edge at which the stack files beside Pulumi.yaml are read. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contains } from '../../shared/cidr.ts'
import type { HubLimits } from '../../shared/hub-limits.ts'
import { ofProject } from '../../shared/settings/read.ts'
import type { RawSettings } from '../../shared/settings/setting.ts'
import type { HubSettings } from '../../shared/settings.ts'
import { parseStackFile, StackFileError, stackOfFile } from '../../shared/stack-file.ts'
import { checkTenancies, readTenancy, supernetMistakes, type Tenancy } from '../../shared/tenancies.ts'

export interface StackFilesOrigin {
  readonly organization: string
  readonly project: string
}

/** Every spoke among the stack files of a directory, in the order of their names. */
export async function readTenancies(directory: string, origin: StackFilesOrigin): Promise<readonly Tenancy[]> {
  return tenanciesOf(await readSettings(directory, origin.project), origin)
}

const tenanciesOf = (files: readonly StackFile[], { organization, project }: StackFilesOrigin) =>
  files.flatMap(({ stack, raw }) => readTenancy(stack, raw, `${organization}/${project}/hub`) ?? [])

interface StackFile {
  readonly stack: string
  readonly raw: RawSettings
}

/** What each stack file sets, in the order of their names. */
async function readSettings(directory: string, project: string): Promise<readonly StackFile[]> {
  const files = (await readdir(directory)).sort()
  const read = files.map(async (file): Promise<readonly StackFile[]> => {
    const stack = stackOfFile(file)
    if (stack === undefined) return []
    const config = configOf(file, await readFile(join(directory, file), 'utf8'), project)
    return [{ stack, raw: ofProject(config ?? {}, project) }]
  })
  return (await Promise.all(read)).flat()
}

function configOf(file: string, text: string, project: string): Readonly<Record<string, string>> | undefined {
  try {
    return parseStackFile(file, text, project)
  } catch (cause) {
    // Pulumi prints one message, which has to say what to do.
    throw cause instanceof StackFileError ? new Error(`${cause.message} ${cause.remedy}`, { cause }) : cause
  }
}

/** The tenant that is deployed, as its settings are: its file may be elsewhere, or say something else. */
export interface Own {
  readonly tenancy: Tenancy
  readonly hub: { readonly spokesCidrBlock: string; readonly cidrBlock: string }
}

/**
 * Checks the tenants of a directory's stack files against each other, before one of them is deployed.
 * @param own takes the place of its stack's file
 * @throws Error naming the stacks that clash, and what to do
 */
export async function checkStackFiles(
  directory: string,
  origin: StackFilesOrigin & HubLimits,
  own?: Own,
): Promise<void> {
  const files = await readTenancies(directory, origin)
  if (!own) return checkTenancies(files, origin)
  const { tenancy, hub } = own
  const all = [...files.filter((one) => one.stack !== tenancy.stack), tenancy]
  const { stack, hubStack, cidrBlock } = tenancy
  const blocks = files.flatMap((one) => (one.stack === stack || one.hubStack !== hubStack ? [] : (one.cidrBlock ?? [])))
  const full = cidrBlock === undefined ? [] : supernetMistakes({ name: stack, cidrBlock }, blocks, hub)
  if (full.length > 0) throw new Error(full.join('\n'))
  checkTenancies(all, origin)
}

/**
 * Checks a hub against the other stack files, before it is deployed. Its names are its account's: a second hub in it would meet
 * AWS's refusals half-way, and take over what AWS does not refuse (an alarm, a bucket in us-east-1). And a supernet that leaves
 * a tenant out takes its route away.
 * @throws Error naming the stacks
 */
export async function checkHubFiles(
  directory: string,
  { organization, project, stack }: StackFilesOrigin & { readonly stack: string },
  hub: Pick<HubSettings, 'account' | 'spokesCidrBlock'>,
): Promise<void> {
  const files = await readSettings(directory, project)
  const same = files.filter((one) => one.stack !== stack && one.raw.role === 'hub' && one.raw.account === hub.account)
  const hubs = [stack, ...same.map((one) => one.stack)]
  const mistakes =
    same.length === 0
      ? []
      : [
          `The account ${hub.account} is that of ${hubs.length} hubs: ${hubs.join(', ')}. A hub's names are its account's, so each ` +
            'needs an account of its own: docs/operations.md, "Cells".',
        ]
  for (const { stack: name, hubStack, cidrBlock } of tenanciesOf(files, { organization, project })) {
    if (hubStack !== `${organization}/${project}/${stack}` || cidrBlock === undefined) continue
    if (!contains(hub.spokesCidrBlock, cidrBlock))
      mistakes.push(
        `The spokes' supernet ${hub.spokesCidrBlock} leaves out ${name} (${cidrBlock}), which the hub would route no more. Choose one ` +
          'that holds every tenant, or move the tenant first: docs/operations.md, "Moving a tenant".',
      )
  }
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}
