/** The declared objects of buckets. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Declared, LedgerView, Properties } from '../../ledger/ledger.ts'
import { asObject, text } from '../../resource/values.ts'

export const OBJECT = 'aws:s3/bucketObjectv2:BucketObjectv2'

export interface StoredObject {
  readonly bytes: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** The object's content: a file, or a text in the program. */
export function bytesOf(inputs: Properties): Uint8Array {
  const encoded = text(inputs, 'contentBase64')
  if (encoded !== undefined) return Buffer.from(encoded, 'base64')
  const source = asObject(inputs.source)
  const path = source && text(source, 'path')
  if (path !== undefined) return readFileSync(path)
  return Buffer.from((source && text(source, 'text')) ?? text(inputs, 'content') ?? '')
}

/** @returns undefined for a path that is no valid URI */
export function keyOf(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1))
  } catch {
    return undefined
  }
}

/** @returns undefined if the bucket has no such object */
export function findObject(ledger: LedgerView, bucket: string, key: string): StoredObject | undefined {
  const found = ledger.find(OBJECT, `${bucket}/${key}`)
  return found && { bytes: bytesOf(found.inputs), headers: headersOf(found) }
}

function headersOf({ inputs, outputs }: Declared): Record<string, string> {
  const [cacheControl, encoding] = [text(inputs, 'cacheControl'), text(inputs, 'contentEncoding')]
  return {
    'content-type': text(outputs, 'contentType') ?? 'application/octet-stream',
    etag: `"${text(outputs, 'etag')}"`,
    ...(cacheControl !== undefined && { 'cache-control': cacheControl }),
    ...(encoding !== undefined && { 'content-encoding': encoding }),
    'x-amz-server-side-encryption': 'AES256',
  }
}
