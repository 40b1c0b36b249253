import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readKeySet } from './rs256-keys.ts'

const jwkOf = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' })
const GOOD = { ...jwkOf(2048), kid: 'one' }
const elliptic = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }),
  kid: 'ec',
}
const set = (...keys: readonly object[]) => JSON.stringify({ keys })
const kids = (text: string) => JSON.parse(text).keys.map(({ kid }: { kid: string }) => kid)

describe('readKeySet', () => {
  it('takes over public RSA keys for RS256, and nothing else of them', () => {
    const { kty, n, e, kid } = GOOD
    expect(JSON.parse(readKeySet(set({ ...GOOD, d: 'private', x5c: ['…'], use: 'sig', alg: 'RS256' })))).toEqual({
      keys: [{ kty, n, e, kid, use: 'sig', alg: 'RS256' }],
    })
  })

  it('takes a key that says neither use nor algorithm, as Entra ID’s', () => {
    expect(kids(readKeySet(set(GOOD)))).toEqual(['one'])
  })

  it.each([
    ['another algorithm', { ...GOOD, alg: 'PS256' }],
    ['another use', { ...GOOD, use: 'enc' }],
    ['another type', elliptic],
    ['a short key', { ...jwkOf(1024), kid: 'short' }],
    ['no id', { ...GOOD, kid: undefined }],
    ['an odd id', { ...GOOD, kid: 'a\nb' }],
    ['a modulus that is none', { ...GOOD, kid: 'two', n: '!' }],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0', kid: 'oct', alg: 'HS256' }],
    ['no object', 7],
  ])('leaves out %s', (_, key) => {
    expect(kids(readKeySet(set(key as object, { ...GOOD, kid: 'good' })))).toEqual(['good'])
    expect(() => readKeySet(set(key as object))).toThrow('no RSA key of 2048 bits or more for RS256')
  })

  it.each([
    ['<html>', 'no JSON'],
    ['[]', 'no key set'],
    ['{"keys":{}}', 'no key set'],
    ['null', 'no key set'],
    ['{"keys":[]}', 'no RSA key'],
    [set(GOOD, GOOD), 'two keys of one id'],
    [
      set(...Array.from({ length: 11 }, (_, index) => ({ ...GOOD, kid: `${index}` }))),
      '11 keys, and the load balancer takes 10',
    ],
  ])('refuses %.40s', (body, message) => expect(() => readKeySet(body)).toThrow(message))
})
