/** The certificate authority of the local cloud. It is made on first use and kept in the cloud's directory; nothing else trusts it. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, X509Certificate } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createCertificate } from './x509.ts'

export interface ServerCertificate {
  /** Private key, PEM. */
  readonly key: string
  /** Certificate, PEM. */
  readonly cert: string
}

export interface Authority {
  /** The authority's certificate, PEM: for `NODE_EXTRA_CA_CERTS` and `CURL_CA_BUNDLE`. */
  readonly caFile: string
  /** A certificate for these names (DNS names, wildcards, IPv4 addresses), cached until it is close to its end. */
  issue(names: readonly string[]): ServerCertificate
}

const DAY = 86_400_000
const AUTHORITY_DAYS = 365
/** A process that runs for weeks must not run longer than its authority is valid. */
const RENEW_BEFORE_DAYS = 30
const LEAF_DAYS = 30
/** The beginning of the subject of every authority's certificate. */
export const AUTHORITY_NAME = 'genai-hub-spoke local cloud'

interface Issuer {
  readonly key: KeyObject
  readonly certificate: X509Certificate
}

/** Opens the authority in `directory`. If there is none, or its certificate expires soon, a new one is made. */
export async function openAuthority(directory: string): Promise<Authority> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const issuer = await openIssuer(path.join(directory, 'ca-key.pem'))
  const caFile = path.join(directory, 'ca.pem')
  await replaceFile(caFile, issuer.certificate.toString(), 0o644)

  const issued = new Map<string, ServerCertificate & { readonly renewAt: number }>()
  return {
    caFile,
    issue(names) {
      const cacheKey = [...names].sort().join(' ')
      const cached = issued.get(cacheKey)
      if (cached && cached.renewAt > Date.now()) return cached
      const fresh = issueLeaf(issuer, names)
      issued.set(cacheKey, { ...fresh, renewAt: Date.now() + (LEAF_DAYS / 2) * DAY })
      return fresh
    },
  }
}

/** Private key and certificate are in one file, so that two processes that start at once cannot mix theirs. */
async function openIssuer(file: string): Promise<Issuer> {
  const existing = await readIssuer(file)
  if (existing && existing.certificate.validToDate.getTime() > Date.now() + RENEW_BEFORE_DAYS * DAY) return existing
  const made = `${file}.${randomUUID()}`
  await writeFile(made, createIssuer(), { mode: 0o600, flag: 'wx' })
  try {
    if (existing) await rename(made, file)
    else await link(made, file).catch(ignore('EEXIST'))
  } finally {
    await rm(made, { force: true })
  }
  const issuer = await readIssuer(file)
  if (!issuer) throw new Error(`The certificate authority at ${file} could not be written.`)
  return issuer
}

async function readIssuer(file: string): Promise<Issuer | undefined> {
  const pem = await readFile(file, 'utf8').catch(ignore('ENOENT'))
  if (pem === undefined) return undefined
  try {
    const issuer = { key: createPrivateKey(pem), certificate: new X509Certificate(pem.slice(pem.indexOf(CERTIFICATE))) }
    if (issuer.certificate.checkPrivateKey(issuer.key)) return issuer
  } catch (cause) {
    throw new Error(`The certificate authority at ${file} cannot be read: delete the file, and a new one is made.`, {
      cause,
    })
  }
  throw new Error(
    `The key and the certificate at ${file} do not belong together: delete the file, and new ones are made.`,
  )
}

const CERTIFICATE = '-----BEGIN CERTIFICATE-----'

function createIssuer(): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // Authorities in one directory have different keys. If their names were equal, a client that holds an older one would report a bad signature
  // instead of an unknown issuer.
  const commonName = `${AUTHORITY_NAME} ${randomUUID().slice(0, 8)}`
  const certificate = createCertificate({
    commonName,
    publicKey,
    issuerCommonName: commonName,
    issuerKey: privateKey,
    ...validity(AUTHORITY_DAYS),
    use: { kind: 'authority' },
  })
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${certificate}`
}

function issueLeaf({ key, certificate }: Issuer, names: readonly string[]): ServerCertificate {
  const [commonName] = names
  if (commonName === undefined) throw new Error('A server certificate needs at least one name.')
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    key: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: createCertificate({
      // A common name may have 64 characters; clients only read the alternative names.
      commonName: commonName.slice(0, 64),
      publicKey: leaf.publicKey,
      issuerCommonName: certificate.subject.replace(/^CN=/, ''),
      issuerKey: key,
      ...validity(LEAF_DAYS),
      use: { kind: 'server', names },
    }),
  }
}

/** Valid from an hour ago, because the clock of a virtual machine that shares the directory may be a little behind. */
const validity = (days: number) => ({
  notBefore: new Date(Date.now() - 3_600_000),
  notAfter: new Date(Date.now() + days * DAY),
})

async function replaceFile(file: string, content: string, mode: number): Promise<void> {
  if ((await readFile(file, 'utf8').catch(ignore('ENOENT'))) === content) return
  const temporary = `${file}.${randomUUID()}`
  await writeFile(temporary, content, { mode })
  await rename(temporary, file)
}

const ignore = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== code) throw error
  return undefined
}
