/** The spokes and hubs that have a stack file, read for the tenant commands. */
import { ofProject, readSettings } from '../../shared/settings/read.ts'
import type { RawSettings } from '../../shared/settings/setting.ts'
import type { HubSettings, SpokeSettings } from '../../shared/settings.ts'
import { readTenancy, type Tenancy } from '../../shared/tenants-together.ts'
import { PROJECT_DIRECTORY, projectName, readStack, stackFile, stackNames } from '../pulumi/stack-files.ts'
import { messageOf, UserError } from '../verb.ts'

/** The organisation's name on the file backend, and for a `hubStack` that names none. */
const ORGANIZATION = 'organization'

export interface SpokeFile {
  readonly stack: string
  readonly raw: RawSettings
  readonly tenancy: Tenancy
  /** The file's settings, or its mistakes. */
  readonly settings:
    | { readonly ok: true; readonly value: SpokeSettings }
    | { readonly ok: false; readonly mistake: string }
}

export interface StackFiles {
  readonly project: string
  readonly directory: string
  /** Reads a stack's settings from its file. */
  readonly read: typeof readStack
  readonly spokes: readonly SpokeFile[]
  /** Files that cannot be read at all. */
  readonly mistakes: readonly string[]
}

export const defaultHubStack = (project: string) => `${ORGANIZATION}/${project}/hub`

/**
 * All stack files of the folder; a mistake in one does not keep the others from being read.
 * @param read
 * @default as they are written
 */
export function readStackFiles(directory = PROJECT_DIRECTORY, read = readStack): StackFiles {
  const project = projectName(directory)
  const spokes: SpokeFile[] = []
  const mistakes: string[] = []
  for (const stack of stackNames(directory)) {
    try {
      const raw = ofProject(read(stack, directory).config, project)
      // A client's file is only checked for mistakes.
      if (raw.role === 'site') readSettings(raw, { organization: ORGANIZATION, project, stack })
      const tenancy = readTenancy(stack, raw, defaultHubStack(project))
      if (tenancy) spokes.push({ stack, raw, tenancy, settings: settingsOf(raw, project, stack) })
    } catch (error) {
      mistakes.push(messageOf(error))
    }
  }
  return { project, directory, read, spokes, mistakes }
}

function settingsOf(raw: RawSettings, project: string, stack: string): SpokeFile['settings'] {
  try {
    const value = readSettings(raw, { organization: ORGANIZATION, project, stack })
    return value.role === 'spoke' ? { ok: true, value } : { ok: false, mistake: `${stack} is no spoke.` }
  } catch (error) {
    return { ok: false, mistake: messageOf(error) }
  }
}

/**
 * The settings of a hub, from its own file.
 * @returns undefined if the hub's file is not in this folder
 * @throws UserError for a file with a mistake
 */
export function readHub({ project, directory, read }: StackFiles, hubStack: string): HubSettings | undefined {
  const [, hubProject, stack = ''] = hubStack.split('/')
  if (hubProject !== project || stackFile(stack, directory) === undefined) return undefined
  const raw = ofProject(read(stack, directory).config, project)
  try {
    const settings = readSettings(raw, { organization: ORGANIZATION, project, stack })
    if (settings.role === 'hub') return settings
  } catch (cause) {
    throw new UserError(messageOf(cause), `Its file: Pulumi.${stack}.yaml`, { cause })
  }
  throw new UserError(`${hubStack} is no hub.`, `See the role in Pulumi.${stack}.yaml.`)
}

/**
 * The name of a tenant's stack: from its file, or otherwise the name that `tenant add` gives.
 * @throws UserError if the file of that name is another tenant's, whose stack would be destroyed
 */
export function stackOf(tenantId: string, directory = PROJECT_DIRECTORY): string {
  const stack = `spoke-${tenantId}`
  const claimed = readStackFiles(directory).spokes.filter(({ tenancy }) => tenancy.tenantId === tenantId)
  if (claimed.length > 1)
    throw new UserError(
      `${tenantId} is claimed by ${claimed.length} stack files: ${claimed.map((file) => file.stack).join(', ')}.`,
      'Correct them first: npm run tenant -- check. Nothing was changed.',
    )
  if (claimed[0]) return claimed[0].stack
  if (stackFile(stack, directory) === undefined) return stack
  readStack(stack, directory)
  throw new UserError(
    `Pulumi.${stack}.yaml is not the file of ${tenantId}.`,
    'Correct its tenantId, or its name, first. Nothing was changed.',
  )
}
