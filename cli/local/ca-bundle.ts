/**
 * Certificates for clients that take one file for all that they trust (curl, the AWS CLI, boto3, requests): the local cloud's
 * authority and what this machine trusts anyway, so that such a shell still reaches the rest of the world.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getCACertificates } from 'node:tls'

/**
 * Writes the bundle beside the authority's certificate.
 * @returns its file
 */
export function writeCaBundle(caFile: string): string {
  const file = join(dirname(caFile), 'ca-bundle.pem')
  const draft = `${file}.${process.pid}`
  const certificates = [readFileSync(caFile, 'utf8'), ...trustedByMachine()]
  writeFileSync(draft, certificates.map((one) => `${one.trim()}\n`).join(''), { mode: 0o644 })
  renameSync(draft, file)
  return file
}

/** A minimal container has no store of its own: then Mozilla's, which Node brings. */
function trustedByMachine(): readonly string[] {
  const system = getCACertificates('system')
  return system.length > 0 ? system : getCACertificates('bundled')
}

/** @param bundle of `writeCaBundle` */
export const caVariables = (caFile: string, bundle: string) => ({
  CURL_CA_BUNDLE: bundle,
  AWS_CA_BUNDLE: bundle,
  SSL_CERT_FILE: bundle,
  REQUESTS_CA_BUNDLE: bundle,
  // Node adds this one to its own.
  NODE_EXTRA_CA_CERTS: caFile,
})
