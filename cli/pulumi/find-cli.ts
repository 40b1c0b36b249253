/** Where the Pulumi CLI comes from: PATH, the project's own cache, or the official download into it. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PulumiCommand } from '@pulumi/pulumi/automation/index.js'
import { messageOf, UserError } from '../verb.ts'
import { LOCAL_DIRECTORY } from './stack-files.ts'

export interface FoundCli {
  readonly command: PulumiCommand
  readonly from: 'PATH' | 'cache' | 'download'
}

export interface FindOptions {
  /**
   * Folder for a downloaded CLI.
   * @default `.local/pulumi` of the project
   */
  readonly cache?: string
  /** Whether it may be downloaded. @default true */
  readonly download?: boolean
  /** Called before a download begins, because it takes a while. */
  readonly onDownload?: (version: string) => void
}

/** Version of the SDK that the programs use; the same version of the CLI is downloaded. */
export function sdkVersion(): string {
  const file = createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** @throws UserError that lists each attempt and its result */
export async function findPulumi(options: FindOptions = {}): Promise<FoundCli> {
  const { cache = join(LOCAL_DIRECTORY, 'pulumi'), download = true, onDownload } = options
  const version = sdkVersion()
  const tried: string[] = []
  const attempt = async (what: string, find: () => Promise<PulumiCommand>) => {
    try {
      return await find()
    } catch (cause) {
      tried.push(`- ${what}: ${firstLine(messageOf(cause))}`)
      return undefined
    }
  }
  const onPath = await attempt('pulumi on PATH', () => onPathOf(process.env.PATH ?? ''))
  if (onPath) return { command: onPath, from: 'PATH' }
  const cached = await attempt(`an earlier download in ${cache}`, () => cachedIn(cache))
  if (cached) return { command: cached, from: 'cache' }
  if (download) {
    onDownload?.(version)
    const fetched = await attempt(`the official download of ${version} into ${cache}`, () => install(cache))
    if (fetched) return { command: fetched, from: 'download' }
  } else tried.push('- the official download: not asked for')
  throw new UserError(
    ['There is no Pulumi CLI. Tried:', ...tried].join('\n'),
    `Install Pulumi ${version} or newer (https://www.pulumi.com/docs/install/) and have it on PATH.`,
  )
}

/** The SDK's version or newer: an older engine does not know everything that the programs ask of it. */
const atLeast = () => asVersion(sdkVersion())

async function onPathOf(path: string): Promise<PulumiCommand> {
  if (path === '') throw new Error('PATH is empty')
  const answer = await versionOf('pulumi')
  if (/^v?\d+\.\d+\.\d+/.test(answer)) return await PulumiCommand.get({ version: atLeast() })
  if (answer !== '') throw new Error(`it answers "${firstLine(answer)}" to pulumi version`)
  // A CLI built from source has no version. It is accepted, because nobody has one by accident.
  const command = await PulumiCommand.get({ skipVersionCheck: true })
  return Object.defineProperty(command, 'version', { value: atLeast() })
}

async function cachedIn(root: string): Promise<PulumiCommand> {
  await versionOf(join(root, 'bin', 'pulumi'))
  return await PulumiCommand.get({ root, version: atLeast() })
}

/** @throws Error with a readable message; the Automation API has only an exit code */
async function versionOf(file: string): Promise<string> {
  const options = { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' }, timeout: 60_000 }
  try {
    return (await promisify(execFile)(file, ['version'], options)).stdout.trim()
  } catch (cause) {
    const { code, stderr = '' } = cause as { readonly code?: unknown; readonly stderr?: string }
    if (code === 'ENOENT') throw new Error('there is none', { cause })
    if (code === 'EACCES') throw new Error('it is not executable', { cause })
    throw new Error(`it does not work: ${firstLine(stderr) || firstLine(messageOf(cause))}`, { cause })
  }
}

/** A version in the form in which the Automation API compares versions: with its own `semver`. */
function asVersion(text: string): NonNullable<PulumiCommand['version']> {
  const own = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'))
  const { SemVer } = own('semver') as { SemVer: new (text: string) => NonNullable<PulumiCommand['version']> }
  return new SemVer(text)
}

/** Downloads the CLI into a fresh folder, so that an interrupted or older download does no harm. */
async function install(root: string): Promise<PulumiCommand> {
  rmSync(join(root, 'bin'), { recursive: true, force: true })
  return await PulumiCommand.install({ root, version: atLeast() })
}

const firstLine = (text: string) => text.trim().split('\n')[0] ?? ''
