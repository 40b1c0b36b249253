/** Amazon S3 for callers without credentials: it serves only what a bucket's policy allows everybody to read. */
import { UnsupportedError } from '../../errors.ts'
import type { LedgerView } from '../../ledger/ledger.ts'
import type { Service, WireResponse } from '../../wire/service.ts'
import { bucketLetsIn } from './bucket-access.ts'
import { findObject, keyOf } from './objects.ts'
import { BUCKET } from './s3-log-delivery.ts'

const PUBLIC_ACCESS = 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock'
const HOST = /^(?<bucket>[a-z0-9.-]+)\.s3(?:\.[a-z0-9-]+)?\.amazonaws\.com$/

const refused = (status: number, code: string, message: string): WireResponse => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  served: { operation: 'GetObject', errorCode: code },
})

export function createS3({ ledger }: { readonly ledger: LedgerView }): Service {
  return {
    name: 's3',
    async handle({ method, target, headers, host }) {
      const name = HOST.exec(host)?.groups?.bucket
      const [path = '/', query] = target.split('?', 2)
      if (name === undefined || headers.authorization !== undefined || /x-amz-signature/i.test(query ?? ''))
        throw new UnsupportedError(`s3 ${method} for a caller with credentials, or without the bucket in the host name`)
      if (method !== 'GET' && method !== 'HEAD') throw new UnsupportedError(`s3 ${method}`)
      const bucket = ledger.find(BUCKET, name)
      if (!bucket) return refused(404, 'NoSuchBucket', 'The specified bucket does not exist')
      const key = keyOf(path)
      if (key === undefined) return refused(400, 'InvalidURI', "Couldn't parse the specified URI.")
      const resource = `arn:aws:s3:::${name}/${key}`
      const restricted = ledger.find(PUBLIC_ACCESS, name)?.inputs.restrictPublicBuckets === true
      if (restricted || !bucketLetsIn(ledger, name, { action: 's3:GetObject', resource, context: {} }))
        return refused(403, 'AccessDenied', 'Access Denied')
      const found = findObject(ledger, name, key)
      if (!found) return refused(403, 'AccessDenied', 'Access Denied')
      return {
        status: 200,
        headers: found.headers,
        body: method === 'HEAD' ? '' : found.bytes,
        served: { operation: 'GetObject' },
      }
    },
  }
}
