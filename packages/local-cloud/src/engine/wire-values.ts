/** Values in the form of Pulumi's runtime: secrets, assets and references are objects with a signature. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { UnsupportedError } from '../errors.ts'
import type { ArchiveValue, AssetValue, Properties, Value } from '../ledger/ledger.ts'

export const SIGNATURE = '4dabf18193072939515e22adb298388d'
export const SECRET = '1b47061264138c4ac30d75fd1eb44270'
export const ASSET = 'c44067f5952c0a294b673a41bacd8c17'
export const ARCHIVE = '0def7320c3a5731c473e5ecbe6d01bc7'
export const REFERENCE = '5cf8f73096256a8f31e491e813e4eb8e'
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

/** The plain value: secrets unwrapped, assets as values of the ledger, a resource as its id. */
export function plain(value: Value): Value {
  if (value === UNKNOWN)
    throw new UnsupportedError('an unknown value: the in-process engine knows every output at once')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  const fields = value as Properties
  switch (fields[SIGNATURE]) {
    case undefined:
      return plainProperties(fields)
    case SECRET:
      return plain(fields.value ?? null)
    case REFERENCE:
      return fields.id ?? null
    case ASSET:
      return asset(fields)
    case ARCHIVE:
      return archive(fields)
    default:
      throw new UnsupportedError(`a value with the signature ${String(fields[SIGNATURE])}`)
  }
}

export function plainProperties(fields: Properties): Properties {
  const entries = Object.entries(fields).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]))
}

/** Whether any part of the value is secret. */
export function holdsSecret(value: Value | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  if ((value as Properties)[SIGNATURE] === SECRET) return true
  return Object.values(value).some(holdsSecret)
}

/** A reference to a resource that another one returns. Its id is empty while it is unknown. */
export const reference = (urn: string, id: string): Value => ({ [SIGNATURE]: REFERENCE, urn, id })

/** Marks a value as secret for the runtime. */
export const secret = (value: Value): Value => ({ [SIGNATURE]: SECRET, value })

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

function asset(fields: Properties): AssetValue {
  if (typeof fields.text === 'string') return { asset: 'text', text: fields.text, sha256: sha256(fields.text) }
  if (typeof fields.path !== 'string') throw new UnsupportedError('an asset of another kind than text and file')
  const path = resolve(fields.path)
  return { asset: 'file', path, sha256: sha256(readFileSync(path)) }
}

function archive(fields: Properties): ArchiveValue {
  if (typeof fields.path === 'string') {
    const path = resolve(fields.path)
    return { archive: 'file', path, sha256: sha256(readFileSync(path)) }
  }
  if (typeof fields.assets !== 'object' || fields.assets === null)
    throw new UnsupportedError('an archive of another kind than file and entries')
  const sorted = Object.entries(fields.assets).sort(([a], [b]) => (a < b ? -1 : 1))
  const entries = Object.fromEntries(
    sorted.map(([path, value]) => [path, plain(value as Value) as AssetValue | ArchiveValue]),
  )
  const digest = sha256(sorted.map(([path]) => `${path}\n${entries[path]?.sha256}\n`).join(''))
  return { archive: 'entries', entries, sha256: digest }
}
