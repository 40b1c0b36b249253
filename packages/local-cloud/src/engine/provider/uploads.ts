/** Copies a file asset at once, like an upload, because the caller may change or remove the file later. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { ArchiveValue, AssetValue, Properties, Value } from '../../ledger/ledger.ts'
import { ASSET, SECRET, SIGNATURE } from '../wire-values.ts'
import type { AssetReader } from './values.ts'

/** @param directory for the copies, which are named by the hash of their content; made if needed */
export function uploadsTo(directory: string, programDirectory: string): AssetReader {
  const asset = (given: Properties): AssetValue => {
    if (typeof given.text === 'string') return keptText(directory, given.text)
    if (typeof given.path === 'string') return kept(directory, programDirectory, given.path, String(given.hash))
    throw new UnsupportedError('an asset of another kind than text and file')
  }
  const archive = (given: Properties): ArchiveValue => {
    const sha256 = String(given.hash)
    if (typeof given.path === 'string') {
      const { path } = kept(directory, programDirectory, given.path)
      return { archive: 'file', path, sha256 }
    }
    if (typeof given.assets !== 'object' || given.assets === null)
      throw new UnsupportedError('an archive of another kind than file and entries')
    const entries = Object.entries(given.assets as Properties).map(([path, value]) => [path, either(value)] as const)
    return { archive: 'entries', entries: Object.fromEntries(entries), sha256 }
  }
  const either = (given: Value): AssetValue | ArchiveValue => {
    const fields = given as Properties
    if (fields[SIGNATURE] === SECRET) return either(fields.value ?? null)
    return fields[SIGNATURE] === ASSET ? asset(fields) : archive(fields)
  }
  return (given) => either(given) as unknown as Value
}

const sha256Of = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

/** @throws AwsError if the file does not exist, or has changed since the engine read it */
function kept(
  directory: string,
  programDirectory: string,
  path: string,
  expected?: string,
): Extract<AssetValue, { asset: 'file' }> {
  const file = resolve(programDirectory, path)
  if (!existsSync(file))
    throw new AwsError(
      'UploadFailed',
      `${path} is not in ${programDirectory}, where the local cloud looks for the program's files.`,
    )
  const content = readFileSync(file)
  const sha256 = sha256Of(content)
  if (expected !== undefined && expected !== sha256)
    throw new AwsError(
      'UploadFailed',
      `${path} is another file in ${programDirectory} than the one that Pulumi has read.`,
    )
  return { asset: 'file', path: stored(directory, sha256, content), sha256 }
}

/** Readers see either the whole copy or none. */
function stored(directory: string, sha256: string, content: string | Uint8Array): string {
  const copy = join(directory, sha256)
  if (existsSync(copy)) return copy
  mkdirSync(directory, { recursive: true })
  const draft = `${copy}.${process.pid}`
  writeFileSync(draft, content)
  renameSync(draft, copy)
  return copy
}

/** Texts up to this length stay in the ledger. */
const LONGEST_TEXT = 1024

function keptText(directory: string, text: string): AssetValue {
  const sha256 = sha256Of(text)
  if (text.length <= LONGEST_TEXT) return { asset: 'text', text, sha256 }
  return { asset: 'file', path: stored(directory, sha256, text), sha256 }
}
