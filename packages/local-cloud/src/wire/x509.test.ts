import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAuthority } from './authority.ts'
import { createCertificate } from './x509.ts'

describe('createCertificate', () => {
  const issuer = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const make = (notAfter: Date) =>
    new X509Certificate(
      createCertificate({
        commonName: 'leaf',
        publicKey: issuer.publicKey,
        issuerCommonName: 'root',
        issuerKey: issuer.privateKey,
        notBefore: new Date('2026-01-02T03:04:05Z'),
        notAfter,
        use: { kind: 'server', names: ['sts.us-east-1.amazonaws.com', '*.example.com', '127.0.0.1'] },
      }),
    )

  it('is read back by Node with its names, its dates and a signature that verifies', () => {
    const certificate = make(new Date('2026-12-31T23:59:59Z'))
    expect(certificate.subject).toBe('CN=leaf')
    expect(certificate.issuer).toBe('CN=root')
    expect(certificate.validFromDate.toISOString()).toBe('2026-01-02T03:04:05.000Z')
    expect(certificate.validToDate.toISOString()).toBe('2026-12-31T23:59:59.000Z')
    expect(certificate.subjectAltName).toBe('DNS:sts.us-east-1.amazonaws.com, DNS:*.example.com, IP Address:127.0.0.1')
    expect(certificate.ca).toBe(false)
    expect(certificate.verify(issuer.publicKey)).toBe(true)
    expect(certificate.checkHost('a.example.com')).toBe('*.example.com')
    expect(certificate.checkHost('bedrock-runtime.us-east-1.amazonaws.com')).toBeUndefined()
  })

  it('writes a date after 2049 as GeneralizedTime', () => {
    expect(make(new Date('2051-06-01T00:00:00Z')).validToDate.toISOString()).toBe('2051-06-01T00:00:00.000Z')
  })
})

describe('openAuthority', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'authority-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('keeps its key to the user alone and comes back with the same certificate', async () => {
    const [first, second] = await Promise.all([openAuthority(directory), openAuthority(directory)])
    const third = await openAuthority(directory)
    const ca = new X509Certificate(await readFile(first.caFile))
    expect((await stat(path.join(directory, 'ca-key.pem'))).mode & 0o777).toBe(0o600)
    expect(await readFile(first.caFile, 'utf8')).not.toContain('PRIVATE KEY')
    expect(ca.ca).toBe(true)
    for (const authority of [first, second, third]) {
      const leaf = new X509Certificate(authority.issue(['a.example']).cert)
      expect(leaf.checkIssued(ca)).toBe(true)
      expect(leaf.verify(ca.publicKey)).toBe(true)
    }
  })

  it('issues once for the same names, with a key that fits', async () => {
    const authority = await openAuthority(directory)
    const leaf = authority.issue(['b.example', 'localhost'])
    expect(authority.issue(['localhost', 'b.example']).cert).toBe(leaf.cert)
    expect(authority.issue(['b.example']).cert).not.toBe(leaf.cert)
    expect(new X509Certificate(leaf.cert).checkPrivateKey(createPrivateKey(leaf.key))).toBe(true)
  })

  it('makes a new authority when the old one is close to its end', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const old = createCertificate({
      commonName: 'old',
      publicKey,
      issuerCommonName: 'old',
      issuerKey: privateKey,
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 10 * 86_400_000),
      use: { kind: 'authority' },
    })
    await writeFile(path.join(directory, 'ca-key.pem'), `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${old}`)
    const { caFile } = await openAuthority(directory)
    const remade = new X509Certificate(await readFile(caFile))
    expect(remade.subject).not.toBe('CN=old')
    expect(remade.validToDate.getTime()).toBeGreaterThan(Date.now() + 300 * 86_400_000)
  })

  it('says what to do about a file that is no authority', async () => {
    await writeFile(path.join(directory, 'ca-key.pem'), 'garbage')
    await expect(openAuthority(directory)).rejects.toThrow(/delete the file/)
  })
})
