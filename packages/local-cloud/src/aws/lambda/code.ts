/** Unpacks the deployment package, once for each version of the code, into a directory of its own. */
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { ArchiveValue } from '../../ledger/ledger.ts'
import { MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES } from './constants.ts'

export type Files = ReadonlyMap<string, Buffer>

/**
 * Unpacks the archive under `directory`, if that was not done before.
 * @returns the function's task root, the directory of its files
 * @throws AwsError for a package above Lambda's limits; Error for a file that changed after it was deployed
 */
export async function unpack(directory: string, functionName: string, archive: ArchiveValue): Promise<string> {
  const code = path.join(directory, 'code')
  const root = path.join(code, functionName, archive.sha256.slice(0, 16))
  if (!(await exists(root))) await write(code, root, await files(archive))
  return realpath(root)
}

/** The archive's files by their path inside it. Each is compared with the hash that was deployed. */
export async function files(archive: ArchiveValue): Promise<Files> {
  const found = new Map<string, Buffer>()
  await collect(archive, '', found)
  await checkSize(found)
  return found
}

async function collect(archive: ArchiveValue, prefix: string, found: Map<string, Buffer>): Promise<void> {
  if (archive.archive === 'file')
    throw new UnsupportedError(`code from an archive file (${archive.path}): pass an AssetArchive of files`)
  for (const [name, entry] of Object.entries(archive.entries)) {
    const inside = path.posix.join(prefix, name)
    if (inside.startsWith('..') || path.posix.isAbsolute(inside))
      throw new AwsError('InvalidParameterValueException', `The deployment package has a file outside of it: ${inside}`)
    if ('archive' in entry) {
      await collect(entry, inside, found)
      continue
    }
    const content = entry.asset === 'text' ? Buffer.from(entry.text) : await fileAt(entry.path, inside)
    if (createHash('sha256').update(content).digest('hex') !== entry.sha256)
      throw new Error(`The file ${inside} changed after it was deployed. Deploy again.`)
    found.set(inside, content)
  }
}

/** @throws Error that says what to do if the file was removed after the deployment; AWS would have a copy */
const fileAt = (path: string, inside: string): Promise<Buffer> =>
  readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new Error(
      `The file ${inside} of the function's code was removed after it was deployed (${path}). Deploy again.`,
      { cause },
    )
  })

/**
 * Checks Lambda's limits for a deployment package. The zip is made only if it could exceed its limit: a package that is small enough unpacked
 * cannot be larger than that when zipped.
 * @throws AwsError
 */
export async function checkSize(unpacked: Files): Promise<void> {
  const contents = [...unpacked.values()]
  const total = contents.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (total > MAX_UNZIPPED_BYTES)
    throw new AwsError(
      'InvalidParameterValueException',
      `Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`,
    )
  if (total <= MAX_ZIPPED_BYTES) return
  const deflated = await Promise.all(contents.map((content) => promisify(deflateRaw)(content)))
  const zipped = deflated.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (zipped > MAX_ZIPPED_BYTES)
    throw new AwsError(
      'RequestEntityTooLargeException',
      `The deployment package is ${zipped} bytes zipped: at most ${MAX_ZIPPED_BYTES} can be uploaded directly`,
      413,
    )
}

/** Written to a temporary directory and renamed, so that a version is either complete or missing, also for a second local cloud. */
async function write(functions: string, root: string, unpacked: Files): Promise<void> {
  const aside = `${root}.${randomUUID()}`
  await mkdir(aside, { recursive: true, mode: 0o700 })
  // Without a package.json of its own, the function would take its module type from the project that this directory is in.
  await writeFile(path.join(functions, 'package.json'), '{}\n')
  for (const [name, content] of unpacked) {
    const file = path.join(aside, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  await rename(aside, root).catch(async (error: NodeJS.ErrnoException) => {
    await rm(aside, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )
