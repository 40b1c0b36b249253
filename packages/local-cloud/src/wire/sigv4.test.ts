import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sha256 } from '../testing/signing.ts'
import type { WireRequest } from './service.ts'
import { type Credential, SignatureError, verifySignature } from './sigv4.ts'

const NOW = 1_800_000_000
const CREDENTIAL: Credential = { secretAccessKey: 'secret', sessionToken: 'token', expires: NOW + 900 }

const signer = new SignatureV4({
  service: 'bedrock',
  region: 'us-east-1',
  sha256: Sha256,
  credentials: { accessKeyId: 'ASIA', ...CREDENTIAL },
})

interface Parts {
  readonly path: string
  readonly query: Record<string, string | string[]>
  readonly body: string
  readonly headers: Record<string, string>
}

/** Signed by the SDK's own signer, then as it would go over the wire. */
async function signed({ path = '/', query = {}, body = '', headers = {} }: Partial<Parts> = {}): Promise<WireRequest> {
  const host = 'bedrock-runtime.us-east-1.amazonaws.com'
  const request = await signer.sign(
    { method: 'POST', protocol: 'https:', hostname: host, path, query, body, headers: { host, ...headers } },
    { signingDate: new Date(NOW * 1000) },
  )
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  )
  return {
    method: 'POST',
    target: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body),
    host,
    region: 'us-east-1',
    context: {},
    from: { kind: 'internet', address: '192.0.2.1' },
    path: {
      reachable: true,
      hops: [],
      address: '192.0.2.2',
      addresses: ['192.0.2.2'],
      target: { kind: 'service', service: 'bedrock-runtime', region: 'us-east-1' },
    },
    signal: new AbortController().signal,
  }
}

const verify = (request: WireRequest, { now = NOW, credential = CREDENTIAL } = {}) =>
  verifySignature(request, {
    service: 'bedrock',
    now,
    find: (accessKeyId) => (accessKeyId === 'ASIA' ? credential : undefined),
  })

function refusal(run: () => unknown): SignatureError {
  try {
    run()
  } catch (error) {
    if (error instanceof SignatureError) return error
    throw error
  }
  throw new Error('The signature was expected to be refused.')
}

describe('verifySignature', () => {
  it("accepts what the SDK's signer signs: encoded paths, queries, headers and bodies", async () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9 ._~:/@!'()*é€-]{1,8}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          path: fc.array(name, { maxLength: 3 }).map((segments) => `/${segments.map(encodeURIComponent).join('/')}`),
          query: fc.dictionary(name, fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 3 })), { maxKeys: 3 }),
          body: fc.string({ unit: 'grapheme' }),
          headers: fc.dictionary(fc.stringMatching(/^x-amz-[a-z]{1,5}q$/), fc.stringMatching(/^[a-z ]{0,9}$/), {
            maxKeys: 2,
          }),
        }),
        async (parts) => {
          expect(verify(await signed(parts))).toBe(CREDENTIAL)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('encodes the path twice, as Bedrock does', async () => {
    expect(verify(await signed({ path: '/model/us.amazon.nova-2-lite-v1%3A0/converse' }))).toBe(CREDENTIAL)
  })

  const change = (request: WireRequest, part: Partial<WireRequest>) => ({ ...request, ...part })
  const header = (request: WireRequest, name: string, value: string | undefined) => {
    const { [name]: _, ...headers } = request.headers
    return change(request, { headers: value === undefined ? headers : { ...headers, [name]: value } })
  }

  it.each<[string, string, (request: WireRequest) => WireRequest]>([
    ['another path', 'mismatch', (request) => change(request, { target: '/b' })],
    ['another query', 'mismatch', (request) => change(request, { target: `${request.target}?a=b` })],
    ['a query that is not encoded right', 'mismatch', (request) => change(request, { target: '/a?b=%ZZ' })],
    ['another method', 'mismatch', (request) => change(request, { method: 'GET' })],
    ['another body', 'mismatch', (request) => change(request, { body: Buffer.from('other') })],
    ['another host', 'mismatch', (request) => header(request, 'host', 'other.example')],
    ['a header that was changed', 'mismatch', (request) => header(request, 'x-amz-note', 'other')],
    ['a header that was added', 'mismatch', (request) => header(request, 'x-amz-target', 'Other')],
    [
      'a key that nobody has',
      'unknownKey',
      (request) => header(request, 'authorization', request.headers.authorization?.replace('ASIA', 'AKIA')),
    ],
    ['another session token', 'unknownKey', (request) => header(request, 'x-amz-security-token', 'other')],
    ['no session token', 'unknownKey', (request) => header(request, 'x-amz-security-token', undefined)],
    [
      'another service',
      'mismatch',
      (request) => header(request, 'authorization', request.headers.authorization?.replace('/bedrock/', '/sts/')),
    ],
    ['another region', 'mismatch', (request) => change(request, { region: 'eu-west-1' })],
    [
      'another day',
      'mismatch',
      (request) => header(request, 'authorization', request.headers.authorization?.replace(/\/2027\d{4}/, '/20270101')),
    ],
    [
      'no host among the signed headers',
      'mismatch',
      (request) => header(request, 'authorization', request.headers.authorization?.replace('host;', '')),
    ],
    ['no authorization', 'missing', (request) => header(request, 'authorization', undefined)],
    ['an authorization of another kind', 'missing', (request) => header(request, 'authorization', 'Basic abc')],
    ['another algorithm', 'incomplete', (request) => header(request, 'authorization', 'AWS4-HMAC-SHA512 Credential=a')],
    [
      'no signature',
      'incomplete',
      (request) => header(request, 'authorization', request.headers.authorization?.replace(/, Signature=.*/, '')),
    ],
    ['no date', 'incomplete', (request) => header(request, 'x-amz-date', undefined)],
    ['a date that is none', 'incomplete', (request) => header(request, 'x-amz-date', 'yesterday')],
    [
      'a scope of another form',
      'incomplete',
      (request) => header(request, 'authorization', request.headers.authorization?.replace('/aws4_request', '')),
    ],
    [
      'a presigned request',
      'incomplete',
      (request) => header(change(request, { target: '/a?X-Amz-Signature=0' }), 'authorization', undefined),
    ],
  ])('refuses %s as %s', async (_what, failure, change_) => {
    const request = await signed({ path: '/a', body: 'body', headers: { 'x-amz-note': 'note' } })
    expect(verify(request)).toBe(CREDENTIAL)
    expect(refusal(() => verify(change_(request))).failure).toBe(failure)
  })

  it('allows clocks to be five minutes apart, no more', async () => {
    const request = await signed()
    for (const now of [NOW - 300, NOW + 300]) expect(verify(request, { now })).toBe(CREDENTIAL)
    expect(refusal(() => verify(request, { now: NOW + 301 })).message).toBe(
      'Signature expired: 20270115T080000Z is now earlier than 20270115T080001Z (20270115T080501Z - 5 min.)',
    )
    expect(refusal(() => verify(request, { now: NOW - 301 })).message).toMatch(/^Signature not yet current/)
  })

  it('tells that credentials have expired to their holder only', async () => {
    const credential = { ...CREDENTIAL, expires: NOW }
    const request = await signed()
    expect(refusal(() => verify(request, { credential })).failure).toBe('expiredToken')
    const forged = { ...request, body: Buffer.from('forged') }
    expect(refusal(() => verify(forged, { credential })).failure).toBe('mismatch')
  })
})
