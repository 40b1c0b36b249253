/**
 * X.509 certificates (RFC 5280) with P-256 keys. Node reads certificates but issues none. A local authority needs only a small part of DER;
 * decision note 0003 says why no library is used.
 */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

export interface CertificateRequest {
  /** The common name of the subject. */
  readonly commonName: string
  readonly publicKey: KeyObject
  /** The common name of the issuer, and its private P-256 key. */
  readonly issuerCommonName: string
  readonly issuerKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  /** A certificate authority, or a server with these DNS names and IPv4 addresses. */
  readonly use: { readonly kind: 'authority' } | { readonly kind: 'server'; readonly names: readonly string[] }
}

/**
 * Makes and signs a certificate.
 * @returns PEM
 */
export function createCertificate(request: CertificateRequest): string {
  const body = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(positive(randomBytes(16))),
    ECDSA_WITH_SHA256,
    name(request.issuerCommonName),
    sequence(time(request.notBefore), time(request.notAfter)),
    name(request.commonName),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(request))),
  )
  const signature = sign('sha256', body, request.issuerKey)
  const base64 = sequence(body, ECDSA_WITH_SHA256, bitString(signature)).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}

function extensions({ use, publicKey, issuerKey }: CertificateRequest): Buffer[] {
  const subjectKeyIdentifier = extension('2.5.29.14', octetString(keyIdentifier(publicKey)))
  if (use.kind === 'authority')
    return [
      extension('2.5.29.19', sequence(TRUE, integer(Buffer.of(0))), 'critical'), // A CA that signs only server certificates.
      extension('2.5.29.15', tagged(0x03, Buffer.of(1, 0b0000_0110)), 'critical'), // keyCertSign, cRLSign.
      subjectKeyIdentifier,
    ]
  return [
    extension('2.5.29.19', sequence(), 'critical'),
    extension('2.5.29.15', tagged(0x03, Buffer.of(7, 0b1000_0000)), 'critical'), // digitalSignature
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))), // serverAuth
    extension('2.5.29.17', sequence(...use.names.map(alternativeName))),
    subjectKeyIdentifier,
    extension('2.5.29.35', sequence(tagged(0x80, keyIdentifier(createPublicKey(issuerKey))))),
  ]
}

const alternativeName = (value: string) =>
  isIPv4(value) ? tagged(0x87, Buffer.from(value.split('.').map(Number))) : tagged(0x82, Buffer.from(value, 'ascii'))

const keyIdentifier = (key: KeyObject) =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)

const extension = (identifier: string, value: Buffer, critical?: 'critical') =>
  sequence(objectIdentifier(identifier), ...(critical ? [TRUE] : []), octetString(value))

const name = (commonName: string) =>
  sequence(tagged(0x31, sequence(objectIdentifier('2.5.4.3'), tagged(0x0c, Buffer.from(commonName)))))

/** GeneralizedTime is used only from 2050 on (RFC 5280, 4.1.2.5). */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`
  return date.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits))
}

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

/** The first bit of an INTEGER is its sign, and without need the first byte may not be zero. */
const positive = (bytes: Buffer) => Buffer.from([((bytes[0] ?? 0) & 0x7f) | 0x40, ...bytes.subarray(1)])

const integer = (bytes: Buffer) => tagged(0x02, bytes)
const octetString = (bytes: Buffer) => tagged(0x04, bytes)
const bitString = (bytes: Buffer) => tagged(0x03, Buffer.concat([Buffer.of(0), bytes]))
const sequence = (...parts: readonly Buffer[]) => tagged(0x30, Buffer.concat(parts))
const explicit = (number: number, part: Buffer) => tagged(0xa0 | number, part)

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), length(content.length), content])
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.of(bytes)
  if (bytes < 0x100) return Buffer.of(0x81, bytes)
  return Buffer.of(0x82, bytes >> 8, bytes & 0xff)
}

const TRUE = Buffer.of(0x01, 0x01, 0xff)
const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))
