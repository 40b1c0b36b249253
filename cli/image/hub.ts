/**
 * The hub that gets an image, according to its stack file. The file names the account and its credentials, and the command writes the base image
 * into it.
 */
import { accessSync, constants, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { setCommand } from '../../shared/settings/commands.ts'
import { ofProject, readSettings } from '../../shared/settings/read.ts'
import type { HubSettings } from '../../shared/settings.ts'
import { open } from '../doctor/gather.ts'
import { NoAccess } from '../doctor/subjects.ts'
import { requireShellOfAws } from '../local/local-shell.ts'
import { readStack, stackFile } from '../pulumi/stack-files.ts'
import { messageOf, UserError } from '../verb.ts'
import type { HubRepository } from './repository.ts'
import { withSetting } from './written-setting.ts'

export interface ImageHub {
  readonly stack: string
  readonly project: string
  /** Path of its stack file. */
  readonly file: string
  readonly settings: HubSettings
  readonly repository: HubRepository
}

/** @throws UserError if the stack is not a hub, or has no repository because nothing runs on Fargate */
export async function openImageHub(stack: string): Promise<ImageHub> {
  requireShellOfAws()
  const { config, project } = readStack(stack)
  const settings = readSettings(ofProject(config, project), { organization: 'organization', project, stack })
  const file = stackFile(stack)
  if (settings.role !== 'hub' || file === undefined)
    throw new UserError(`${stack} is no hub's stack.`, 'Name one with --hub-stack.')
  if (!settings.fargate)
    throw new UserError(
      `The hub ${stack} offers no tasks on Fargate, so it has no repository of images.`,
      `First: ${setCommand(stack, 'fargate', 'true')} && pulumi up -s ${stack}`,
    )
  const { account, region } = settings
  return { stack, project, file, settings, repository: { ecr: await ecrOf(stack), account, region } }
}

/** Uses the credentials that the stack file names for the hub, as `pulumi up` does. */
async function ecrOf(stack: string) {
  const { hub } = (await open({ aws: true, stack })).world
  if (!hub) throw new UserError(`${stack} is no hub's stack.`, 'Name one with --hub-stack.')
  try {
    return (await hub.clients()).ecr
  } catch (cause) {
    if (!(cause instanceof NoAccess)) throw cause
    throw new UserError(
      cause.message,
      "Is this shell signed in as the platform team's deployer (AWS_PROFILE=…, aws sso login)?",
      { cause },
    )
  }
}

const KEY = 'gatewayBaseImage'

/** Checked before anything is pushed. */
export function requireWritable({ file }: ImageHub): void {
  try {
    accessSync(file, constants.W_OK)
  } catch (cause) {
    throw new UserError(`${file} cannot be written: ${messageOf(cause)}`, `${KEY} would be set in it.`, { cause })
  }
}

/**
 * @param from the name by which the digest was found
 * @returns the file's name
 */
export function writeBase({ file, project, stack }: ImageHub, baseImage: string, from: string): string {
  const written = withSetting(readFileSync(file, 'utf8'), {
    key: `${project}:${KEY}`,
    value: baseImage,
    comment: from,
    after: `${project}:fargate`,
  })
  if (written === undefined)
    throw new UserError(
      `${KEY} cannot be set in ${basename(file)} without changing other lines.`,
      `Set it by hand: ${setCommand(stack, KEY, baseImage)}`,
    )
  const real = realpathSync(file)
  const unfinished = `${real}.${process.pid}.unfinished`
  writeFileSync(unfinished, written)
  renameSync(unfinished, real)
  return basename(file)
}
