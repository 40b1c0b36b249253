/**
 * Certificates for clients that take one file for all that they trust (curl, the AWS CLI, boto3, requests): the local cloud's
 * authority and what this machine trusts anyway, so that such a shell still reaches the rest of the world.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { AUTHORITY_NAME } from '@genai/local-cloud/wire/authority'

/**
 * Writes the bundle beside the certificate of the local cloud's authority.
 * @returns the bundle's file
 */
export function writeCaBundle(caFile: string): string {
  const file = join(dirname(caFile), 'ca-bundle.pem')
  const draft = `${file}.${process.pid}`
  const certificates = [readFileSync(caFile, 'utf8'), ...trustedByMachine()]
  writeFileSync(draft, certificates.map((one) => `${one.trim()}\n`).join(''), { mode: 0o644 })
  renameSync(draft, file)
  return file
}

/**
 * The computer's own certificates. A minimal container has none; then Mozilla's, which come with Node. In a shell that exported a bundle, Node
 * reads that bundle as the computer's own certificates, so certificates of a local cloud, present or former, are left out.
 */
function trustedByMachine(): readonly string[] {
  const system = getCACertificates('system')
  const all = system.length > 0 ? system : getCACertificates('bundled')
  return [...new Set(all)].filter((pem) => !new X509Certificate(pem).subject?.includes(AUTHORITY_NAME))
}

/** @param bundle the file that `writeCaBundle` wrote */
export const caVariables = (caFile: string, bundle: string) => ({
  CURL_CA_BUNDLE: bundle,
  AWS_CA_BUNDLE: bundle,
  SSL_CERT_FILE: bundle,
  REQUESTS_CA_BUNDLE: bundle,
  // Node adds these certificates to its own.
  NODE_EXTRA_CA_CERTS: caFile,
})
