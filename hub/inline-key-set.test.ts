import { afterEach, describe, expect, it, vi } from 'vitest'
import { fetchKeySet } from './inline-key-set.ts'

const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool'
const KEY = { kty: 'RSA', kid: 'one', n: 'modulus', e: 'AQAB', alg: 'RS256', use: 'sig' }

function answering(answer: () => Response | Promise<Response>) {
  const fetched = vi.fn<typeof fetch>(async () => answer())
  vi.stubGlobal('fetch', fetched)
  return fetched
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('fetchKeySet', () => {
  it('copies the public keys, and nothing else that was answered', async () => {
    const fetched = answering(() => Response.json({ keys: [{ ...KEY, d: 'private', x5c: ['…'] }], note: 'more' }))
    expect(JSON.parse(await fetchKeySet(ISSUER))).toEqual({ keys: [KEY] })
    expect(fetched.mock.calls[0]?.[0]).toBe(`${ISSUER}/.well-known/jwks.json`)
  })

  it.each<[string, () => Response | Promise<Response>, string]>([
    ['an error', () => new Response('no', { status: 404 }), 'it answered 404'],
    ['no JSON', () => new Response('<html>'), 'cannot be fetched'],
    ['no connection', () => Promise.reject(new Error('connect ECONNREFUSED')), 'connect ECONNREFUSED'],
    ['no keys', () => Response.json({ keys: [] }), 'answered no key set'],
    ['another document', () => Response.json([1]), 'answered no key set'],
    [
      'a symmetric key',
      () => Response.json({ keys: [{ kty: 'oct', kid: 'one', k: 'secret' }] }),
      'not a public RSA key',
    ],
    ['a key without an id', () => Response.json({ keys: [{ ...KEY, kid: undefined }] }), 'not a public RSA key'],
    ['too much', () => Response.json({ keys: Array(40).fill({ ...KEY, n: 'n'.repeat(342) }) }), 'Allowed: 3000'],
  ])('refuses %s', async (_what, answer, message) => {
    answering(answer)
    await expect(fetchKeySet(ISSUER)).rejects.toThrow(message)
  })

  it('says what to do instead', async () => {
    answering(() => new Response('', { status: 500 }))
    await expect(fetchKeySet(ISSUER)).rejects.toThrow('set keySetVia to table, endpoint or nat')
  })
})
