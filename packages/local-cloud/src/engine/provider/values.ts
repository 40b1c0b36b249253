/** Converts values from and to the engine's form: secrets are wrapped, previews have unknown values, and assets are identified by their hash. */

import struct, { type Struct } from 'google-protobuf/google/protobuf/struct_pb.js'
import { UnsupportedError } from '../../errors.ts'
import { isObject } from '../../ledger/is-object.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import { canonical } from '../../resource/declare.ts'
import { ARCHIVE, ASSET, REFERENCE, SECRET, SIGNATURE, secret, UNKNOWN } from '../wire-values.ts'

/** The signature of an output value with its dependencies, which is used if the other side supports it. */
const OUTPUT = 'd0e6a833031e9bbcd3f4e8bde6ca49a4'

/** The values as they were sent: secrets and assets are still wrapped. */
export const received = (message: Struct | undefined): Properties => (message?.toJavaScript() ?? {}) as Properties

export const sent = (properties: Properties): Struct =>
  struct.Struct.fromJavaScript(properties as Parameters<typeof struct.Struct.fromJavaScript>[0])

/** Reads the content of an asset; `path` may be relative to the program's directory. */
export type AssetReader = (asset: Properties) => Value

/** Unwraps secrets and outputs, turns references into ids, and keeps unknown values. Nulls are left out: a null input counts as not given. */
export function unwrapped(fields: Properties, readAsset: AssetReader = byHash): Properties {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, Value][] =>
    value === null ? [] : [[name, unwrap(value, readAsset)]],
  )
  return Object.fromEntries(entries)
}

function unwrap(value: Value, readAsset: AssetReader): Value {
  if (Array.isArray(value)) return value.map((item) => unwrap(item, readAsset))
  if (!isObject(value)) return value
  switch (value[SIGNATURE]) {
    case undefined:
      return unwrapped(value, readAsset)
    case SECRET:
      return unwrap(value.value ?? null, readAsset)
    case OUTPUT:
      return unwrap(value.value ?? UNKNOWN, readAsset)
    case REFERENCE:
      return value.id === undefined || value.id === '' ? UNKNOWN : value.id
    case ASSET:
    case ARCHIVE:
      return readAsset(value)
    default:
      throw new UnsupportedError(`a value with the signature ${String(value[SIGNATURE])}`)
  }
}

/** Two assets are equal if their contents are, wherever they come from. */
const byHash: AssetReader = (asset) => ({ sha256: asset.hash ?? null })

export const isUnknown = (value: Value | undefined): boolean => value === UNKNOWN

/** Whether any part of the value is unknown. */
export function holdsUnknown(value: Value | undefined): boolean {
  if (typeof value === 'string') return value === UNKNOWN
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsUnknown)
}

/** All texts in the value that are secret, or inside a secret. */
function secretsIn(value: Value | undefined, inside = false): readonly string[] {
  if (isObject(value) && value[SIGNATURE] === SECRET) return secretsIn(value.value, true)
  if (typeof value === 'object' && value !== null)
    return Object.values(value).flatMap((nested) => secretsIn(nested, inside))
  return inside && typeof value === 'string' && value !== '' ? [value] : []
}

/**
 * The outputs for the engine. Values that were sent are returned as they were sent (assets and nested secrets included), and an output that
 * contains a secret becomes one.
 * @param sources the inputs as received, and the previous state
 */
export function wrapped(outputs: Properties, ...sources: readonly Properties[]): Properties {
  const secrets = new Set(sources.flatMap((source) => secretsIn(source)))
  const entries = Object.entries(outputs).flatMap(([name, value]): readonly [string, Value][] => {
    const originals = sources.flatMap((source) => source[name] ?? [])
    const original = originals.find((one) => isAsset(one) || canonical(unwrap(one, byHash)) === canonical(value))
    if (original !== undefined) return [[name, original]]
    // The content was uploaded, and AWS does not return it. It is unknown after an import.
    if (isUpload(value)) return []
    return [[name, repeats(value, secrets) ? secret(value) : value]]
  })
  return Object.fromEntries(entries)
}

const isAsset = (value: Value | undefined): value is Properties =>
  isObject(value) &&
  (value[SIGNATURE] === ASSET || value[SIGNATURE] === ARCHIVE || (value[SIGNATURE] === SECRET && isAsset(value.value)))

const isUpload = (value: Value) => isObject(value) && 'sha256' in value && ('asset' in value || 'archive' in value)

/** Shorter secrets would be found in unrelated values. */
const SHORTEST_PART = 8

function repeats(value: Value, secrets: ReadonlySet<string>): boolean {
  if (secrets.size === 0) return false
  if (typeof value === 'object' && value !== null)
    return Object.values(value).some((nested) => repeats(nested, secrets))
  if (typeof value !== 'string') return false
  return secrets.has(value) || [...secrets].some((one) => one.length >= SHORTEST_PART && value.includes(one))
}
